"""How an account becomes ready, is stopped and goes on: one function for each change."""

from . import agenda, banks, errors, thin_events
from .account_shape import capability, found, require, shown, state_of
from .events import emit

DOCUMENT = "individual.verification.document"
VERIFICATION_TAKES = 7200


def change(world, id, what, *, call=None, **details):
    """Move the account by one of CHANGES, tell the connect endpoints, and return it."""
    account = found(world, id)
    before = account["capabilities"]["transfers"]
    CHANGES[what](world, account, **details)
    world.store.save(account)
    if account["capabilities"]["transfers"] != before:
        emit(world, "capability.updated", capability(account), account=id, call=call)
    emit(world, "account.updated", shown(account), account=id, call=call)
    if "_second" in account:
        _tell_thinly(world, account, account["capabilities"]["transfers"] != before)
    return account


def onboard(world, account, bank_number=None, first_name=None, outcome="finish"):
    """What the hosted page hands in: finish, document (more is needed) or reject."""
    _refuse_if_rejected(account)
    _set_bank(world, account, bank_number or banks.PAYS)
    account["_first_name"] = first_name or account["_first_name"]
    account["details_submitted"] = True
    account["tos_acceptance"]["date"] = world.now()
    name = (account["_first_name"] or "").capitalize()
    if outcome == "reject" or name == "Reject":
        turn_away(world, account)
    elif outcome == "document" or name == "Verify":
        require(account, due=[DOCUMENT], reason="requirements.past_due")
    elif name == "Later":
        require(account, pending=[DOCUMENT], reason="requirements.pending_verification")
        agenda.put(world, world.now() + VERIFICATION_TAKES, "account_verified", account["id"])
    else:
        _make_ready(world, account)


def restrict(world, account):
    """A document is missing: no transfers in, no payouts out."""
    _refuse_if_rejected(account)
    require(account, due=[DOCUMENT], reason="requirements.past_due")


def restrict_once_paid(world, account):
    """The first money has come in, and now there are questions."""
    account["_was_paid"] = True
    restrict(world, account)


def restore(world, account):
    """Whatever was missing has been handed in."""
    _refuse_if_rejected(account)
    if not account["details_submitted"]:
        raise errors.invalid("Only an account that has been through onboarding can be restored.")
    _make_ready(world, account)


def turn_away(world, account):
    """For good."""
    require(account, reason="rejected.other")


def mend_bank(world, account, bank_number=None):
    """The person gives a bank account that works, and automatic payouts go on."""
    _set_bank(world, account, bank_number or banks.PAYS)
    account["_payouts_stopped"] = False
    agenda.put(world, world.now(), "payout_run", account["id"])


def _tell_thinly(world, account, has_other_status):
    """The same for the second API, to accounts that it made."""
    related = ("v2.core.account", account["id"], f"/v2/core/accounts/{account['id']}")
    thin_events.emit(world, "v2.core.account[requirements].updated", related)
    for name in account["_second"]["wanted"] if has_other_status else ():
        thin_events.emit(
            world,
            "v2.core.account[configuration.recipient].capability_status_updated",
            related,
            data={"updated_capability": name},
        )


def _set_bank(world, account, number):
    before = account["_bank"]
    account["_bank"] = banks.new(world, account, number)
    account["external_accounts"] = None
    kind = "updated" if before else "created"
    emit(world, f"account.external_account.{kind}", account["_bank"], account=account["id"])


def verified(world, id):
    """The waiting time of an account under verification is over."""
    if found(world, id)["requirements"]["pending_verification"]:
        change(world, id, "restore")


def _make_ready(world, account):
    require(account)
    account["_was_ready"] = True
    agenda.put(world, world.now(), "payout_run", account["id"])


def _refuse_if_rejected(account):
    if state_of(account) == "rejected":
        raise errors.invalid("This account has been rejected; nothing changes it any more.")


CHANGES = {
    "onboard": onboard,
    "restrict": restrict,
    "restrict_once_paid": restrict_once_paid,
    "restore": restore,
    "reject": turn_away,
    "bank_ok": mend_bank,
}
