"""Refusals in the shape the API gives them.

`kept` says whether the refusal is an outcome of execution, which the
idempotency layer stores under the key, or came before execution, which it does not.
"""


class ApiError(Exception):
    """An answer other than 200, with the body and headers to send."""

    def __init__(self, status, type, message, *, code=None, param=None, headers=None, kept=False):
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.kept = kept
        fields = {"type": type, "code": code, "message": message, "param": param}
        self.body = {"error": {name: value for name, value in fields.items() if value is not None}}


def invalid(message, *, param=None, code=None):
    """The request could not be understood; nothing was tried."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param)


def declined(message, *, code, param=None):
    """The request was understood, tried and refused; the key remembers it."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param, kept=True)


def of_type(type, message):
    """A refusal of the second API, which names its reason by type; a later try is a new one."""
    return ApiError(400, type, message, code=type)


def no_such(noun, id, *, param="id", status=404):
    message = f"No such {noun}: '{id}'"
    return ApiError(status, "invalid_request_error", message, code="resource_missing", param=param)


def unauthenticated(message):
    return ApiError(401, "invalid_request_error", message)


def no_such_address(method, path):
    message = f"The sandbox has no address {method} {path}."
    return ApiError(404, "invalid_request_error", message, code="resource_missing")


def key_reused(status=400):
    message = (
        "This idempotency key was first used with other parameters; "
        "use a new key for a new request."
    )
    return ApiError(status, "idempotency_error", message)


def key_in_use():
    message = (
        "Another request with this idempotency key is still under way; try again with the same key."
    )
    return ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")


def too_many(reason):
    """A refusal by the rate limiter; `reason` is what the header names."""
    headers = {"Stripe-Rate-Limited-Reason": reason}
    message = "Too many requests in the last second; slow down and try again."
    return ApiError(429, "invalid_request_error", message, code="rate_limit", headers=headers)


def lock_timeout():
    message = "The object is locked by another request; try again."
    return ApiError(429, "invalid_request_error", message, code="lock_timeout")


def broken():
    """A fault inside the provider: an outcome, so the key remembers it."""
    return ApiError(500, "api_error", "Something went wrong inside the sandbox.", kept=True)
