"""Rules that the database keeps by itself, as migration operations."""

from collections.abc import Sequence

from django.db.migrations import RunSQL

OPEN_PERSONAL_COLUMNS = "SET LOCAL cashpilot.personal_columns = 'open'"
_ARE_OPEN = "current_setting('cashpilot.personal_columns', true) = 'open'"

_REFUSE = f"""
CREATE OR REPLACE FUNCTION cashpilot_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND {_ARE_OPEN}
        AND to_jsonb(NEW) - TG_ARGV::text[] = to_jsonb(OLD) - TG_ARGV::text[] THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'TRUNCATE' AND current_setting('cashpilot.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class AppendOnly(RunSQL):
    """Rows of this table are written once: UPDATE, DELETE and TRUNCATE are refused for everybody.

    A test database may set `cashpilot.allow_truncate`, because the test runner empties tables.
    """

    def __init__(self, table: str):
        self.table = table
        super().__init__(
            f"""{_REFUSE}
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION cashpilot_append_only();
            CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION cashpilot_append_only();""",
            f"""DROP TRIGGER append_only ON {table};
            DROP TRIGGER append_only_whole ON {table};""",
        )

    def deconstruct(self):
        return (type(self).__name__, [self.table], {})


class PersonalColumns(RunSQL):
    """On an append-only table these columns, and no others, may be sealed anew or erased, by a
    transaction that says so (`OPEN_PERSONAL_COLUMNS`); everything else of a row stays written once.
    """

    def __init__(self, table: str, *columns: str):
        self.parts = [table, *columns]
        named = ", ".join(f"'{one}'" for one in columns)
        super().__init__(_append_only_again(table, named), _append_only_again(table, ""))

    def deconstruct(self):
        return (type(self).__name__, self.parts, {})


def _append_only_again(table: str, columns: str) -> str:
    return f"""{_REFUSE} DROP TRIGGER append_only ON {table};
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION cashpilot_append_only({columns});"""


class Agrees(RunSQL):
    """A composite foreign key: these columns together must stand in one row of the other table.

    It ties a copy of a fact (this enrolment's arm pays cash) to the fact itself, so that no code
    can write the copy wrong, and the fact cannot change while something depends on it.
    """

    def __init__(
        self, name: str, table: str, columns: Sequence[str], other: str, others: Sequence[str]
    ):
        self.parts = [name, table, list(columns), other, list(others)]
        super().__init__(
            f"""ALTER TABLE {table} ADD CONSTRAINT {name}
                FOREIGN KEY ({", ".join(columns)}) REFERENCES {other} ({", ".join(others)})
                DEFERRABLE INITIALLY IMMEDIATE;""",
            f"ALTER TABLE {table} DROP CONSTRAINT {name};",
        )

    def deconstruct(self):
        return (type(self).__name__, self.parts, {})


class Guard(RunSQL):
    """A trigger that refuses, by name: `body` is PL/pgSQL, run `when`, and may raise.

    `when` is such as "BEFORE UPDATE" or "AFTER INSERT"; with `seen_as`, the trigger runs once a
    statement and finds all its new rows in a table of that name.
    """

    def __init__(self, name: str, table: str, when: str, body: str, *, seen_as: str = ""):
        self.parts, self.seen_as = [name, table, when, body], seen_as
        each = (
            f"REFERENCING NEW TABLE AS {seen_as} FOR EACH STATEMENT" if seen_as else "FOR EACH ROW"
        )
        super().__init__(
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN {body} RETURN {"NULL" if seen_as else "NEW"}; END $$;
            CREATE TRIGGER {name} {when} ON {table} {each} EXECUTE FUNCTION {name}();""",
            f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
        )

    def deconstruct(self):
        return (type(self).__name__, self.parts, {"seen_as": self.seen_as})


def refuse_if(condition: str, sentence: str) -> str:
    """PL/pgSQL for a guard's body: raise with the sentence where the condition holds."""
    return (
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}' "
        "USING ERRCODE = 'restrict_violation'; END IF;"
    )


def refuse_change_of(*columns: str, unless_personal: bool = False) -> str:
    """PL/pgSQL for a guard's body: these columns are written once; or, `unless_personal`, except
    where they are sealed anew or erased."""
    new, old = (", ".join(f"{row}.{one}" for one in columns) for row in ("NEW", "OLD"))
    changed = f"({new}) IS DISTINCT FROM ({old})"
    if unless_personal:
        changed += f" AND {_ARE_OPEN} IS NOT TRUE"
    return refuse_if(changed, "written once: {}".format(", ".join(columns)))
