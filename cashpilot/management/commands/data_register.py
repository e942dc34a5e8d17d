"""Write docs/data-register.md from the models, so that it says what the code does."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cashpilot.core import privacy
from cashpilot.core.encrypted_fields import Sealed

FILE = "docs/data-register.md"
HEAD = """# The register of data

Generated from the class `Privacy` of every model by `manage.py data_register`: change the class,
then write again. Masking in logs, sealing, erasure, retention, copies for people and releases all
read the same classes. Sessions are the one thing of people outside it: they hold a participant's
random id, end with the browser or after ten minutes on a shared phone, and go with an erasure.

**identifying** names a person or reaches them; **linkable** points at one through other data;
**shareable** may leave in a release, through its rules. **sealed** columns are encrypted in the
database.
"""


class Command(BaseCommand):
    help = f"Write every column, how private it is and how long it is kept, into {FILE}."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: look, and write nothing."""
        parser.add_argument("--check", action="store_true", help=f"only say if {FILE} is in step")

    def handle(self, *, check: bool, **options: object) -> None:
        """Write the page, or fail with one sentence when it is out of step."""
        file = settings.ROOT / FILE
        written = page()
        if not check:
            file.write_text(written, encoding="utf-8")
            self.stdout.write(f"wrote {FILE}")
        elif not file.exists() or file.read_text(encoding="utf-8") != written:
            raise CommandError(f"{FILE} is out of step: run manage.py data_register.")


def page() -> str:
    """The whole page: the terms, then a chapter an app and a table a model."""
    ours = {model._meta.app_label for model in privacy.our_models()}
    configs = [one for one in apps.get_app_configs() if one.label in ours]
    return "\n".join([HEAD, terms(), *(chapter(one) for one in configs)])


def terms() -> str:
    rows = [f"| {name} | {term.words} |" for name, term in privacy.TERMS.items()]
    return "\n".join(["## How long\n", "| kept | means |", "|---|---|", *rows, ""])


def chapter(app: Any) -> str:
    tables = [table(model) for model in app.get_models() if hasattr(model, "Privacy")]
    return "\n".join([f"## {app.label.capitalize()}\n", *tables])


def table(model: Any) -> str:
    """One model: how long it is kept, and each of its columns."""
    rows = [
        f"| {field.name} | {privacy.kind_of(model, field.name)} | {'; '.join(notes(field))} |"
        for field in model._meta.fields
    ]
    kept = f"Kept {model.Privacy.kept}.\n"
    return "\n".join(
        [f"### {model.__name__}\n", kept, "| column | is | and |", "|---|---|---|", *rows, ""]
    )


def notes(field: Any) -> Iterator[str]:
    """What is to be said of a column besides its kind."""
    if isinstance(field, Sealed):
        yield "sealed"
    if why := privacy.why_in_clear(field.model).get(field.name):
        yield f"not sealed: {why}"
    if why := privacy.why_it_stays(field.model).get(field.name):
        yield f"stays after an erasure: {why}"
