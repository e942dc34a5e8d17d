"""What the people of the demo can read and agree to, one purpose at a time."""

from datetime import datetime

from evaluation.models import ResearchConsent
from evaluation.operations.consent import publish_research_text
from participants.models import ConsentText, Pilot
from participants.operations.consent import publish_text

ABOUT_THE_CASH = {
    ConsentText.Purpose.CASH: "I agree to receive the cash. I can stop it at any time.",
    ConsentText.Purpose.CONTACT: "You may write to me about my payments.",
}
ABOUT_ANSWERS = {
    ResearchConsent.Purpose.RESEARCH: "You may ask me how I am doing. I need not answer.",
    ResearchConsent.Purpose.LINKAGE: "You may look up records about me for the study.",
    ResearchConsent.Purpose.REUSE: "You may share what I answered, without my name.",
}


def publish_all(pilot: Pilot, *, by: str, now: datetime) -> None:
    """The first version of every text, in English."""
    for purpose, body in ABOUT_THE_CASH.items():
        publish_text(pilot=pilot, purpose=purpose, body=body, language="en", by=by, now=now)
    for use, body in ABOUT_ANSWERS.items():
        publish_research_text(pilot=pilot, purpose=use, body=body, language="en", by=by, now=now)
