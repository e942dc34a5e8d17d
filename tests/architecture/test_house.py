"""The style of the house, asked of the code itself."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models as fields

from cashpilot.core import privacy
from cashpilot.core.lifecycle import Lifecycle

ROOT = Path(__file__).resolve().parents[2]
APPS = ["participants", "payments", "evaluation"]
OURS = ["core", *APPS]
CODE = [
    path
    for name in ("cashpilot", *APPS)
    for path in (ROOT / name).rglob("*.py")
    if "migrations" not in path.parts
]


def functions_of_operations():
    for app in APPS:
        package = importlib.import_module(f"{app}.operations")
        for found in pkgutil.iter_modules(package.__path__, f"{app}.operations."):
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__ and name not in PURE and name[0] != "_":
                    yield pytest.param(function, id=f"{found.name}.{name}")


PURE = {"keyed_hash", "order_of", "forgotten_that_stand"}  # they write nothing


@pytest.mark.parametrize("operation", list(functions_of_operations()))
def test_every_operation_says_who_and_when_by_name(operation):
    parameters = inspect.signature(operation).parameters

    assert {"by", "now"} <= parameters.keys()
    assert all(one.kind is one.KEYWORD_ONLY for one in parameters.values())
    assert operation.__doc__


@pytest.mark.parametrize("app", OURS)
def test_every_column_says_how_private_it_is(app):
    faults = [
        fault for m in apps.get_app_config(app).get_models() for fault in privacy.faults_of(m)
    ]

    assert faults == []


@pytest.mark.parametrize("app", OURS)
def test_money_is_whole_minor_units_everywhere(app):
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if isinstance(field, fields.FloatField | fields.DecimalField)
        or (field.name.endswith("_minor") and not isinstance(field, fields.BigIntegerField))
    ]

    assert wrong == []


def test_deleting_never_cascades_from_a_person_to_their_money():
    cascading = [
        f"{model.__name__}.{field.name}"
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if field.is_relation and field.remote_field.on_delete is not fields.PROTECT
    ]

    assert cascading == []


def calls_that_set_state(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("update", "save"):
            yield from (key for key in node.keywords if key.arg == "state")
        if isinstance(node, ast.Assign):
            yield from (t for t in node.targets if getattr(t, "attr", "") == "state")


def test_only_the_lifecycle_moves_a_record():
    movers = [
        str(path.relative_to(ROOT))
        for path in CODE
        if "sandbox" not in path.parts and list(calls_that_set_state(ast.parse(path.read_text())))
    ]

    assert movers == []


def test_a_hand_made_move_would_be_caught():
    sneaky = "Disbursement.objects.filter(pk=1).update(state='paid')\nrow.state = 'paid'"

    assert len(list(calls_that_set_state(ast.parse(sneaky)))) == 2


def test_no_drawer_is_called_utils_and_no_file_is_endless():
    names = [str(path) for path in CODE if path.stem in ("utils", "helpers", "misc", "common")]
    long = [str(path) for path in CODE if len(path.read_text().splitlines()) > 300]

    assert (names, long) == ([], [])


def test_no_signal_is_wired():
    wired = [str(path) for path in CODE if "django.db.models.signals" in path.read_text()]

    assert wired == []


def test_every_lifecycle_names_only_its_own_states():
    for app in APPS:
        module = importlib.import_module(f"{app}.lifecycles")
        for table in vars(module).values():
            if isinstance(table, Lifecycle):
                assert {new for news in table.moves.values() for new in news} <= set(table.moves)
