"""One pay run as people look at it: who is in it, who is not, and what is new since the last."""

from dataclasses import dataclass

from django.db.models import Count, Max, Prefetch, Q, Sum

from payments.models import LeftOut, PayRun, PayRunApproval, PayRunLine, RunPause
from payments.queries.money import total_of
from payments.queries.sending import open_pause_of

PAGE = 100
_ENROLMENT = "instalment__award__enrolment"
_PERSON = f"{_ENROLMENT}__participant"
_ORDER = (f"{_ENROLMENT}__code", "pk")


@dataclass(frozen=True)
class Change:
    """One person whose line differs from the last run's; sums in minor units."""

    code: str
    name: str
    was_minor: int
    is_minor: int
    why: str = ""


@dataclass(frozen=True)
class Changes:
    """What a run has that the fund's last one had not, and the other way round."""

    previous: PayRun | None
    joined: list[Change]
    gone: list[Change]
    amounts: list[Change]
    destinations: list[Change]

    @property
    def is_none(self) -> bool:
        return not (self.joined or self.gone or self.amounts or self.destinations)


@dataclass(frozen=True)
class Preview:
    """One run: a page of who is in it, who is left out and why, and where the money is now."""

    run: PayRun
    lines: list[PayRunLine]
    people: int
    found: int
    page: int
    left_out: list[LeftOut]
    left_out_count: int
    total_minor: int
    counts: dict[str, int]
    approvals: list[PayRunApproval]
    pause: RunPause | None

    @property
    def is_moving(self) -> bool:
        """Whether looking again soon will show something new."""
        return self.run.state in ("approved", "sending")

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


def preview_of(run: PayRun, *, page: int = 1, search: str = "", left_out_page: int = 1) -> Preview:
    """A run in a constant number of queries: one page of its lines by code, those whose whole name
    or code is `search`, and one page of who is left out."""
    mine = Prefetch("instalment__disbursements", run.disbursements.all(), to_attr="in_this_run")
    lines = run.lines.select_related(_PERSON).prefetch_related(mine).order_by(*_ORDER)
    if search:
        named = Q(**{f"{_PERSON}__name": search})
        lines = lines.filter(named | Q(**{f"{_ENROLMENT}__code__iexact": search}))
    left_out = run.left_out.select_related(_PERSON).order_by(*_ORDER)
    states = run.disbursements.values("state").annotate(n=Count("pk"))
    people = run.lines.count()
    return Preview(
        run=run,
        lines=list(lines[_window(page)]),
        people=people,
        found=lines.count() if search else people,
        page=page,
        left_out=list(left_out[_window(left_out_page)]),
        left_out_count=left_out.count(),
        total_minor=total_of(run),
        counts={row["state"]: row["n"] for row in states},
        approvals=list(run.approvals.select_related("approver").order_by("pk")),
        pause=open_pause_of(run),
    )


def changes_since_the_last_run(run: PayRun) -> Changes:
    """Who is new, who is gone and why, whose sum and whose destination is another.

    Compared with the fund's last run that was approved. Destinations are compared, never shown.
    """
    earlier = PayRun.objects.filter(fund=run.fund, pk__lt=run.pk, approvals__isnull=False)
    previous = earlier.exclude(state="stopped").order_by("-pk").first()
    if previous is None:
        return Changes(None, [], [], [], [])
    was, now, left_out = _by_person(previous), _by_person(run), _reasons(run)
    both = [(was[key], now[key]) for key in now.keys() & was.keys()]
    return Changes(
        previous=previous,
        joined=_sorted(_change(None, now[key]) for key in now.keys() - was.keys()),
        gone=_sorted(
            _change(was[key], None, left_out.get(key, "")) for key in was.keys() - now.keys()
        ),
        amounts=_sorted(_change(a, b) for a, b in both if a["total"] != b["total"]),
        destinations=_sorted(_change(a, b) for a, b in both if a["place"] != b["place"]),
    )


def _window(page: int) -> slice:
    return slice((max(1, page) - 1) * PAGE, max(1, page) * PAGE)


def _by_person(run: PayRun) -> dict[int, dict]:
    rows = run.lines.values(f"{_ENROLMENT}_id", f"{_ENROLMENT}__code", f"{_PERSON}__name").annotate(
        total=Sum("amount_minor"), account=Max("destination"), mark=Max("bank_mark")
    )
    return {
        row[f"{_ENROLMENT}_id"]: {
            "code": row[f"{_ENROLMENT}__code"],
            "name": row[f"{_PERSON}__name"],
            "total": row["total"],
            "place": (row["account"], row["mark"]),
        }
        for row in rows
    }


def _reasons(run: PayRun) -> dict[int, str]:
    rows = run.left_out.values_list(f"{_ENROLMENT}_id", "reason")
    return {key: str(LeftOut.Reason(reason).label) for key, reason in rows}


def _change(was: dict | None, now: dict | None, why: str = "") -> Change:
    person = now or was or {}
    return Change(
        code=person["code"],
        name=person["name"],
        was_minor=was["total"] if was else 0,
        is_minor=now["total"] if now else 0,
        why=why,
    )


def _sorted(changes) -> list[Change]:
    return sorted(changes, key=lambda one: (one.name, one.code))
