"""What the tests of the second API ask: params, people, and the shape of the answers."""

from tests.contracts.asking import ask
from tests.contracts.stripe_types import response_problems

RECIPIENT = {
    "contact_email": "rowan@example.org",
    "dashboard": "express",
    "identity": {"country": "gb", "entity_type": "individual"},
    "configuration": {
        "recipient": {"capabilities": {"bank_accounts": {"local": {"requested": True}}}}
    },
    "include": ["configuration.recipient", "identity", "requirements"],
}
PAYMENTS = "/v2/money_management/outbound_payments"


def payment(recipient, amount=50_000, named="dsb_1", currency="gbp", **more):
    """The params of an outbound payment."""
    return {
        "amount": {"value": amount, "currency": currency},
        "from": {"financial_account": "fa_sbxplatform", "currency": currency},
        "to": {"recipient": recipient},
        "metadata": {"cashpilot_disbursement": named},
        **more,
    }


def a_recipient(sandbox, client, *, country="gb", bank_number=None, first_name=None):
    """Somebody whom the second API knows and can pay."""
    params = {**RECIPIENT, "identity": {**RECIPIENT["identity"], "country": country}}
    made = client.v2.core.accounts.create(params)
    sandbox.onboard(made.id, bank_number=bank_number, first_name=first_name)
    return made.id


def method_of(sandbox, recipient):
    """The id of the bank account that somebody is paid at."""
    return ask(sandbox, "GET", f"/v1/accounts/{recipient}/external_accounts")[2]["data"][0]["id"]


def problems_at(sandbox, cls, path):
    """What is wrong with the body at `path` as an instance of an SDK class."""
    status, _, body = ask(sandbox, "GET", path)
    return response_problems(cls, body) if status == 200 else [f"{status} {body}"]


def names_of(sandbox, path=PAYMENTS):
    """Whose payments a list shows, newest first."""
    listed = ask(sandbox, "GET", path)[2]["data"]
    return [one["metadata"]["cashpilot_disbursement"] for one in listed]
