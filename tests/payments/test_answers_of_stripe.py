"""What an exception of the SDK says about the money."""

import pytest
import stripe

from payments.providers.base import Declined, NotNow, Unknown
from payments.providers.stripe_answers import answer_to

BODY = {"error": {"code": "api_key_expired"}}


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (stripe.AuthenticationError("no", code="api_key_expired"), (401, Declined("HTTP 401"))),
        (stripe.PermissionError("no", code="forbidden"), (403, Declined("HTTP 403"))),
        (stripe.RateLimitError("no", code="lock_timeout"), (429, NotNow("lock_timeout"))),
        (stripe.APIError("no"), (500, Unknown("HTTP 500", is_server_error=True))),
        (stripe.APIError("no"), (409, Unknown("HTTP 409"))),
        (stripe.APIError("no"), (424, Unknown("HTTP 424"))),
    ],
)
def test_each_refusal_is_read_for_what_it_says_of_the_money(error, answer):
    error.http_status, error.json_body = answer[0], BODY

    assert answer_to(error) == answer[1]


def test_what_is_no_answer_of_the_provider_leaves_the_outcome_open():
    assert answer_to(RuntimeError("anything")) == Unknown("RuntimeError")
