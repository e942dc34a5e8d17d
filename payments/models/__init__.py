"""What was promised, what was sent, what arrived."""

from payments.models.awards import Award, AwardTerms, Fund, Instalment
from payments.models.disbursements import Disbursement, SendAttempt
from payments.models.ledger import LedgerEntry
from payments.models.pay_runs import LeftOut, PayRun, PayRunApproval, PayRunLine
from payments.models.provider_events import ProviderEvent
from payments.models.recipients import Recipient

__all__ = [
    "Award",
    "AwardTerms",
    "Disbursement",
    "Fund",
    "Instalment",
    "LedgerEntry",
    "LeftOut",
    "PayRun",
    "PayRunApproval",
    "PayRunLine",
    "ProviderEvent",
    "Recipient",
    "SendAttempt",
]
