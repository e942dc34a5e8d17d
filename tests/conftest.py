"""What every test stands on: a real database, a real sandbox, and the tripwire."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytest_plugins = ["tests.sandbox_fixture"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Append-only tables refuse TRUNCATE; only this throw-away database may empty them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        cursor.execute(f"ALTER DATABASE {name} SET cashpilot.allow_truncate = 'on'")
        cursor.execute("SET cashpilot.allow_truncate = 'on'")


@pytest.fixture(autouse=True)
def payments_never_query_the_evaluation(request):
    """Every test of payments and participants doubles as a test of unconditionality."""
    is_below = {"payments", "participants"} & set(request.path.parts)
    if not is_below or not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    with CaptureQueriesContext(connection) as queries:
        yield
    seen = [query["sql"] for query in queries if "evaluation_" in query["sql"]]
    flushes = [sql for sql in seen if sql.startswith("TRUNCATE")]
    assert seen == flushes
