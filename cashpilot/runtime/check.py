"""`./dev check`: one named step after another, and a table of what passed and what did not.

`./dev check STEP …` runs only the steps named. A step whose subject does not exist yet says so.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cashpilot.runtime import leaks, locks
from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.words import say

FOLDER = Path(__file__).resolve().parents[2]
TYPED = (
    "cashpilot/core",
    "*/rules/**/*.py",
    "*/rules.py",
    "*/lifecycles.py",
    "*/operations",
    "evaluation/estimators*",
)
RUFF = ("-m", "ruff")
CONCISE = ("--output-format", "concise")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
SCHEMA = FOLDER / "docs" / "openapi.yaml"


@dataclass(frozen=True)
class Step:
    """`find_faults` says what is wrong, or nothing; it is run only when `subject` exists."""

    name: str
    find_faults: Callable[[], str]
    subject: str = "*"


@dataclass(frozen=True)
class Result:
    name: str
    verdict: str
    seconds: float


def main(names: list[str]) -> None:
    """Run the steps called `names`, or all, and end with 1 if one found a fault."""
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        known = ", ".join(step.name for step in STEPS)
        sys.exit(f"There is no step {', '.join(sorted(unknown))}: choose from {known}.")
    with a_database():
        results = [taken(step) for step in STEPS if not names or step.name in names]
    say(table(results))
    failed = [result.name for result in results if result.verdict == "FAILED"]
    sys.exit(f"Not in order: {', '.join(failed)}." if failed else 0)


def taken(step: Step) -> Result:
    """Run one step, and print what is wrong while it can be seen which step says so."""
    started = time.monotonic()
    if not list(FOLDER.glob(step.subject)):
        return Result(step.name, f"no {step.subject} yet", 0)
    fault = step.find_faults()
    if fault:
        say(f"--- {step.name}\n{fault.strip()}\n")
    return Result(step.name, "FAILED" if fault else "ok", time.monotonic() - started)


def table(results: list[Result]) -> str:
    width = max(len(result.name) for result in results)
    return "\n".join(f"{one.name:{width}}  {one.seconds:5.1f} s  {one.verdict}" for one in results)


@contextmanager
def a_database() -> Iterator[None]:
    """An empty PostgreSQL for the steps that ask Django, unless `DATABASE_URL` names one."""
    if "DATABASE_URL" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="cashpilot-check-") as home:
        Path(home).chmod(0o755)
        postgres = Postgres(Path(home), durable=False, prefer_installed=True)
        try:
            postgres.start()
            os.environ["DATABASE_URL"] = postgres.url()
            yield
        finally:
            postgres.stop()
            os.environ.pop("DATABASE_URL", None)


def command(*arguments: str) -> Callable[[], str]:
    """A step that runs a Python program and finds fault when it ends with anything but 0."""
    return lambda: faults_of(*arguments)


def faults_of(*arguments: str) -> str:
    done = run(*arguments)
    words = done.stdout + done.stderr
    return (words.strip() or f"it ended with {done.returncode}") if done.returncode else ""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)


def types() -> str:
    """Types of the floors where a wrong one would cost money or a wrong finding."""
    typed = sorted({str(path.relative_to(FOLDER)) for glob in TYPED for path in FOLDER.glob(glob)})
    return faults_of("-m", "mypy", "--follow-imports=silent", *typed)


def schema() -> str:
    """Whether the schema in docs is the one that the API has now."""
    done = run("manage.py", "spectacular", "--validate", "--fail-on-warn")
    if done.returncode:
        return done.stderr or done.stdout
    if done.stdout.strip() != SCHEMA.read_text().strip():
        return "docs/openapi.yaml is out of step: manage.py spectacular --file docs/openapi.yaml"
    return ""


STEPS = (
    Step("lint", command(*RUFF, "check", *CONCISE, ".", "dev")),
    Step("format", command(*RUFF, "format", "--check", *CONCISE, ".", "dev")),
    Step("types", types),
    Step("contracts", command("-c", LINT_IMPORTS), "pyproject.toml"),
    Step("migrations", command("manage.py", "makemigrations", "--check", "--dry-run")),
    Step("safe-migrations", command("-m", "cashpilot.runtime.migrations"), "*/migrations/0*.py"),
    Step("locks", lambda: "\n".join(locks.faults(FOLDER))),
    Step("secrets", lambda: "\n".join(leaks.faults(FOLDER))),
    Step(
        "lifecycles",
        command("manage.py", "draw_lifecycles", "--check"),
        "cashpilot/management/commands/draw_lifecycles.py",
    ),
    Step(
        "roles",
        command("manage.py", "draw_roles", "--check"),
        "cashpilot/management/commands/draw_roles.py",
    ),
    Step(
        "data-register",
        command("manage.py", "data_register", "--check"),
        "cashpilot/management/commands/data_register.py",
    ),
    Step("openapi", schema, "docs/openapi.yaml"),
)

if __name__ == "__main__":
    main(sys.argv[1:])
