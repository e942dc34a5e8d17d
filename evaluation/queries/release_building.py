"""Making the file of a release, and measuring the file that leaves rather than the one intended."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cashpilot.core.refusals import Refused
from evaluation.models import Release
from evaluation.queries.released_columns import QUASI, RESEARCHER, Column, Tier
from evaluation.queries.releases import Source, key_version, source_of
from participants.models import Pilot

if TYPE_CHECKING:
    from evaluation.disclosure import Report, Risk, Spec

ROUNDED_TO = 5
BEGINNING_OF_ZIP = (1980, 1, 1, 0, 0, 0)
TERMS = (
    "Do not try to find out who anybody in this file is.",
    "Do not link this file to any other data about people.",
    "Do not pass this file on. Delete it when your purpose is done, or when it is called back.",
    "Should you recognise somebody, say so to the pilot at once and to nobody else.",
)


class TooFewPeople(Refused):
    """So few people agreed that a row for each of them would be no protection."""

    code = "too-few-people"


class NotAlikeEnough(Refused):
    """No file can be made in which everybody has enough people like them."""

    code = "not-alike-enough"


@dataclass(frozen=True)
class Made:
    """The bytes of data.csv, their SHA-256, and what may be said about them: no row of it."""

    csv: bytes
    digest: str
    report: dict[str, Any]


def make(pilot: Pilot, tier: Tier = RESEARCHER) -> Made:
    """Make the file from the data as they are at one moment, or refuse with what to do instead.

    k and k_arm are measured on the bytes; the same data give the same bytes.
    """
    from evaluation.disclosure import NotAnonymisable, anonymise, canonical_csv

    source = source_of(pilot)
    if len(source.table) < tier.minimum_people:
        raise TooFewPeople(
            f"A row a person needs at least {tier.minimum_people} people who agreed to research "
            "and to sharing. Ask for tables instead, or wait until more people have agreed."
        )
    try:
        made = anonymise(source.table, _spec(source, tier))
    except NotAnonymisable:
        raise NotAlikeEnough(
            f"Nothing short of leaving people out would give everybody {tier.k} people like them. "
            "Ask for tables instead, or wait until more people have agreed."
        ) from None
    leaving = canonical_csv(made.table)
    classes, parts = measured(leaving, source.columns, tier)
    report = _said(source, made.report, classes, parts, tier)
    return Made(leaving, hashlib.sha256(leaving).hexdigest(), report)


def measured(leaving: bytes, columns: Sequence[Column], tier: Tier) -> "tuple[Risk, Risk]":
    """The risk of the file that leaves: for who knows a person, and for who knows the arm too.

    Refuses a file with a column nobody declared, or in which somebody has too few like them.
    """
    import pandas as pd

    from evaluation.disclosure import risk

    table = pd.read_csv(io.BytesIO(leaving), dtype=str, keep_default_na=False)
    if list(table.columns) != [column.name for column in columns]:
        raise Refused("The file does not hold exactly the declared columns. Nothing was released.")
    qis = [column.name for column in columns if column.role == QUASI]
    classes, parts = risk(table, qis), risk(table, [*qis, "arm"])
    if classes.k < tier.k or parts.k < tier.k_arm:
        raise NotAlikeEnough(
            f"Somebody in this file would have fewer than {tier.k} people like them, or fewer than "
            f"{tier.k_arm} in their arm. Nothing was released: tell whoever runs cashpilot."
        )
    return classes, parts


def manifest_for(release: Release, made: Made) -> dict[str, Any]:
    """What a researcher has to know of a file: what it holds, how it was made, on what terms."""
    k = made.report["measured"]["k"]
    return {
        "release": release.public_id,
        "pilot": release.pilot.name,
        "purpose": release.purpose,
        "approved_on": release.approved_on.isoformat() if release.approved_on else None,
        "label": f"de-identified, tier {made.report['tier']}, measured risk 1 in {k} or less",
        "files": {"data.csv": {"sha256": made.digest}},
        "terms": list(TERMS),
        **made.report,
    }


def package(release: Release) -> bytes:
    """The zip that leaves, from what is stored: the same bytes at every download."""
    files = {
        "data.csv": bytes(release.content or b""),
        "manifest.json": _json(release.manifest),
    }
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    files["SHA256SUMS"] = "".join(sums).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, BEGINNING_OF_ZIP)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def _spec(source: Source, tier: Tier) -> "Spec":
    from evaluation.disclosure import Spec

    return Spec(
        qis=list(source.hierarchies),
        hierarchies=source.hierarchies,
        k=tier.k,
        arm="arm",
        k_arm=tier.k_arm,
    )


def _said(source: Source, report: "Report", classes: "Risk", parts: "Risk", tier: Tier) -> dict:
    """The dry run in numbers that give nobody away: people in fives, shares in whole percents."""
    by_arm = source.table["arm"].value_counts()
    return {
        "tier": tier.name,
        "people": _rounded(len(source.table)),
        "people_by_arm": {arm: _rounded(int(by_arm[arm])) for arm in sorted(by_arm.index)},
        "counts_rounded_to": ROUNDED_TO,
        "required": {"k": tier.k, "k_arm": tier.k_arm, "people": tier.minimum_people},
        "measured": {"k": classes.k, "k_arm": parts.k},
        "information_lost_percent": round(report.ncp_percent),
        "key_version": key_version(),
        "columns": [_described(column, report) for column in source.columns],
    }


def _described(column: Column, report: "Report") -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "role": column.role,
        "description": column.description,
        "rule": column.rule.words,
    }
    if column.role == QUASI:
        level = report.levels[column.name]
        said |= {"level": column.levels[level], "levels_up": level}
        said["starred_percent"] = round(100 * report.starred_share_by_column[column.name])
    return said


def _rounded(count: int) -> int:
    return ROUNDED_TO * round(count / ROUNDED_TO)


def _json(said: dict[str, Any]) -> bytes:
    return (json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
