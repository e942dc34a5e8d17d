"""`./dev check`: every step is run, what is wrong is shown, and the exit code says so."""

import pytest

from cashpilot.runtime import check
from cashpilot.runtime.check import Step


@pytest.fixture(autouse=True)
def three_steps(monkeypatch):
    steps = (
        Step("lint", lambda: ""),
        Step("types", lambda: "models.py:3: wrong type"),
        Step("openapi", lambda: "never run", "docs/that-does-not-exist.yaml"),
    )
    monkeypatch.setattr(check, "STEPS", steps)


def test_a_fault_is_shown_and_fails_the_whole(capsys):
    with pytest.raises(SystemExit, match=r"^Not in order: types\.$"):
        check.main([])

    said = capsys.readouterr().out
    assert "--- types\nmodels.py:3: wrong type" in said
    assert [line.split() for line in said.splitlines()[-3:]] == [
        ["lint", "0.0", "s", "ok"],
        ["types", "0.0", "s", "FAILED"],
        ["openapi", "0.0", "s", "no", "docs/that-does-not-exist.yaml", "yet"],
    ]


def test_one_step_can_be_run_alone(capsys):
    with pytest.raises(SystemExit) as end:
        check.main(["lint"])

    assert end.value.code == 0
    assert "types" not in capsys.readouterr().out


def test_a_step_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(SystemExit, match="no step spelling: choose from lint, types, openapi"):
        check.main(["spelling"])


def test_a_program_that_fails_says_why_and_one_that_does_not_says_nothing():
    assert check.faults_of("-c", "print('fine')") == ""
    assert check.faults_of("-c", "raise SystemExit('not fine')") == "not fine"
    assert check.faults_of("-c", "raise SystemExit(3)") == "it ended with 3"
