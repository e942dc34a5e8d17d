"""The pages people see: where a participant's onboarding ends up, their dashboard, and an
overview."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qsl

from . import account_links, account_shape, balances, banks, payouts, standing, transfers

STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}
main{max-width:46rem;margin:0 auto;padding:1rem}
.banner{background:#5c2d00;color:#fff;padding:.5rem 1rem;font-weight:600}
label,legend{font-weight:600}fieldset{border:1px solid #767676;margin:1rem 0}
input[type=text]{font:inherit;padding:.4rem;width:100%;max-width:20rem;
display:block;box-sizing:border-box}
button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #ccc}
"""
LATEST = "seq DESC LIMIT 50"
BANNER = "Sandbox: this imitates a payment provider. No real money, no real bank."


@dataclass
class Page:
    status: int = 200
    html: str = ""
    location: str = ""


def answer(sandbox, method, path, body):
    """The page at `path`, or None if it is none of ours."""
    name, _, subject = path.removeprefix("/sandbox/").partition("/")
    if path in ("/", "/sandbox"):
        return Page(location="/sandbox/")
    if path == "/sandbox/" and method == "GET":
        return overview(sandbox)
    if (name, method) in PAGES and subject and path.startswith("/sandbox/"):
        answers = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        with sandbox.world.store.unit():
            return PAGES[name, method](sandbox.world, subject, answers)
    return None


def onboarding(world, token, answers):
    """The form, once; afterwards the link leads back to where a new one is made."""
    link, may_open = account_links.open(world, token)
    if link is None:
        return _unknown("This link is not known here.")
    if not may_open:
        return Page(location=link["refresh_url"])
    return _page(
        "Get paid",
        f"""
<p>The programme would like to send you money. A real provider would ask for your details here.</p>
<form method="post">
<p><label for="first_name">First name</label>
<input type="text" id="first_name" name="first_name" autocomplete="given-name"></p>
<p><label for="bank_number">Bank account number</label>
<input type="text" id="bank_number" name="bank_number" inputmode="numeric" value="{banks.PAYS}"></p>
<p><button name="outcome" value="finish">Finish</button>
<button name="outcome" value="leave">Leave half way</button>
<button name="outcome" value="document">Finish, but a document is needed</button>
<button name="outcome" value="reject">Be rejected</button></p>
</form>""",
    )


def onboarded(world, token, answers):
    location = account_links.hand_in(world, token, answers)
    return Page(location=location) if location else _unknown("This link is not known here.")


def dashboard(world, id, answers):
    """What the person sees of their own account."""
    account = world.store.get(account_shape.KIND, id)
    if account is None:
        return _unknown("There is no such account.")
    available, pending = balances.of_account(world, id)
    bank = account["_bank"]
    paid = _table(
        ("Payout", "Amount", "Status", "Created"),
        [
            (each["id"], _sum_of(each), each["status"], _when(each["created"]))
            for each in world.store.find(payouts.KIND, "account = ?", id, order=LATEST)
        ],
    )
    content = f"""
<p>Account {escape(id)}: {_state(account)}.
Available: {_sums(available)}. On its way into the balance: {_sums(pending)}.</p>
{paid}
<h2>Bank account</h2>
<p>Now: {"ending " + escape(bank["last4"]) + ", " + bank["status"] if bank else "none"}.</p>
<form method="post"><p><label for="bank_number">New bank account number</label>
<input type="text" id="bank_number" name="bank_number" inputmode="numeric" value="{banks.PAYS}"></p>
<p><button>Replace the bank account</button></p></form>"""
    return _page("Your payments", content)


def bank_replaced(world, id, answers):
    if world.store.get(account_shape.KIND, id) is None:
        return _unknown("There is no such account.")
    standing.change(world, id, "bank_ok", bank_number=answers.get("bank_number"))
    return Page(location=f"/sandbox/dashboard/{id}")


def overview(sandbox):
    """How things stand, for whoever runs the demonstration."""
    world, state = sandbox.world, sandbox.state()
    people = _table(
        ("Account", "Country", "State"),
        [
            (account["id"], account["country"], _state(account))
            for account in world.store.find(account_shape.KIND, order=LATEST)
        ],
    )
    sent = _table(
        ("Transfer", "Amount", "To", "Created"),
        [
            (each["id"], _sum_of(each), each["destination"], _when(each["created"]))
            for each in world.store.find(transfers.KIND, order=LATEST)
        ],
    )
    content = f"""
<p>Sandbox time: {_when(state["now"])}. Float: {_sums(state["float"])}.
{state["transfers"]} transfers, {state["events"]} events, {state["requests"]} requests.
Payouts: {_counts(state["payouts"])}. Webhooks: {_counts(state["deliveries"])}.</p>
<h2>Accounts</h2>{people}
<h2>Latest transfers</h2>{sent}"""
    return _page("Sandbox", content)


PAGES = {
    ("onboard", "GET"): onboarding,
    ("onboard", "POST"): onboarded,
    ("dashboard", "GET"): dashboard,
    ("dashboard", "POST"): bank_replaced,
}


def _page(title, content, status=200):
    return Page(
        status,
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} (sandbox)</title><style>{STYLE}</style></head>
<body><div class="banner" role="note">{BANNER}</div>
<main><h1>{escape(title)}</h1>{content}</main></body></html>""",
    )


def _unknown(sentence):
    return _page("Not found", f"<p>{escape(sentence)}</p>", status=404)


def _table(heads, rows):
    head = "".join(f"<th scope='col'>{escape(word)}</th>" for word in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _state(account):
    return account_shape.state_of(account).replace("_", " ")


def _sum_of(body):
    return _sum(body["amount"], body["currency"])


def _sum(amount, currency):
    """Minor units as they are: the sandbox does not know how many decimals a currency has."""
    return f"{amount} {currency.upper()} (minor units)"


def _sums(amounts):
    return (
        ", ".join(escape(_sum(amount, currency)) for currency, amount in sorted(amounts.items()))
        or "nothing"
    )


def _counts(tally):
    return ", ".join(f"{count} {escape(word)}" for word, count in sorted(tally.items())) or "none"


def _when(moment):
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
