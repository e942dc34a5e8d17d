"""`manage.py evaluation`: real figures at a command line, and one sentence for a wrong question."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import causaldata
import pytest
from django.core.management import CommandError, call_command

from tests.evaluation.test_results import a_compared_pilot
from tests.evaluation.worlds import HAPPY, ITEM

ROOT = Path(__file__).parents[2]
ORACLES = json.loads((ROOT / "tests/oracles/evaluation.json").read_text("utf-8"))["gold"]
NSW = next(entry for entry in ORACLES if entry["id"] == "nsw_dim_HC2")
ASKED = ("--outcome", "re78", "--arm", "treat", "--treated", "1", "--comparison", "0")


@pytest.fixture(scope="module")
def nsw(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("nsw") / "nsw.csv"
    causaldata.nsw_mixtape.load_pandas().data.to_csv(path, index=False)
    return str(path)


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("evaluation", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as no:
        call_command("evaluation", *arguments, stdout=StringIO())
    assert no.value.returncode == 2
    assert "\n" not in str(no.value)
    return str(no.value)


def test_the_published_nsw_estimate_is_reproduced_from_a_csv_file(nsw):
    row = json.loads(told("estimate", "--csv", nsw, *ASKED, "--format", "json"))

    assert row["estimate"] == pytest.approx(NSW["value"], rel=NSW["tolerance"]["value_rel"])
    assert row["se"] == pytest.approx(NSW["se"], rel=NSW["tolerance"]["se_rel"])
    assert f"{row['estimate']:.2f}, {row['se']:.2f}" == "1794.34, 671.00"


def test_a_table_for_people_has_the_same_figures(nsw):
    said = told("estimate", "--csv", nsw, *ASKED)

    assert "1794.34" in said
    assert "670.997" in said
    assert "HC2" in said


def test_a_baseline_adjusts_and_strata_are_absorbed(nsw):
    plain = json.loads(told("estimate", "--csv", nsw, *ASKED, "--format", "json"))
    adjusted = json.loads(
        told(
            *("estimate", "--csv", nsw, *ASKED),
            *("--baseline", "re75", "--strata", "black", "--format", "json"),
        )
    )

    assert adjusted["estimate"] != plain["estimate"]
    assert adjusted["df"] == plain["df"] - 2


def test_a_table_needs_no_database(nsw):
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}

    done = subprocess.run(
        [sys.executable, "manage.py", "evaluation", "estimate", "--csv", nsw, *ASKED],
        cwd=ROOT,
        env=os.environ | nowhere | {"DJANGO_SETTINGS_MODULE": "cashpilot.settings.dev"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "1794.34" in done.stdout


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--outcome": "joy"}, "no column named 'joy'"),
        ({"--arm": "group"}, "no column named 'group'"),
        ({"--treated": "7"}, "no arm '7'"),
        ({"--comparison": "1"}, "compared with itself"),
        ({"--outcome": "data_id"}, "numbers are needed"),
        ({"--se": "HC9"}, "HC2"),
        ({"--csv": "nowhere.csv"}, "no file"),
        ({"--outcome": None}, "--outcome"),
    ],
)
def test_a_wrong_question_is_one_sentence_and_code_2(nsw, changes, words):
    asked = {"--csv": nsw, **dict(zip(ASKED[::2], ASKED[1::2], strict=True)), **changes}

    says = refused("estimate", *(part for pair in asked.items() if pair[1] for part in pair))

    assert words in says


def test_no_traceback_and_code_2_reach_a_terminal(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()

    done = subprocess.run(
        [sys.executable, "manage.py", "evaluation", "score", "--csv", str(empty)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "not a CSV file" in done.stderr


def test_answers_in_a_file_are_scored(tmp_path):
    answers = tmp_path / "answers.csv"
    answers.write_text(f"participant,wave,instrument,item,value\nA,1,{HAPPY},{ITEM},8\n", "utf-8")

    lines = told("score", "--csv", str(answers)).splitlines()

    assert lines[0] == "participant,wave,instrument,version,score,level,n_answered,reason"
    assert lines[1].startswith(f"A,1,{HAPPY},1,8.0,1,1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("participant,wave\nA,1\n", "missing"),
        (f"participant,wave,instrument,item,value\nA,1,{HAPPY},{ITEM},11\n", "row 1"),
        (f"participant,wave,instrument,item,value\nA,1,joy,{ITEM},1\n", "no instrument 'joy'"),
    ],
)
def test_answers_that_cannot_be_scored_say_why(tmp_path, text, words):
    answers = tmp_path / "answers.csv"
    answers.write_text(text, "utf-8")

    assert words in refused("score", "--csv", str(answers))


def test_the_instruments_are_listed():
    assert HAPPY in told("instruments")


@pytest.mark.django_db
def test_a_pilot_is_estimated_by_name_or_id():
    pilot, _ = a_compared_pilot()
    asked = ("--instrument", HAPPY, "--wave", "1", "--baseline", "0")

    said = told("estimate", "--pilot", pilot.name.upper(), *asked)
    row = json.loads(told("estimate", "--pilot", pilot.public_id, *asked, "--format", "json"))

    assert "exploratory: no analysis plan is locked yet" in said
    assert row["effects"][0]["is_adjusted"] is True
    assert row["headline"] in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--pilot": "Nowhere"}, "no pilot 'Nowhere'"),
        ({"--wave": None}, "--wave"),
        ({"--wave": "9"}, "no wave 9"),
        ({"--baseline": "re75"}, "not the number of a wave"),
    ],
)
def test_a_wrong_question_about_a_pilot_is_one_sentence(changes, words):
    pilot, _ = a_compared_pilot(in_each_arm=1)
    asked = {"--pilot": pilot.name, "--instrument": HAPPY, "--wave": "1", **changes}

    says = refused("estimate", *(part for pair in asked.items() if pair[1] for part in pair))

    assert words in says
