"""The sandbox as a program: its state, its clock, its command line and its control API."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from payments.sandbox import Sandbox
from tests.contracts.asking import ask, transfer
from tests.sandbox_fixture import client_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def state_file(tmp_path):
    return str(tmp_path / "sandbox.sqlite3")


def command(*options):
    return subprocess.Popen(
        [sys.executable, "-m", "payments.sandbox", "--port", "0", *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_restart_keeps_everything_that_was_answered(state_file):
    first = Sandbox(state_file, floats={"gbp": 100_000}, start_at="2027-01-01T00:00:00")
    first.start()
    person = first.create_account()
    sent = client_of(first).v1.transfers.create(transfer(person), {"idempotency_key": "k"})
    first.advance(days=3)
    before = {**first.state(), "now": None}
    clock = first.now()
    first.stop()

    second = Sandbox(state_file, floats={"gbp": 100_000}, start_at="2027-01-01T00:00:00")
    second.start()
    try:
        assert {**second.state(), "now": None} == before
        assert clock <= second.now() <= clock + 60
        assert (
            client_of(second).v1.transfers.retrieve(sent.id).metadata["cashpilot_disbursement"]
            == "dsb_1"
        )
        assert second.log[0]["payment"] == "dsb_1"
        assert second.create_account() not in (person, sent.id)
    finally:
        second.stop()


def test_a_key_survives_a_restart(state_file):
    first = Sandbox(state_file, floats={"gbp": 100_000})
    first.start()
    person = first.create_account()
    sent = client_of(first).v1.transfers.create(transfer(person), {"idempotency_key": "k"})
    first.stop()

    second = Sandbox(state_file)
    second.start()
    again = client_of(second).v1.transfers.create(transfer(person), {"idempotency_key": "k"})
    second.stop()

    assert again.id == sent.id


def test_ids_are_never_used_twice_not_even_after_a_reset(sandbox):
    first = sandbox.create_account()
    sandbox.reset()

    assert sandbox.create_account() != first
    assert sandbox.state()["accounts"] == {"ready": 1}


def test_a_frozen_sandbox_stands_still_until_told():
    frozen = Sandbox(frozen=True, start_at="2027-03-01T12:00:00+00:00")

    frozen.advance(hours=1)

    assert frozen.now() == 1_803_906_000
    frozen.stop()


def test_short_times_pay_out_by_themselves(state_file):
    quick = Sandbox(state_file, payout_after=1, arrive_after=1, floats={"gbp": 100_000})
    quick.start()
    person = quick.create_account()
    client_of(quick).v1.transfers.create(transfer(person))

    for _ in range(60):
        if quick.state()["payouts"] == {"paid": 1}:
            break
        quick.wait_while_running(0.1)

    assert quick.state()["payments"]["dsb_1"]["arrived"] == 50_000
    quick.stop()


def test_the_program_serves_until_it_is_told_to_end(state_file):
    program = command("--state", state_file, "--float", "gbp=5")
    address = program.stdout.readline().split()[1].removesuffix("/sandbox/")

    status, _, body = ask(None, "GET", address + "/v1/balance")
    program.send_signal(signal.SIGTERM)

    assert (status, body["available"][0]["amount"]) == (200, 5)
    assert program.wait(5) == 0


def test_a_port_that_is_taken_is_one_clear_sentence(sandbox):
    port = sandbox.base_url.rpartition(":")[2]

    program = command("--port", port)
    _, complaint = program.communicate(timeout=10)

    assert program.returncode == 1
    assert complaint.count("\n") == 1
    assert f"127.0.0.1:{port}" in complaint
    assert "--port" in complaint


@pytest.mark.parametrize(
    "options",
    [
        ("--start-at", "tomorrow"),
        ("--float", "gbp"),
        ("--platform-webhook", "localhost:8000/hook", "whsec_1"),
        ("--state", "/nowhere/at/all"),
    ],
)
def test_options_that_make_no_sense_are_one_clear_sentence(options):
    program = command(*options)
    _, complaint = program.communicate(timeout=10)

    assert program.returncode == 1
    assert complaint.count("\n") == 1
    assert "cannot begin" in complaint


def test_a_state_file_has_one_sandbox_at_a_time(state_file):
    first = Sandbox(state_file)

    with pytest.raises(sqlite3.OperationalError):
        Sandbox(state_file)

    first.stop()
    Sandbox(state_file).stop()


def test_the_control_api_steers_time_money_and_people(sandbox):
    def control(path, **given):
        status, _, body = ask(sandbox, "POST", f"/sandbox/{path}", given=given)
        assert status == 200, body
        return body

    person = sandbox.create_account(onboarded=False)

    assert control("float", currency="gbp", amount=70_000) == {"gbp": 70_000}
    assert control("float", currency="gbp", add=5) == {"gbp": 70_005}
    assert control(f"accounts/{person}/onboard", bank_number="000111111116")["payouts_enabled"]
    client_of(sandbox).v1.transfers.create(transfer(person))
    assert len(control("run_payouts", arrive=True)["payouts"]) == 1
    assert sandbox.state()["payouts"] == {"failed": 1}
    assert control(f"accounts/{person}/bank_ok")["id"] == person
    control("clock", advance=2 * 86_400)
    assert sandbox.state()["payouts"] == {"failed": 1, "paid": 1}
    assert control("clock", set="2040-01-01T00:00:00+00:00")["now"] - 2_208_988_800 < 5
    assert not control(f"accounts/{person}/restrict")["payouts_enabled"]
    assert control("tick")["delivered"] == 0
    assert control("webhooks", lose=0.5)["lose"] == 0.5
    assert control("limiter", on=True) == {"on": True}


def test_the_control_api_tells_what_happened(sandbox, stripe_client):
    stripe_client.v1.balance.retrieve()

    assert ask(sandbox, "GET", "/sandbox/health")[2]["ok"] is True
    assert ask(sandbox, "GET", "/sandbox/log")[2]["requests"][0]["path"] == "/v1/balance"
    assert ask(sandbox, "GET", "/sandbox/state")[2]["requests"] == 1
    assert ask(sandbox, "POST", "/sandbox/reset")[0] == 200
    assert sandbox.log == []


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("clock", {"set": "tomorrow"}),
        ("float", {"amount": 5}),
        ("run_payouts", {"speed": 2}),
        ("limiter", []),
    ],
)
def test_a_control_call_that_makes_no_sense_says_what_is_expected(sandbox, path, given):
    status, _, body = ask(sandbox, "POST", f"/sandbox/{path}", given=given)

    assert status == 400
    assert body["error"]["expected"]


def test_the_overview_says_that_no_money_moves(sandbox, person):
    status, _, page = ask(sandbox, "GET", "/sandbox/")

    assert status == 200
    assert "No real money" in page
    assert person in page


def test_an_address_nobody_knows_is_not_found(sandbox):
    assert ask(sandbox, "GET", "/v1/customers")[0] == 404
    assert ask(sandbox, "GET", "/sandbox/nowhere")[0] == 404


def test_the_package_stands_alone():
    code = (
        "import sys; before = set(sys.modules); import payments.sandbox, payments.sandbox.cli;"
        "print([name for name in set(sys.modules) - before"
        " if name.split('.')[0] in "
        "{'django', 'stripe', 'requests', 'pydantic', 'cashpilot'}])"
    )

    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert seen.stdout.strip() == "[]"
