"""The control API, `/sandbox/…` in JSON: time, money, people, faults and webhooks."""

import dataclasses
import json
import re

from .errors import ApiError


def clock(sandbox, body):
    """{"advance": seconds} or {"set": ISO text or seconds}"""
    if "set" in body:
        sandbox.set_clock(body["set"])
    elif "advance" in body:
        sandbox.advance(body["advance"])
    return {"now": sandbox.now()}


def float_(sandbox, body):
    """{"currency", "amount"} makes it so much; {"currency", "add"} puts so much on top."""
    if "add" in body:
        sandbox.add_float(body["currency"], body["add"])
    else:
        sandbox.set_float(body["currency"], body["amount"])
    return sandbox.state()["float"]


def faults(sandbox, body):
    """A list of rules {"match": {path, method, payment, nth}, "do", "times"}, or an object.

    {"rules": [...], "random": {rate, weights, seed, path, method}, "clear": true}, all optional.
    """
    wanted = {"rules": body} if isinstance(body, list) else body
    if wanted.get("clear"):
        sandbox.clear_faults()
    for rule in wanted.get("rules", []):
        sandbox.fault(rule["do"], times=rule.get("times", 1), **rule.get("match", {}))
    if "random" in wanted:
        sandbox.faults_at_random(**wanted["random"])
    return faults_now(sandbox)


def faults_now(sandbox):
    dice = sandbox.faults.dice
    return {
        "rules": [dataclasses.asdict(rule) for rule in sandbox.faults.rules],
        "random": dataclasses.asdict(dice) if dice else None,
    }


def webhooks(sandbox, body):
    """{"lose", "duplicate", "delay", "shuffle", "hold", "types", "seed"} or {"release": true}.

    What is not given is off.
    """
    body = {name: value for name, value in body.items() if name != "release"}
    return dataclasses.asdict(sandbox.webhooks(**body))


def destinations(sandbox, body):
    """{"url", "secret"}: where thin events go; without a secret one is made."""
    return {"secret": sandbox.add_webhook(body["url"], body.get("secret"), thin=True)}


def lists(sandbox, body):
    """{"lag": seconds}"""
    sandbox.lag_lists(int(body["lag"]))
    return {"lag": sandbox.world.list_lag}


def platform(sandbox, body):
    """{"payouts": manual, daily, weekly or monthly}"""
    sandbox.schedule_platform_payouts(body["payouts"])
    return {"payouts": sandbox.world.platform_payouts}


def onboard(sandbox, body, account):
    """{"bank_number", "first_name", "outcome": finish, document or reject}, all optional."""
    return sandbox.onboard(account, **body)


def change(sandbox, body, account, what):
    """restrict, restore and reject take nothing; bank_ok takes {"bank_number"}."""
    return getattr(sandbox, what)(account, **body)


def run_payouts(sandbox, body):
    """{"account", "arrive"}, both optional"""
    return {"payouts": sandbox.run_payouts(**body)}


def tick(sandbox, body):
    acts, delivered = sandbox.tick()
    return {"acts": acts, "delivered": delivered}


def limiter(sandbox, body):
    """{"on": true or false}"""
    sandbox.limiter.on = body["on"]
    return {"on": sandbox.limiter.on}


def log(sandbox, body):
    return {"requests": sandbox.log}


def state(sandbox, body):
    return sandbox.state()


def health(sandbox, body):
    return {"ok": True, "now": sandbox.now()}


def reset(sandbox, body):
    sandbox.reset()
    return {"now": sandbox.now()}


TABLE = (
    ("POST", r"/sandbox/clock", clock),
    ("GET", r"/sandbox/clock", clock),
    ("POST", r"/sandbox/float", float_),
    ("POST", r"/sandbox/faults", faults),
    ("GET", r"/sandbox/faults", lambda sandbox, body: faults_now(sandbox)),
    ("POST", r"/sandbox/webhooks", webhooks),
    ("POST", r"/sandbox/destinations", destinations),
    ("POST", r"/sandbox/lists", lists),
    ("POST", r"/sandbox/platform", platform),
    ("POST", r"/sandbox/accounts/(\w+)/onboard", onboard),
    ("POST", r"/sandbox/accounts/(\w+)/(restrict|restore|reject|bank_ok)", change),
    ("POST", r"/sandbox/run_payouts", run_payouts),
    ("POST", r"/sandbox/tick", tick),
    ("POST", r"/sandbox/limiter", limiter),
    ("GET", r"/sandbox/log", log),
    ("GET", r"/sandbox/state", state),
    ("GET", r"/sandbox/health", health),
    ("POST", r"/sandbox/reset", reset),
)


def answer(sandbox, method, address, body):
    """(status, result) of a control call; what it could not understand is a 400 that says why."""
    for wanted, pattern, act in TABLE:
        if wanted == method and (found := re.fullmatch(pattern, address.path)):
            try:
                return 200, act(sandbox, json.loads(body or b"{}"), *found.groups())
            except ApiError as refusal:
                return refusal.status, refusal.body
            except (ValueError, TypeError, KeyError, AttributeError) as trouble:
                return 400, {
                    "error": {
                        "message": f"{type(trouble).__name__}: {trouble}",
                        "expected": act.__doc__,
                    }
                }
    return 404, {"error": {"message": f"The sandbox has no address {method} {address.path}."}}
