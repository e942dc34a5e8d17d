"""`manage.py evaluation`: real figures at a command line, and one sentence for a wrong question."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import causaldata
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation.estimators import itt_ancova
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


def test_covariates_adjust(nsw):
    asked = ("estimate", "--csv", nsw, *ASKED, "--covariate", "age", "educ", "--covariate", "re75")

    row = json.loads(told(*asked, "--format", "json"))

    exact = itt_ancova(
        pd.read_csv(nsw),
        outcome="re78",
        arm="treat",
        treated=1,
        comparison=0,
        covariates=["age", "educ", "re75"],
    )
    assert (row["estimate"], row["se"]) == pytest.approx((exact.estimate, exact.se), rel=1e-9)


def test_a_covariate_that_another_one_says_already_is_named_as_left_out(tmp_path):
    table = tmp_path / "twice.csv"
    data = causaldata.nsw_mixtape.load_pandas().data
    data.assign(months=data["age"].astype("int64") * 12).to_csv(table, index=False)
    asked = ("estimate", "--csv", str(table), *ASKED, "--covariate", "age")

    assert "left out  months" in " ".join(told(*asked, "months").split("\n"))
    assert "left out" not in told(*asked)


@pytest.mark.parametrize(("more", "is_null"), [((), True), (("--minimum", "3"), False)])
def test_a_small_arm_has_a_reason_and_no_figure_unless_fewer_are_said_to_be_enough(
    tmp_path, more, is_null
):
    table = tmp_path / "small.csv"
    rows = "".join(f"{n % 2},{n * n % 7}\n" for n in range(12))
    table.write_text(f"arm,score\n{rows}", "utf-8")
    asked = ("--outcome", "score", "--arm", "arm", "--treated", "1", "--comparison", "0")

    row = json.loads(told("estimate", "--csv", str(table), *asked, *more, "--format", "json"))

    assert (row["estimate"] is None) is is_null
    assert (row["reason"] == "not_enough_people") is is_null


@pytest.mark.parametrize("option", [("--wave", "1"), ("--instrument", HAPPY)])
def test_what_a_table_would_ignore_is_refused(nsw, option):
    says = refused("estimate", "--csv", nsw, *ASKED, *option)

    assert says == f"{option[0]} cannot be used with --csv."


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
        ({"--strata": "site"}, "--strata cannot be used with --pilot"),
        ({"--minimum": "1"}, "--minimum cannot be used with --pilot"),
    ],
)
def test_a_wrong_question_about_a_pilot_is_one_sentence(changes, words):
    pilot, _ = a_compared_pilot(in_each_arm=1)
    asked = {"--pilot": pilot.name, "--instrument": HAPPY, "--wave": "1", **changes}

    says = refused("estimate", *(part for pair in asked.items() if pair[1] for part in pair))

    assert words in says
