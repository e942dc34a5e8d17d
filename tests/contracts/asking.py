"""Plain HTTP beside the SDK: bodies as they are sent, headers, and hosted pages."""

import json
import urllib.error
import urllib.parse
import urllib.request

from tests.sandbox_fixture import KEY

TRANSFERS_ONLY = {
    "country": "GB",
    "controller": {
        "stripe_dashboard": {"type": "express"},
        "losses": {"payments": "application"},
        "fees": {"payer": "application"},
        "requirement_collection": "stripe",
    },
    "capabilities": {"transfers": {"requested": True}},
    "tos_acceptance": {"service_agreement": "recipient"},
    "settings": {"payouts": {"schedule": {"interval": "daily"}}},
}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *about):
        return None


def ask(
    sandbox, method, path, *, form=None, given=None, account=None, key=KEY, idempotency_key=None
):
    """(status, headers, body) of one request; JSON bodies are parsed, redirects not followed."""
    body = json.dumps(given).encode() if given is not None else None
    if form is not None:
        body = urllib.parse.urlencode(form).encode()
    headers = {
        "Authorization": f"Bearer {key}",
        "Stripe-Account": account,
        "Idempotency-Key": idempotency_key,
    }
    url = path if path.startswith("http") else sandbox.base_url + path
    request = urllib.request.Request(
        url, body, {name: value for name, value in headers.items() if value}, method=method
    )
    try:
        answer = urllib.request.build_opener(_Stay).open(request, timeout=5)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        text = answer.read().decode()
        is_json = "json" in (answer.headers["Content-Type"] or "")
        return answer.status, answer.headers, json.loads(text) if is_json else text


def transfer(destination, amount=50_000, payment="dsb_1", **more):
    """The params of a transfer as our adapter sends them."""
    return {
        "amount": amount,
        "currency": "gbp",
        "destination": destination,
        "transfer_group": f"cp_{payment}",
        "metadata": {"cashpilot_disbursement": payment},
        **more,
    }
