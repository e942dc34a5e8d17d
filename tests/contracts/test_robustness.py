"""Whatever is asked, the sandbox answers: with the thing, or with an error body of the right
shape."""

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.sandbox.errors import ApiError
from payments.sandbox.forms import decoded
from payments.sandbox.routes import TABLE
from payments.sandbox.world import Call
from tests.sandbox_fixture import KEY

NAMES = st.sampled_from(sorted({name for row in TABLE for name in row[3]} | {"expand"}))
LEAVES = st.sampled_from(
    ["", "1", "-5", "gbp", "true", "http://127.0.0.1/x", "http://[", "acct_sbxplatform", "payout.*"]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["transfers", "requested", "gte", "payouts", "schedule", "x"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)


@given(
    row=st.sampled_from(TABLE),
    params=st.dictionaries(NAMES, VALUES, max_size=6),
    connected=st.booleans(),
    known=st.booleans(),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_request_breaks_the_sandbox(sandbox, row, params, connected, known):
    method, address, _, allowed, may_connect = row
    if known:
        params = {name: value for name, value in params.items() if name in allowed}
    person = sandbox.create_account()
    call = Call(
        method,
        address.replace("{id}", person),
        params,
        api_key="rk_test_x",
        id="req_sbx1",
        account=person if connected and may_connect else None,
    )

    answer = sandbox.api.answer(call)

    assert answer.status == 200 or set(answer.body["error"]) >= {"type", "message"}


@given(st.text(alphabet="ab[]=&0%1", max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_form_is_read_or_refused(text):
    try:
        params = decoded(text)
    except ApiError as refusal:
        params = refusal.body

    assert isinstance(params, dict | list)


def test_forms_are_read_as_the_sdk_writes_them():
    read = decoded(
        "amount=5&metadata[a]=x&types[0]=p&types[1]=q&expand[]=data.source&created[gte]=1"
    )

    assert read == {
        "amount": "5",
        "metadata": {"a": "x"},
        "types": ["p", "q"],
        "expand": ["data.source"],
        "created": {"gte": "1"},
    }


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", b'{"a": "\\ud800"}', b"[" * 100_000, b"nul"]
)
def test_a_body_that_is_no_json_object_is_refused(sandbox, body):
    answer = requests.post(
        sandbox.base_url + "/v2/core/accounts",
        body,
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=3,
    )

    assert answer.status_code == 400
    assert set(answer.json()["error"]) >= {"type", "message"}
    assert sandbox.state()["accounts"] == {}
