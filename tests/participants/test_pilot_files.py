"""A whole pilot as one file: brought in, launched, taken out again to the byte."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cashpilot.core.models import AuditEvent
from participants.models import Pilot
from participants.rules.plan_files import MOST_BYTES, as_json, as_yaml, read_file
from participants.rules.plans import read_plan
from participants.rules.shapes import Faulty
from payments.models import AwardTerms, Fund
from tests.factories import a_pilot, a_user

EXAMPLE = Path("docs/examples/pilot.yaml")
LOOK = pytest.mark.django_db
TO_LAUNCH = {
    "arms": [
        {
            "code": "cash",
            "name": "Cash",
            "kind": "cash",
            "award": {
                "fund": "Awards",
                "amount_minor": 36_000,
                "count": 3,
                "first_date": "2026-05-01",
            },
        },
        {"code": "services", "name": "Usual services", "kind": "services"},
    ],
    "budget": [{"name": "Awards", "budget_minor": 1_000_000}],
    "consent_texts": [{"purpose": "take-part", "language": "en", "body": "I agree."}],
}


def a_plan(**fields):
    return {
        "name": "Harbour Cash Pilot",
        "currency": "gbp",
        "nation": "scotland",
        **TO_LAUNCH,
        **fields,
    }


def run(*words: str) -> str:
    said = io.StringIO()
    call_command("pilot", *words, "--as", "priya@example.org", stdout=said)
    return said.getvalue()


@pytest.fixture
def priya(db):
    return a_user(may_set_up_pilots=True)


def test_the_example_file_is_imported_and_launched(priya):
    public_id = run("import", str(EXAMPLE)).strip()

    run("launch", public_id)

    pilot = Pilot.objects.get(public_id=public_id)
    assert pilot.state == "launched"
    assert list(pilot.arms.order_by("pk").values_list("code", "kind", "ratio")) == [
        ("cash", "cash", 2),
        ("cash-lump", "cash", 1),
        ("services", "services", 3),
    ]
    design = pilot.designs.get()
    assert (design.strata, design.cluster) == (["harbour_area", "household_size"], "household")
    assert (design.has_waiting_list, design.has_not_in_study) == (True, True)
    assert set(Fund.objects.values_list("name", "purpose")) == {
        ("Awards", "awards"),
        ("Lost benefits", "claims"),
    }
    assert set(AwardTerms.objects.values_list("arm__code", "amount_minor", "count")) == {
        ("cash", 50_000, 12),
        ("cash-lump", 600_000, 1),
    }


@pytest.mark.parametrize("format", ["yaml", "json"])
@pytest.mark.parametrize("is_launched", [False, True])
def test_what_is_exported_imports_elsewhere_and_exports_the_same_bytes(
    priya, tmp_path, format, is_launched
):
    first = run("import", str(EXAMPLE)).strip()
    if is_launched:
        run("launch", first)
    taken = tmp_path / "taken"
    taken.write_text(run("export", first, "--format", format))

    second = run("import", str(taken), "--name", "Another Harbour").strip()
    again = run("export", second, "--format", format)

    assert again.replace("Another Harbour", "Harbour Cash Pilot") == taken.read_text()


def test_a_file_holds_no_person_and_no_secret(priya):
    pilot = a_pilot(manager=priya)

    taken = run("export", pilot.public_id)

    for kept_back in ("priya", "Sam", "0800", pilot.public_id, "acct_", "password"):
        assert kept_back not in taken


def test_every_problem_of_a_file_is_named_by_its_path_and_nothing_is_made(priya, tmp_path):
    file = tmp_path / "bad.json"
    arms = [{**TO_LAUNCH["arms"][0], "ratio": 0}, {**TO_LAUNCH["arms"][1], "ration": 1}]
    file.write_text(json.dumps(a_plan(arms=arms, nation="atlantis", colour="blue")))

    with pytest.raises(CommandError) as no:
        run("import", str(file))

    lines = str(no.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "colour",
        "nation",
        "arms[0].ratio",
        "arms[1].ration",
    ]
    assert not Pilot.objects.exists()
    assert not AuditEvent.objects.exists()


ARM = TO_LAUNCH["arms"]
Q = {"code": "age", "words": "How old are you?", "kind": "number"}


def asking(rule=None, questions=(Q,)):
    return {"eligibility": {"questions": list(questions), "rule": rule}}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"arms": [{**ARM[0], "ratio": 0}, ARM[1]]}, "arms[0].ratio: write a number from 1"),
        ({"arms": [{**ARM[0], "ratio": -1}, ARM[1]]}, "arms[0].ratio: write a number from 1"),
        ({"arms": [{**ARM[0], "ratio": 1.5}, ARM[1]]}, "arms[0].ratio: write a whole number"),
        ({"arms": [{**ARM[0], "ratio": True}, ARM[1]]}, "arms[0].ratio: write a whole number"),
        ({"arms": [ARM[0], {**ARM[1], "code": "cash"}]}, "arms[1].code: 'cash' stands already"),
        ({"arms": [{**ARM[1], "code": f"a{n}"} for n in range(500)]}, "arms: holds 500; at most"),
        (
            {"arms": [{**ARM[0], "award": {**ARM[0]["award"], "amount_minor": 0}}, ARM[1]]},
            "arms[0].award.amount_minor: the amount must be more than nothing",
        ),
        (
            {"arms": [{**ARM[0], "award": {**ARM[0]["award"], "amount_minor": -5}}, ARM[1]]},
            "arms[0].award.amount_minor: the amount must be more than nothing",
        ),
        (
            {"arms": [{**ARM[0], "award": {**ARM[0]["award"], "first_date": "2026-02-30"}}]},
            "arms[0].award.first_date: this is no date that exists",
        ),
        (
            {"arms": [{**ARM[0], "award": {**ARM[0]["award"], "fund": "Gold"}}, ARM[1]]},
            "arms[0].award.fund: there is no budget line 'Gold'",
        ),
        (
            {"arms": [ARM[0], {**ARM[1], "award": ARM[0]["award"]}]},
            "arms[1].award: only an arm of kind cash",
        ),
        ({"budget": [{"name": "Awards", "budget_minor": 0}]}, "budget[0].budget_minor: the amount"),
        ({"nation": "atlantis"}, "nation: 'atlantis' is not a nation whose calendar"),
        ({"currency": "xyz"}, "currency: 'xyz' is not a currency"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-30"}, "ends_on: 2026-04-30 is before"),
        ({"name": "x" * 81}, "name: write at most 80 characters"),
        ({"name": "Am\x00ina"}, "name: holds a character that cannot be shown"),
        ({"arms": {"cash": 1}}, "arms: this has to be a list"),
        (
            asking({"question": "height", "at_least": 3}),
            "eligibility.rule.question: there is no question 'height'",
        ),
        (asking({"question": "age", "one_of": [3]}), "eligibility.rule.one_of: a number is"),
        (asking({"question": "age", "at_least": "old"}), "eligibility.rule.at_least: write a"),
        (asking({"question": "age"}), "eligibility.rule: compare the answer once"),
        (asking({"all": []}), "eligibility.rule.all: this is empty"),
        (asking({"eval": "1"}), "eligibility.rule: a rule needs exactly one of"),
        (asking({"all": [], "any": []}), "eligibility.rule: a rule needs exactly one of"),
        (
            asking(questions=[Q, Q]),
            "eligibility.questions[1].code: 'age' stands already",
        ),
        (
            asking(
                questions=[
                    {**Q, "code": "one", "asked_if": {"question": "two", "is": 1}},
                    {**Q, "code": "two", "asked_if": {"question": "one", "is": 1}},
                ]
            ),
            "eligibility.questions[0].asked_if: whether this is asked depends on its own answer",
        ),
        (
            asking(questions=[{**Q, "kind": "choice"}]),
            "eligibility.questions[0].choices: name at least one choice",
        ),
    ],
)
def test_a_set_up_that_cannot_be_meant_is_refused_with_a_sentence_by_its_path(fields, says):
    with pytest.raises(Faulty) as no:
        read_plan(a_plan(**fields))

    assert any(str(one).startswith(says) for one in no.value.faults), no.value.faults


@pytest.mark.parametrize(
    ("arms", "says"),
    [
        ([ARM[0]], "Name at least two arms"),
        ([ARM[1], {**ARM[1], "code": "waiting", "kind": "waiting"}], "at least one arm of kind"),
        ([{**ARM[0], "award": None}, ARM[1]], "Say what people in “Cash” are promised"),
    ],
)
def test_a_pilot_without_arms_to_compare_is_not_brought_in(priya, tmp_path, arms, says):
    file = tmp_path / "few.json"
    file.write_text(json.dumps(a_plan(arms=arms)))

    with pytest.raises(CommandError, match=says):
        run("import", str(file))

    assert not Pilot.objects.exists()
    assert run("import", str(file), "--incomplete").startswith("plt_")


def deep(levels: int) -> bytes:
    return b"a: " + b"[" * levels + b"]" * levels


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"name: " + b"x" * MOST_BYTES, "larger than 1 MB"),
        (BOMB, "Line 1: references"),
        (b"a: *nothing", "Line 1"),
        (b"a: !!python/object/apply:os.system [ls]", "Line 1: tags"),
        (b"a: !env SECRET", "Line 1: tags"),
        (b"name: one\nname: two", "Line 2: the name 'name' stands twice"),
        (b'{"name": 1, "name": 2}', "the name 'name' stands twice"),
        (deep(100), "nested too deeply"),
        (b"a: [" + b"1," * 490_000 + b"1]", "no pilot has so many parts"),
        (b"".join(b"k%d: 1\n" % number for number in range(60_000)), "no pilot has so many parts"),
        (b'{"a":' * 100_000, "cannot be read|Line"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"a: [1, 2", "Line"),
        (b"- just\n- a list", "this has to be names with values"),
        (b"42", "this has to be names with values"),
    ],
)
def test_a_file_that_is_broken_or_a_trap_is_refused_in_words(raw, says):
    with pytest.raises(Faulty, match=says):
        read_plan(read_file(raw))


def test_the_same_file_is_read_the_same_whether_yaml_or_json():
    plan = read_plan(read_file(EXAMPLE.read_bytes()))

    assert read_plan(read_file(as_yaml(plan).encode())) == plan
    assert read_plan(read_file(as_json(plan).encode())) == plan


def test_check_says_what_is_missing_in_words_and_fails(priya):
    public_id = run("create", "Quay Pilot", "--currency", "GBP", "--nation", "scotland").strip()

    with pytest.raises(CommandError, match="Name at least two arms") as no:
        run("check", public_id)

    assert len(str(no.value).splitlines()) == 4
    assert "Being set up, no version yet" in run("show", public_id)


def test_show_says_what_a_running_pilot_is(priya):
    public_id = run("import", str(EXAMPLE)).strip()
    run("launch", public_id)

    said = run("show", "harbour cash pilot")

    assert "Running, version 1" in said
    assert "cash-lump: One larger sum, cash, ratio 1, 1 × £6,000.00 once from 2026-05-01" in said
    assert "“How old are you?” is at least 18" in said


def test_an_amendment_by_file_needs_a_reason_and_makes_version_2(priya, tmp_path):
    public_id = run("import", str(EXAMPLE)).strip()
    run("launch", public_id)
    file = tmp_path / "next.yaml"
    file.write_text(run("export", public_id).replace("amount_minor: 50000", "amount_minor: 55000"))

    said = run("amend", public_id, str(file), "--reason", "Prices rose")

    assert "version 2" in said
    pilot = Pilot.objects.get(public_id=public_id)
    terms = AwardTerms.objects.filter(arm__code="cash").order_by("version")
    assert list(terms.values_list("version", "amount_minor", "reason")) == [
        (1, 50_000, ""),
        (2, 55_000, "Prices rose"),
    ]
    assert pilot.designs.count() == 2


def test_the_command_keeps_to_roles_and_pilots(priya):
    harbour = a_pilot(manager=priya)
    a_user("kim@example.org")

    with pytest.raises(CommandError, match="no such pilot"):
        call_command("pilot", "show", harbour.public_id, "--as", "kim@example.org")
    with pytest.raises(CommandError, match="may not set up pilots"):
        call_command("pilot", "import", str(EXAMPLE), "--as", "kim@example.org")
    with pytest.raises(CommandError, match="Nobody here has the address"):
        call_command("pilot", "show", harbour.public_id, "--as", "who@example.org")

    assert Pilot.objects.count() == 1
