"""Draw docs/lifecycles.md from the tables that the code runs on, so that it cannot drift."""

import importlib
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cashpilot.core.lifecycle import Lifecycle

APPS = ("participants", "payments", "evaluation")
FILE = "docs/lifecycles.md"
HEAD = """# Lifecycles

Generated from the tables in `*/lifecycles.py` by `manage.py draw_lifecycles`: change the table,
then draw again. A move that is not drawn here does not exist: `Lifecycle.move` refuses it.
"""


class Command(BaseCommand):
    help = f"Draw every lifecycle into {FILE}."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: look, and write nothing."""
        parser.add_argument("--check", action="store_true", help=f"only say if {FILE} is in step")

    def handle(self, *, check: bool, **options: object) -> None:
        """Write the page, or fail with one sentence when it is out of step."""
        file = settings.ROOT / FILE
        drawn = page()
        if not check:
            file.write_text(drawn, encoding="utf-8")
            self.stdout.write(f"wrote {FILE}")
        elif not file.exists() or file.read_text(encoding="utf-8") != drawn:
            raise CommandError(f"{FILE} is out of step: run manage.py draw_lifecycles.")


def page() -> str:
    """The whole page: a chapter an app, a diagram and a sentence a lifecycle."""
    installed = [app for app in APPS if apps.is_installed(app)]
    return "\n".join([HEAD, *(chapter(app) for app in installed)])


def chapter(app: str) -> str:
    return "\n".join([f"## {app.capitalize()}\n", *(section(one) for one in lifecycles_of(app))])


def lifecycles_of(app: str) -> Iterator[Lifecycle]:
    """The lifecycles of one app, in the order of its file."""
    module = importlib.import_module(f"{app}.lifecycles")
    return (one for one in vars(module).values() if isinstance(one, Lifecycle))


def section(table: Lifecycle) -> str:
    """One lifecycle: its name, a sentence about it, its diagram from first state to last."""
    first, ends = next(iter(table.moves)), ends_of(table)
    diagram = [table.as_mermaid(), f"    [*] --> {first}", *(f"    {end} --> [*]" for end in ends)]
    name = table.name.capitalize()
    return "\n".join([f"### {name}\n", sentence(table), "\n```mermaid", *diagram, "```\n"])


def sentence(table: Lifecycle) -> str:
    """What the table says in words."""
    first, ends = next(iter(table.moves)), ends_of(table)
    moves = sum(map(len, table.moves.values()))
    article = "An" if table.name[0] in "aeiou" else "A"
    counted = "1 move is" if moves == 1 else f"{moves} moves are"
    over = f"nothing follows {listed(ends)}" if ends else "no state is the last"
    return f"{article} {table.name} begins {first}; {counted} possible, and {over}."


def ends_of(table: Lifecycle) -> list[str]:
    return [state for state, news in table.moves.items() if not news]


def listed(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
