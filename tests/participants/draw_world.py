"""A pilot that draws: four groups of people, committed to before anybody was listed."""

import csv
import io

from django.db import connection

from cashpilot.journeys import hold_draw_and_award
from participants.models import Draw, Pilot
from participants.operations.draws import commit_to_draw
from participants.operations.entrants import enter_file
from tests.factories import BY, NOON, a_pilot

SITES, BANDS = ("North", "South"), ("18-34", "35-54", "55+")
DESIGN = {
    "method": "blocks",
    "blocks": [1, 2],
    "arms": [{"arm": "cash", "ratio": 1}, {"arm": "services", "ratio": 1}],
    "strata": [{"name": "site", "values": list(SITES)}, {"name": "band", "values": list(BANDS)}],
}
WHO = {"by": BY, "now": NOON}


def a_draw(pilot: Pilot | None = None, **design) -> Draw:
    return commit_to_draw(pilot=pilot or a_pilot(), design={**DESIGN, **design}, **WHO)


def a_list(people: int, *, columns=("site", "band"), **also) -> bytes:
    """A file of people, all different, spread over the strata."""
    sheet = io.StringIO()
    write = csv.writer(sheet)
    write.writerow(["name", "consent_date", "code", "date_of_birth", *columns, *also])
    for n in range(people):
        group = {"site": SITES[n % 2], "band": BANDS[n % 3]}
        born = f"{1950 + n % 50}-02-28"
        own = [f"Person {n} Example", "2026-02-20", f"C{n:05}", born]
        rest = [fill(n) for fill in also.values()]
        write.writerow([*own, *(group[one] for one in columns), *rest])
    return sheet.getvalue().encode()


def a_listed_draw(people: int = 24, pilot: Pilot | None = None, **design) -> Draw:
    draw = a_draw(pilot, **design)
    enter_file(draw=draw, raw=a_list(people, columns=draw.plan.columns), **WHO)
    return draw


def a_held_draw(people: int = 24, pilot: Pilot | None = None, **design) -> Draw:
    draw = a_listed_draw(people, pilot, **design)
    hold_draw_and_award(draw=draw, **WHO)
    draw.refresh_from_db()
    return draw


def every_row() -> str:
    """The text of every row of every table about people and money, as a dump would have it."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if table.startswith(("participants_", "payments_", "core_"))
        ]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            rows += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return "\n".join(rows)
