"""Logs name nobody, however deep a name lies, and a machine can read each line."""

import json
import logging

import pytest
import structlog
from django.conf import settings

from cashpilot.core.encryption import seal
from cashpilot.core.logs import drop_personal_data, formatter
from cashpilot.core.privacy import MASK, our_models
from cashpilot.middleware import RequestLog


def masked(**event):
    return drop_personal_data(None, "info", event)


@pytest.mark.parametrize(
    "key",
    ["name", "email", "phone", "date_of_birth", "password", "secret_hash", "token", "ip"],
)
def test_what_identifies_a_person_is_masked_by_its_key(key):
    assert masked(**{key: "Amina Example"}) == {key: MASK}


def test_what_identifies_a_person_is_masked_however_deep_it_lies():
    event = masked(
        event="saved",
        payload={"people": [{"name": "Amina", "code": "A1"}, ({"phone": "0800"}, 3)]},
    )

    assert event == {
        "event": "saved",
        "payload": {"people": [{"name": MASK, "code": "A1"}, [{"phone": MASK}, 3]]},
    }


def test_what_names_nobody_stays_readable():
    event = {"event": "paid", "disbursement": "dsb_x", "amount_minor": 36_000, "held": None}

    assert masked(**event) == event


def test_the_secret_of_a_sign_in_link_is_not_in_the_log():
    event = masked(
        request="GET /s/abc-DEF_123/", event="Not Found: /s/abc-DEF_123/", next="/staff/pay/"
    )

    assert event == {
        "request": f"GET /s/{MASK}/",
        "event": f"Not Found: /s/{MASK}/",
        "next": "/staff/pay/",
    }


def test_a_row_that_the_database_refused_is_not_in_the_log():
    said = "IntegrityError: null value\nDETAIL:  Failing row contains (1, Amina\n\nExample).\n"
    event = masked(exception=f"{said}\n\nThe above exception was the direct cause")

    assert event == {
        "exception": f"IntegrityError: null value\nDETAIL: {MASK}"
        "\n\nThe above exception was the direct cause"
    }


def test_what_was_searched_for_is_not_in_the_log(rf):
    request = rf.get("/staff/pay-runs/", {"search": "Amina Example"})

    assert RequestLog.format_request(request) == "GET /staff/pay-runs/"


@pytest.mark.parametrize("key", ["Email", "PHONE", "Date-Of-Birth", "payee_name", "held_with"])
def test_a_key_is_masked_however_it_is_written(key):
    assert masked(**{key: "Amina Example"}) == {key: MASK}


def test_an_address_is_masked_in_any_words_even_of_a_crash():
    event = masked(
        event="sent to amina@example.org.", exception="KeyError: 'siân.b+x@post.example'"
    )

    assert event == {"event": f"sent to {MASK}.", "exception": f"KeyError: '{MASK}'"}


def test_a_sealed_value_is_not_in_the_log_because_logs_outlive_an_erasure():
    sealed = seal("Amina", "a.b")

    assert masked(event=f"Failing row contains (1, {sealed}, t).") == {
        "event": f"Failing row contains (1, {MASK}, t)."
    }


def test_every_identifying_column_of_every_model_is_masked_by_its_name():
    names = {name for model in our_models() for name in model.Privacy.identifying}

    assert {name for name in names if masked(**{name: "x"}) != {name: MASK}} == set()


def written(record) -> dict:
    line = formatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_each_line_of_the_log_is_one_json_object():
    record = logging.makeLogRecord(
        {"name": "payments", "levelname": "WARNING", "msg": "two\nlines of %s", "args": ("text",)}
    )

    said = written(record)

    assert said["event"] == "two\nlines of text"
    assert (said["level"], said["logger"]) == ("warning", "payments")
    assert said["timestamp"].endswith("Z")


def test_a_structured_line_is_masked_on_its_way_out(caplog):
    with caplog.at_level(logging.INFO):
        structlog.get_logger("participants").info("enrolled", email="amina@example.org", code="A1")
    record = caplog.records[-1]

    said = written(record)

    assert (said["event"], said["email"], said["code"]) == ("enrolled", MASK, "A1")


def test_a_crash_is_one_line_with_its_traceback():
    try:
        raise ValueError("no such day")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)

    said = written(logging.makeLogRecord({"msg": "failed", "exc_info": info}))

    assert "ValueError: no such day" in said["exception"]


def test_every_handler_writes_with_this_formatter():
    handlers = settings.LOGGING["handlers"].values()

    assert {handler["formatter"] for handler in handlers} == {"json"}
    assert settings.LOGGING["formatters"]["json"]["()"] == "cashpilot.core.logs.formatter"
