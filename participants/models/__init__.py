"""People, and the design they were recruited into."""

from participants.models.benefits import BenefitNote, BetterOffTalk
from participants.models.consent import Consent, ConsentText
from participants.models.intakes import HeadingMeaning, Intake, IntakePlace
from participants.models.notices import NOTICE_WORDS, LifeEvent, LifeEventPolicy, Notice
from participants.models.pairs import REASONS, Pair, PairSearch
from participants.models.people import Enrolment, Participant
from participants.models.pilots import Arm, Membership, Pilot
from participants.models.sign_in import SignInToken

__all__ = [
    "NOTICE_WORDS",
    "REASONS",
    "Arm",
    "BenefitNote",
    "BetterOffTalk",
    "Consent",
    "ConsentText",
    "Enrolment",
    "HeadingMeaning",
    "Intake",
    "IntakePlace",
    "LifeEvent",
    "LifeEventPolicy",
    "Membership",
    "Notice",
    "Pair",
    "PairSearch",
    "Participant",
    "Pilot",
    "SignInToken",
]
