"""What people answered, whether they let us study it, and what left for researchers."""

from evaluation.models.consent import ResearchConsent, ResearchText
from evaluation.models.releases import Release
from evaluation.models.responses import Response, Wave

__all__ = ["Release", "ResearchConsent", "ResearchText", "Response", "Wave"]
