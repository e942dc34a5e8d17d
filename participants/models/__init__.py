"""People, and the design they were recruited into."""

from participants.models.applications import Application, ApplicationDecision
from participants.models.benefits import BenefitNote, BetterOffTalk
from participants.models.complaints import Complaint, ComplaintStep
from participants.models.consent import Consent, ConsentText
from participants.models.contact import SafeContact
from participants.models.designs import DesignVersion, EligibilityVersion, PilotDraft
from participants.models.draws import Allotment, Draw, Entrant
from participants.models.intakes import HeadingMeaning, Intake, IntakePlace
from participants.models.notices import NOTICE_WORDS, LifeEvent, LifeEventPolicy, Notice
from participants.models.pairs import REASONS, Pair, PairSearch
from participants.models.people import Enrolment, Participant
from participants.models.pilots import Arm, Membership, Pilot, Site
from participants.models.safeguarding import RestrictedNote
from participants.models.sign_in import SignInToken
from participants.models.signposts import Signposts
from participants.models.staff import Invitation, ServiceToken

__all__ = [
    "NOTICE_WORDS",
    "REASONS",
    "Allotment",
    "Application",
    "ApplicationDecision",
    "Arm",
    "BenefitNote",
    "BetterOffTalk",
    "Complaint",
    "ComplaintStep",
    "Consent",
    "ConsentText",
    "DesignVersion",
    "Draw",
    "EligibilityVersion",
    "Enrolment",
    "Entrant",
    "HeadingMeaning",
    "Intake",
    "IntakePlace",
    "Invitation",
    "LifeEvent",
    "LifeEventPolicy",
    "Membership",
    "Notice",
    "Pair",
    "PairSearch",
    "Participant",
    "Pilot",
    "PilotDraft",
    "RestrictedNote",
    "SafeContact",
    "ServiceToken",
    "SignInToken",
    "Signposts",
    "Site",
]
