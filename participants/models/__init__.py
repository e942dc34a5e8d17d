"""People, and the design they were recruited into."""

from participants.models.benefits import BenefitNote, BetterOffTalk
from participants.models.consent import Consent, ConsentText
from participants.models.notices import NOTICE_WORDS, LifeEvent, LifeEventPolicy, Notice
from participants.models.people import Enrolment, Participant
from participants.models.pilots import Arm, Membership, Pilot, Site
from participants.models.sign_in import SignInToken
from participants.models.staff import Invitation, ServiceToken

__all__ = [
    "NOTICE_WORDS",
    "Arm",
    "BenefitNote",
    "BetterOffTalk",
    "Consent",
    "ConsentText",
    "Enrolment",
    "Invitation",
    "LifeEvent",
    "LifeEventPolicy",
    "Membership",
    "Notice",
    "Participant",
    "Pilot",
    "ServiceToken",
    "SignInToken",
    "Site",
]
