"""Rules that the database keeps by itself can be written into a migration, read, and undone."""

import pytest
from django.db import IntegrityError, connection, migrations, transaction
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from cashpilot.core.database import Agrees, AppendOnly

RULES = [
    AppendOnly("core_auditevent"),
    Agrees("a_name", "a_table", ("arm_id", "is_paid"), "other", ("id", "is_paid")),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_a_rule_can_be_taken_apart_and_built_again(rule):
    name, args, kwargs = rule.deconstruct()

    built = {"AppendOnly": AppendOnly, "Agrees": Agrees}[name](*args, **kwargs)

    assert (built.sql, built.reverse_sql) == (rule.sql, rule.reverse_sql)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_a_rule_can_be_written_into_a_migration_file(rule):
    migration = type("Migration", (migrations.Migration,), {"operations": [rule]})

    text = MigrationWriter(migration("0001_rule", "core")).as_string()

    assert f"{type(rule).__name__}(" in text
    compile(text, "0001_rule.py", "exec")


@pytest.fixture
def notes(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE notes (id int PRIMARY KEY, body text)")
        cursor.execute("INSERT INTO notes VALUES (1, 'first')")
    return "notes"


def apply(rule, *, backwards=False):
    state = ProjectState()
    with connection.schema_editor(atomic=False) as editor:
        (rule.database_backwards if backwards else rule.database_forwards)(
            "core", editor, state, state
        )


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def test_an_append_only_table_takes_new_rows_and_keeps_the_old(notes):
    apply(AppendOnly(notes))

    assert run("INSERT INTO notes VALUES (2, 'second')") == 1
    for attack in ("UPDATE notes SET body = 'x'", "DELETE FROM notes"):
        with pytest.raises(IntegrityError, match="notes is append-only"):
            run(attack)

    assert run("SELECT * FROM notes WHERE body IN ('first', 'second')") == 2


def test_append_only_can_be_undone_by_migrating_back(notes):
    apply(AppendOnly(notes))

    apply(AppendOnly(notes), backwards=True)

    assert run("UPDATE notes SET body = 'x'") == 1


def test_a_fact_that_is_copied_must_agree_with_the_fact(notes):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notes ADD UNIQUE (id, body)")
        cursor.execute("CREATE TEMPORARY TABLE copies (note int, body text)")
    rule = Agrees("copy_agrees", "copies", ["note", "body"], "notes", ["id", "body"])
    apply(rule)

    assert run("INSERT INTO copies VALUES (1, 'first')") == 1
    for attack in ("INSERT INTO copies VALUES (1, 'other')", "UPDATE notes SET body = 'x'"):
        with pytest.raises(IntegrityError, match="copy_agrees"):
            run(attack)

    assert run("SELECT * FROM copies JOIN notes USING (body)") == 1
    apply(rule, backwards=True)
    assert run("UPDATE notes SET body = 'x'") == 1
