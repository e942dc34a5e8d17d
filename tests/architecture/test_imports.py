"""The import contracts of pyproject.toml hold, and each has been seen to fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder):
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_imports_point_one_way():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("payments/rules.py", "import evaluation.models", "1. Money never looks at answers"),
        (
            "payments/operations/awards.py",
            "def sneak():\n    from evaluation import models",
            "1. Money never looks at answers",
        ),
        ("evaluation/models/responses.py", "import payments.operations", "2. Research reads money"),
        ("payments/models/awards.py", "import payments.operations", "3. The same floors"),
        ("payments/utils.py", "", "3. The same floors"),
        ("payments/queries/money.py", "import stripe", "4. One door to Stripe"),
        ("payments/rules.py", "import django", "5. Arithmetic stays arithmetic"),
        ("payments/sandbox/clock.py", "import payments.models", "6. The sandbox"),
    ],
)
def test_each_contract_fails_when_it_is_broken(tmp_path, file, line, contract):
    for name in ("cashpilot", "participants", "payments", "evaluation"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a") as target:
        target.write(f"\n{line}\n")

    result = lint(tmp_path)

    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(contract in row for row in broken) or contract[:12] in result.stdout
