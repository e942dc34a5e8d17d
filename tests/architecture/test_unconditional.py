"""No way leads from a payment to an answer: what import contracts cannot see."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

ROOT = Path(__file__).resolve().parents[2]
BELOW = ["core", "participants", "payments"]
WHAT_PEOPLE_MEET = [  # joining, being promised money, being paid, and the books
    *(f"tests/participants/test_{name}.py" for name in ("enrolment_files", "draws", "sign_in")),
    *(f"tests/participants/test_{name}.py" for name in ("consent_texts", "designs", "intakes")),
    *(f"tests/payments/test_{name}.py" for name in ("schedules", "amendments", "approvals")),
    *(
        f"tests/payments/test_{name}.py"
        for name in ("sending", "settlement", "books", "recipients")
    ),
]


def relations_to_the_evaluation(found):
    return [
        f"{model.__name__}.{field.name}"
        for model in found
        for field in model._meta.get_fields(include_hidden=False)
        if field.is_relation
        and field.related_model is not None
        and field.related_model._meta.app_label == "evaluation"
    ]


@pytest.mark.parametrize("app", BELOW)
def test_no_relation_leads_from_a_person_or_a_payment_to_the_evaluation(app):
    assert relations_to_the_evaluation(apps.get_app_config(app).get_models()) == []


@isolate_apps("participants", "evaluation")
def test_a_reverse_accessor_would_be_caught():
    person = type("Person", (models.Model,), {"__module__": "participants.models"})
    answer = {
        "__module__": "evaluation.models",
        "person": models.ForeignKey(person, models.CASCADE, related_name="answers"),
    }
    type("Answer", (models.Model,), answer)

    assert relations_to_the_evaluation([person]) == ["Person.answers"]


def test_every_foreign_key_of_the_evaluation_has_no_way_back():
    named = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("evaluation").get_models()
        for field in model._meta.fields
        if field.is_relation and field.remote_field.related_name != "+"
    ]

    assert named == []


SNEAKY = """
import pytest
from django.db import connection

@pytest.mark.django_db
def test_peek():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evaluation_response")
"""


def test_the_tripwire_catches_raw_sql_in_a_test_of_payments(tmp_path):
    folder = tmp_path / "payments"
    folder.mkdir()
    (folder / "test_sneaky.py").write_text(SNEAKY)

    result = run_pytest(str(folder), "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"))

    assert result.returncode == 1
    assert "1 passed, 1 error" in result.stdout


def test_the_database_has_no_constraint_from_money_to_answers(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND confrelid::regclass::text LIKE 'evaluation_%'"
            " AND conrelid::regclass::text NOT LIKE 'evaluation_%'"
        )
        assert cursor.fetchall() == []


def test_people_are_enrolled_and_paid_with_the_evaluation_uninstalled():
    result = run_pytest(
        *WHAT_PEOPLE_MEET,
        "--ds=cashpilot.settings.without_evaluation",
    )

    assert result.returncode == 0, result.stdout[-3000:]
    assert "passed" in result.stdout


def run_pytest(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
