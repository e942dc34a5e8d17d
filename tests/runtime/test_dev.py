"""The set-up script: any Python can say that it is too old, and CI runs what a person runs."""

import ast
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "dev"


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """The script as a module, looking at an empty folder instead of ours."""
    loader = importlib.machinery.SourceFileLoader("dev_script", str(SCRIPT))
    module = types.ModuleType(loader.name)
    module.__file__ = str(SCRIPT)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "ENVIRONMENT", str(tmp_path / ".venv"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".venv").mkdir()
    for lock in (module.PRODUCTION, module.DEVELOPMENT):
        (tmp_path / lock).write_text("django==5.2.19\n")
    return module


def run(*arguments):
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True)


def test_ci_runs_the_two_commands_that_a_person_runs_and_nothing_else():
    assert (REPOSITORY / ".ci" / "run").read_text() == (
        '#!/bin/sh\nset -e\ncd "$(dirname "$0")/.."\n./dev check\n./dev test\n'
    )


def test_both_scripts_can_be_run():
    assert os.access(SCRIPT, os.X_OK)
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


def test_an_old_python_can_read_the_script():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_the_script_stands_on_the_standard_library_alone():
    tree = ast.parse(SCRIPT.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]

    names = {name.name.split(".")[0] for node in imports for name in node.names}

    assert names <= sys.stdlib_module_names


def test_an_old_python_is_told_so_in_one_sentence(dev, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(sys, "version", "3.9.18 (main)")

    with pytest.raises(SystemExit) as refusal:
        dev.main(["demo"])

    assert str(refusal.value) == "cashpilot needs Python 3.11 or newer; this is 3.9.18."


def test_a_python_without_its_venv_is_told_what_to_install(dev, monkeypatch):
    monkeypatch.setattr(dev, "PYTHON", "/nowhere/python")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv$"):
        dev.make_environment()


def test_without_a_command_it_says_which_there_are():
    said = run()

    assert said.returncode == 0
    for command in ("demo", "test", "check", "bench", "lock"):
        assert f"./dev {command}" in said.stdout


def test_a_command_that_is_none_is_refused():
    said = run("deploy")

    assert said.returncode == 1
    assert said.stderr.startswith("There is no command 'deploy'.")


def test_an_environment_in_step_is_used_as_it_is(dev, monkeypatch):
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    monkeypatch.setattr(dev, "make_environment", lambda: pytest.fail("it was made anew"))
    Path(dev.stamp_of(dev.PRODUCTION)).write_text(dev.fingerprint(dev.PRODUCTION))

    dev.install(dev.PRODUCTION)


def test_a_changed_lock_is_installed_and_stamped(dev, monkeypatch):
    ran = []
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    monkeypatch.setattr(dev, "make_environment", lambda: None)
    monkeypatch.setattr(dev, "run", lambda command, failure: ran.append(command))
    Path(dev.stamp_of(dev.PRODUCTION)).write_text("older")

    dev.install(dev.PRODUCTION)

    assert "--require-hashes" in ran[0]
    assert ran[0][-1] == "requirements.txt"
    assert dev.read(dev.stamp_of(dev.PRODUCTION)) == dev.fingerprint(dev.PRODUCTION)


def test_a_failed_installation_leaves_no_stamp(dev, monkeypatch):
    monkeypatch.setattr(dev, "make_environment", lambda: None)
    monkeypatch.setattr(dev, "UV_PROGRAM", "false")
    Path(dev.stamp_of(dev.PRODUCTION)).write_text("older")

    with pytest.raises(SystemExit, match=r"requirements\.txt could not be installed"):
        dev.install(dev.PRODUCTION)

    assert not Path(dev.stamp_of(dev.PRODUCTION)).exists()


def test_the_demo_needs_production_alone_and_is_content_with_more(dev):
    assert dev.lock_for("demo") == "requirements.txt"
    assert dev.lock_for("test") == "requirements-dev.txt"

    Path(dev.stamp_of(dev.DEVELOPMENT)).write_text("stamped")

    assert dev.lock_for("demo") == "requirements-dev.txt"
