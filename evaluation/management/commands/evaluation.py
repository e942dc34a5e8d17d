"""The evaluation at a command line: estimate, score, list the instruments.

`estimate --csv` and `score` work on any table and need no database.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cashpilot.core.refusals import Refused
from evaluation.queries import instruments, pilot_called, registry, results_of

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.estimators import Estimate

WRONG = 2
FOR_A_PILOT = ("instrument", "wave")
FOR_A_TABLE = (
    *("outcome", "arm", "treated", "comparison"),
    *("covariate", "strata", "se", "minimum"),
)
ROW = ("contrast", "estimate", "se", "se_type", "ci_low", "ci_high", "p", "n", "reason")


class Command(BaseCommand):
    help = "Compare arms, score answers, list instruments."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand each, with its own options."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        _estimate_options(verbs.add_parser("estimate", help="the difference between two arms"))
        score = verbs.add_parser("score", help="scores of answers, as CSV")
        score.add_argument(
            "--csv",
            required=True,
            metavar="FILE",
            help="columns participant, wave, instrument, item, value and, if wanted, version",
        )
        verbs.add_parser("instruments", help="the instruments that can be scored")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Answer on standard output; whatever cannot be answered is one sentence and code 2."""
        try:
            self.stdout.write(_VERBS[verb](options))
        except (Refused, ValueError, OSError) as error:
            raise CommandError(_in_a_sentence(error), returncode=WRONG) from None


def _estimate_options(parser: CommandParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--pilot", metavar="NAME_OR_ID")
    source.add_argument("--csv", metavar="FILE")
    for_a_pilot = parser.add_argument_group("with --pilot")
    for_a_pilot.add_argument("--instrument", metavar="ID")
    for_a_pilot.add_argument("--wave", type=int, metavar="N")
    for_a_table = parser.add_argument_group("with --csv")
    for name in ("outcome", "arm"):
        for_a_table.add_argument(f"--{name}", metavar="COLUMN")
    for name in ("treated", "comparison"):
        for_a_table.add_argument(f"--{name}", metavar="ARM")
    for_a_table.add_argument("--strata", metavar="COLUMN")
    for_a_table.add_argument("--covariate", action="extend", nargs="+", metavar="COLUMN")
    for_a_table.add_argument("--se", help="HC2 (unless you say another), HC0, HC1, HC3, classical")
    for_a_table.add_argument(
        "--minimum", type=int, metavar="N", help="no figure with fewer people in an arm (10)"
    )
    parser.add_argument("--baseline", metavar="WAVE_OR_COLUMN")
    parser.add_argument("--format", choices=["table", "json"], default="table")


def _estimate(options: dict[str, Any]) -> str:
    if options["pilot"] is not None:
        _leave_out(options, FOR_A_TABLE, source="--pilot")
        return _estimate_pilot(options)
    _leave_out(options, FOR_A_PILOT, source="--csv")
    return _estimate_table(options)


def _estimate_pilot(options: dict[str, Any]) -> str:
    _need(options, "instrument", "wave")
    baseline = options["baseline"]
    if baseline is not None and not baseline.isdecimal():
        raise ValueError(f"--baseline {baseline!r} is not the number of a wave.")
    results = results_of(
        pilot_called(options["pilot"]),
        options["instrument"],
        wave=options["wave"],
        baseline_wave=None if baseline is None else int(baseline),
    )
    as_of = timezone.localdate().isoformat()
    if options["format"] == "json":
        return _json({**results.to_dict(), "as_of": as_of})
    arms = [
        (one.name, _people(one.in_study), _people(one.observed), _said(one.mean), _said(one.sd))
        for one in results.arms
    ]
    return "\n".join(
        [
            f"{results.pilot}, {results.instrument_name}, wave {results.wave}, as of {as_of}",
            "",
            _columns([("arm", "in the study", "answered", "mean", "SD"), *arms]),
            "",
            *(one.sentence for one in results.effects),
            "",
            *results.notes,
        ]
    )


def _estimate_table(options: dict[str, Any]) -> str:
    _need(options, "outcome", "arm", "treated", "comparison")
    frame = _read(options["csv"])
    row = _estimator(options)(
        frame,
        outcome=options["outcome"],
        arm=options["arm"],
        treated=_label(frame, options["arm"], options["treated"]),
        comparison=_label(frame, options["arm"], options["comparison"]),
        se=options["se"] or "HC2",
    ).to_row()
    if options["format"] == "json":
        return _json(row)
    dropped = [("left out", ", ".join(row["dropped_covariates"]))]
    shown = [(name, _said(row[name])) for name in ROW]
    return _columns(shown + (dropped if row["dropped_covariates"] else []))


def _estimator(options: dict[str, Any]) -> "Callable[..., Estimate]":
    """The analysis that was asked for: adjusted once anything to adjust for is named."""
    from evaluation.estimators import difference_in_means, itt_ancova

    adjusting = {
        "baseline": options["baseline"],
        "covariates": options["covariate"] or (),
        "strata": options["strata"],
    }
    least = options["minimum"]
    limits = {} if least is None else {"minimum_observed": least}
    if any(adjusting.values()):
        return partial(itt_ancova, **adjusting, **limits)
    return partial(difference_in_means, **limits)


def _score(options: dict[str, Any]) -> str:
    from evaluation.instruments import score

    answers = _read(options["csv"])
    if "version" not in answers.columns and "instrument" in answers.columns:
        newest = {name: one.version for name, one in instruments().items()}
        answers["version"] = answers["instrument"].map(newest).fillna("(none)")
    return score(answers, registry()).to_csv(index=False, lineterminator="\n").rstrip("\n")


def _instruments(_: dict[str, Any]) -> str:
    rows = [
        (one.id, one.version, str(len(one.items)), f"{one.low}-{one.high}", one.name)
        for one in instruments().values()
    ]
    return _columns([("id", "version", "items", "range", "name"), *rows])


_VERBS = {"estimate": _estimate, "score": _score, "instruments": _instruments}


def _need(options: dict[str, Any], *names: str) -> None:
    if missing := [f"--{name}" for name in names if options[name] is None]:
        raise ValueError(f"Say also {' and '.join(missing)}.")


def _leave_out(options: dict[str, Any], names: Iterable[str], *, source: str) -> None:
    """Refuse what would be ignored: a figure must not look as if it had been asked otherwise."""
    if unused := [f"--{name}" for name in names if options[name] is not None]:
        raise ValueError(f"{' and '.join(unused)} cannot be used with {source}.")


def _read(path: str) -> "pd.DataFrame":
    import pandas as pd

    if not Path(path).is_file():
        raise ValueError(f"There is no file {path}.")
    try:
        return pd.read_csv(path)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError):
        raise ValueError(f"{path} is not a CSV file with column names in its first row.") from None


def _label(frame: "pd.DataFrame", column: str, text: str) -> Any:
    """The arm that is written as `text`: 1 may stand for a 1.0 in the table."""
    known = list(frame[column].dropna().unique()) if column in frame.columns else []
    for label in known:
        if str(label) == text or _number(text) == _number(label):
            return label
    if known:
        shown = ", ".join(str(label) for label in known[:10])
        raise ValueError(f"There is no arm {text!r} in column {column!r}. It has: {shown}.")
    return text


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, indent=2, ensure_ascii=False)


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _said(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _people(count: int | None) -> str:
    return "fewer than 10" if count is None else str(count)


def _in_a_sentence(error: Exception) -> str:
    return " ".join(str(error).split())
