"""What was promised, what was sent, what arrived."""

from payments.models.amendments import Amendment, Hold
from payments.models.awards import Award, AwardTerms, Frequency, Fund, Instalment, WhenClosed
from payments.models.check_ups import Attestation, CheckUp
from payments.models.claims import Claim
from payments.models.closing import AccountToClose
from payments.models.disbursements import Disbursement, SendAttempt
from payments.models.follow_ups import Correction, FollowUp
from payments.models.halts import ForgottenTransfer, Halt
from payments.models.ledger import LedgerEntry
from payments.models.pauses import Clearance, RunPause
from payments.models.pay_runs import (
    ApprovalThreshold,
    LeftOut,
    PayRun,
    PayRunApproval,
    PayRunLine,
)
from payments.models.provider_events import ProviderEvent
from payments.models.rate_slots import RateSlot
from payments.models.recipients import DestinationChange, DestinationClearance, Recipient
from payments.models.reconciliation import Difference, Reconciliation

__all__ = [
    "AccountToClose",
    "Amendment",
    "ApprovalThreshold",
    "Attestation",
    "Award",
    "AwardTerms",
    "CheckUp",
    "Claim",
    "Clearance",
    "Correction",
    "DestinationChange",
    "DestinationClearance",
    "Difference",
    "Disbursement",
    "FollowUp",
    "ForgottenTransfer",
    "Frequency",
    "Fund",
    "Halt",
    "Hold",
    "Instalment",
    "LedgerEntry",
    "LeftOut",
    "PayRun",
    "PayRunApproval",
    "PayRunLine",
    "ProviderEvent",
    "RateSlot",
    "Recipient",
    "Reconciliation",
    "RunPause",
    "SendAttempt",
    "WhenClosed",
]
