"""Disclosure control: what a table may show of the people in it."""

from evaluation.disclosure.anonymising import Report, Result, anonymise
from evaluation.disclosure.canonical import canonical_csv, safe_label
from evaluation.disclosure.catalogue import age_band, age_bands, quarter, quarters
from evaluation.disclosure.measuring import Risk, risk
from evaluation.disclosure.pseudonymising import pseudonym, pseudonyms
from evaluation.disclosure.refusals import InvalidSpec, NotAnonymisable, NotSupportedYet
from evaluation.disclosure.spec import Spec

__all__ = [
    "InvalidSpec",
    "NotAnonymisable",
    "NotSupportedYet",
    "Report",
    "Result",
    "Risk",
    "Spec",
    "age_band",
    "age_bands",
    "anonymise",
    "canonical_csv",
    "pseudonym",
    "pseudonyms",
    "quarter",
    "quarters",
    "risk",
    "safe_label",
]
