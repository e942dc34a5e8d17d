"""What the docs say is so: links, commands, settings, licences, diagrams, names of tests."""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import connection

from cashpilot.core import audit
from cashpilot.core.models import AuditEvent, AuditSeal
from cashpilot.runtime.locks import requirements_of
from tests.factories import BY, NOON, a_user

ROOT = Path(__file__).resolve().parents[1]
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCS = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
A_SETTING = re.compile(r"[A-Z][A-Z0-9_]{4,}")
A_MACHINE_PATH = re.compile(r"(?<![\w.~/])/(?:home|root|work|Users|tmp|opt|mnt|private)/")

every_page = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))


@every_page
def test_every_relative_link_leads_somewhere(doc):
    targets = [target.partition("#") for target in LINK.findall(doc.read_text())]

    broken = [
        path + mark + anchor
        for path, mark, anchor in targets
        if not path.startswith(("http:", "https:", "mailto:"))
        and not leads_somewhere(doc, path, anchor)
    ]

    assert broken == []


def leads_somewhere(doc, path, anchor):
    target = doc.parent / path if path else doc
    return target.exists() and (not anchor or anchor in anchors_of(target))


def anchors_of(doc):
    headings = re.findall(r"^#+ (.+)$", doc.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in headings}


@every_page
def test_every_command_that_is_named_exists(doc):
    script = ast.get_docstring(ast.parse((ROOT / "dev").read_text())) or ""
    known = set(re.findall(r"^\./dev (\w+)", script, re.MULTILINE))
    text = doc.read_text()

    assert set(re.findall(r"\./dev ([a-z]\w*)", text)) <= known
    assert set(re.findall(r"manage\.py ([a-z]\w*)", text)) <= set(get_commands())


@every_page
def test_every_test_that_is_named_exists(doc):
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", doc.read_text()))

    assert {name for name in named if f"def {name}(" not in tests} == set()


@every_page
def test_no_page_names_a_place_on_somebodys_machine(doc):
    assert A_MACHINE_PATH.findall(doc.read_text()) == []


def test_the_readme_begins_with_the_two_commands():
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if line.strip()]

    assert lines[0].startswith("```")
    assert [line.split("#")[0].strip() for line in lines[1:3]] == ["./dev demo", "./dev test"]
    assert lines[3] == "```"


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_every_direct_dependency_has_its_licence_in_the_docs(file):
    page = (ROOT / "docs" / "licences.md").read_text()
    licences = dict(re.findall(r"^\| ([\w.-]+) \| ([^|]*\S) \|", page, re.MULTILINE))

    assert {one.name for one in requirements_of(ROOT / file)} - set(licences) == set()


def test_every_setting_of_the_environment_is_described():
    page = (ROOT / "docs" / "operating.md").read_text()
    read = {
        name
        for file in (ROOT / "cashpilot" / "settings").glob("*.py")
        for name in names_read_by(ast.parse(file.read_text()))
    }

    assert {"DATABASE_URL", "BROKER_URL", "STRIPE_WEBHOOK_SECRET_CONNECT"} <= read
    assert {name for name in read if f"`{name}`" not in page} == set()


def names_read_by(tree):
    """The variables that a settings file asks for: by call, by key, or name by name in a loop."""
    for node in ast.walk(tree):
        asked = []
        if isinstance(node, ast.Call) and is_a_reader(ast.unparse(node.func)):
            asked = node.args[:1]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            asked = [node.slice]
        elif isinstance(node, ast.For):
            asked = getattr(node.iter, "elts", [])
        for one in asked:
            if isinstance(one, ast.Constant) and A_SETTING.fullmatch(str(one.value)):
                yield one.value


def is_a_reader(function):
    return function.startswith("os.environ.") or function.endswith(
        ("required", "long_secret", ".keys")
    )


def test_the_drawn_lifecycles_are_in_step():
    call_command("draw_lifecycles", "--check")


def test_a_page_of_lifecycles_that_is_out_of_step_is_one_sentence(tmp_path, settings):
    settings.ROOT = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("draw_lifecycles", stdout=StringIO())
    page = tmp_path / "docs" / "lifecycles.md"
    page.write_text(page.read_text().replace("planned --> settled", "planned --> lost"))

    with pytest.raises(CommandError, match=r"out of step: run manage\.py draw_lifecycles\.$"):
        call_command("draw_lifecycles", "--check")


def events(count):
    user = a_user()
    for number in range(count):
        AuditEvent.record(user, "test.happened", at=NOON, by=BY, number=number)


def verified():
    said = StringIO()
    call_command("verify_audit", stdout=said)
    return said.getvalue().strip()


@pytest.mark.django_db
def test_an_intact_audit_is_counted_with_the_head_of_its_chain():
    events(3)

    said = verified()

    head = AuditSeal.objects.get(position=AuditSeal.objects.count()).chain
    assert said == f"{AuditEvent.objects.count()} audit events are intact. Head: {head}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attack", "words"),
    [
        ("UPDATE core_auditevent SET by = 'nobody' WHERE id = %s", "was altered"),
        ("DELETE FROM core_auditevent WHERE id = %s", "was removed"),
    ],
)
def test_whoever_goes_round_the_database_is_found_out(attack, words):
    events(3)
    audit.seal()
    second = AuditEvent.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER append_only")
        cursor.execute(attack, [second.pk])
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER append_only")
    said = StringIO()

    with pytest.raises(CommandError, match="not intact: 1 fault"):
        call_command("verify_audit", stdout=said)

    assert f"Audit event {second.pk} (position 2) {words}" in said.getvalue()
