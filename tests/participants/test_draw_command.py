"""`manage.py draw`: commit, enter, show, run, export, verify; one sentence for what is refused."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from participants.models import Draw, Enrolment
from tests.factories import a_pilot, an_enrolment
from tests.participants.draw_world import DESIGN, a_held_draw, a_list, a_listed_draw

pytestmark = pytest.mark.django_db
PILOT = "Bridge Street Cash Pilot"
ROOT = Path(__file__).resolve().parents[2]


def draw(*arguments) -> str:
    out = StringIO()
    call_command("draw", *map(str, arguments), stdout=out)
    return out.getvalue()


def written(path, said) -> Path:
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return path


def test_a_draw_from_commitment_to_verification(tmp_path):
    a_pilot()
    people = tmp_path / "people.csv"
    people.write_bytes(a_list(24))

    committed = draw("commit", PILOT, "--design", written(tmp_path / "design.json", DESIGN))
    listed = draw("enter", PILOT, people)
    before = draw("show", PILOT)
    held = draw("run", PILOT, "--yes")
    draw("export", PILOT, "--to", tmp_path / "draw.json")

    one = Draw.objects.get()
    assert one.commitment in committed
    assert "24 put on the list" in listed
    assert "seed" not in before
    assert "24 people are in an arm" in held
    assert one.seed in draw("show", PILOT)
    assert "Every outcome follows" in draw("verify", PILOT)
    assert "Every outcome follows" in draw("verify", "--file", tmp_path / "draw.json")
    assert json.loads(draw("export", PILOT)) == json.loads((tmp_path / "draw.json").read_text())


def test_verify_names_the_first_row_that_differs(tmp_path):
    a_held_draw(24)
    said = json.loads(draw("export", PILOT))
    lines = said["outcomes"].split("\n")
    row = lines[7]
    lines[7] = row.replace("cash", "services") if "cash" in row else row.replace("services", "cash")
    file = written(tmp_path / "draw.json", {**said, "outcomes": "\n".join(lines)})

    with pytest.raises(CommandError, match=rf"Row 8 says “{lines[7]}”; the seed gives “{row}”"):
        draw("verify", "--file", file)


def test_verify_by_another_roster_finds_who_was_not_drawn(tmp_path):
    a_held_draw(24)
    said = json.loads(draw("export", PILOT))
    right = written(tmp_path / "right.csv", said["roster"])
    short = written(tmp_path / "short.csv", said["roster"].rsplit("\n", 2)[0] + "\n")

    assert "Every outcome follows" in draw("verify", PILOT, "--roster", right)
    with pytest.raises(CommandError, match="the seed gives"):
        draw("verify", PILOT, "--roster", short)


def test_a_file_is_verified_without_any_database(tmp_path):
    a_held_draw(12)
    file = written(tmp_path / "draw.json", draw("export", PILOT))

    result = subprocess.run(
        [sys.executable, "manage.py", "draw", "verify", "--file", str(file)],
        cwd=ROOT,
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert "Every outcome follows" in result.stdout


@pytest.mark.parametrize("answer", ["", "no", "Yes please"])
def test_without_a_clear_yes_nothing_is_drawn(monkeypatch, answer):
    a_listed_draw(6)
    monkeypatch.setattr("builtins.input", lambda question: answer)

    with pytest.raises(CommandError, match="Nothing was drawn"):
        draw("run", PILOT)

    assert Draw.objects.get().state == "committed"


def test_what_is_refused_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="no pilot called"):
        draw("show", PILOT)
    a_pilot()
    with pytest.raises(CommandError, match="has no draw"):
        draw("show", PILOT)
    with pytest.raises(CommandError, match="Name a pilot, or a file"):
        draw("verify")
    with pytest.raises(CommandError, match=r"none\.json"):
        draw("verify", "--file", tmp_path / "none.json")
    with pytest.raises(CommandError, match="method"):
        draw("commit", PILOT, "--design", written(tmp_path / "design.json", {}))
    with pytest.raises(CommandError, match="Expecting"):
        draw("commit", PILOT, "--design", written(tmp_path / "design.json", "{"))

    assert not Draw.objects.exists()


def test_problems_of_a_list_are_named_by_row_and_column(tmp_path):
    a_listed_draw(2)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"name,consent_date,site,band\nAna Example,2026-02-20,East,55+\n")

    with pytest.raises(CommandError, match="In row 2, column site"):
        draw("enter", PILOT, bad)

    assert Draw.objects.get().entrants.count() == 2


def test_run_twice_is_refused():
    a_held_draw(6)

    with pytest.raises(CommandError, match="A second one is refused"):
        draw("run", PILOT, "--yes")

    assert Enrolment.objects.count() == 6


def test_after_people_are_enrolled_there_is_no_commitment(tmp_path):
    an_enrolment()

    with pytest.raises(CommandError, match="People are enrolled here already"):
        draw("commit", PILOT, "--design", written(tmp_path / "design.json", DESIGN))

    assert not Draw.objects.exists()
