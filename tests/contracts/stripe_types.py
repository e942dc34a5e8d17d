"""What the pinned SDK says about requests and responses, as checks.

The SDK's types come from the provider's own specification, which therefore need not be in this
repository.
"""

import functools
import importlib
import typing
from collections.abc import Mapping

import stripe._request_options as request_options
from pydantic import ConfigDict, TypeAdapter
from stripe._stripe_context import StripeContext
from typing_extensions import is_typeddict

STRICT = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
OPTION_NAMES = frozenset(request_options.RequestOptions.__annotations__)
AMOUNT_REQUIRED = {"TransferCreateParams", "PayoutCreateParams", "TopupCreateParams"}
NOT_IN_BODIES = {"api_key", "stripe_account", "last_response"}


def check_request(params, typed_dict_module, name):
    """Refuse (ValueError) params that the SDK's typed dict `name` does not describe.

    Three things the types let pass are refused as well: an option such as `idempotency_key` among
    the params, a missing amount, and keys nobody knows.
    """
    if misplaced := OPTION_NAMES & set(params):
        raise ValueError(
            f"{', '.join(sorted(misplaced))}: options go into the second argument, not into params"
        )
    if name in AMOUNT_REQUIRED and "amount" not in params:
        raise ValueError(f"{name} needs an amount, although its type does not say so")
    _adapter(typed_dict_module, name).validate_python(params)


def response_problems(cls, body, path=""):
    """What is wrong with a JSON body as an instance of an SDK class: absent, null or foreign
    fields."""
    fields = _fields(cls)
    problems = [f"{path}{name}: foreign" for name in body if name not in fields]
    for name, annotation in fields.items():
        if name not in body:
            problems += [] if _is_optional(annotation) else [f"{path}{name}: absent"]
        elif body[name] is None:
            problems += [] if _is_optional(annotation) else [f"{path}{name}: null"]
        else:
            problems += _inner_problems(cls, name, body[name], f"{path}{name}.")
    return problems


def _inner_problems(cls, name, value, path):
    inner = (getattr(cls, "_inner_class_types", None) or {}).get(name)
    if inner is None:
        return []
    parts = value if isinstance(value, list) else [value]
    return [problem for part in parts for problem in response_problems(inner, part, path)]


@functools.cache
def _adapter(module_name, name):
    module = importlib.import_module(module_name)
    for home in (module, request_options):
        home.StripeContext, home.Mapping = StripeContext, Mapping
        for value in list(vars(home).values()):
            if is_typeddict(value):
                value.__pydantic_config__ = STRICT
    return TypeAdapter(getattr(module, name))


def _fields(cls):
    renamed = getattr(cls, "_field_remappings", None) or {}
    fields = {}
    for base in reversed(cls.__mro__):
        for name, annotation in getattr(base, "__annotations__", {}).items():
            if not name.startswith("_") and not name.isupper() and name not in NOT_IN_BODIES:
                fields[renamed.get(name, name)] = annotation
    return {
        name: kind
        for name, kind in fields.items()
        if typing.get_origin(kind) is not typing.ClassVar
    }


def _is_optional(annotation):
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return annotation.startswith("Optional") or "None" in annotation
    return typing.get_origin(annotation) is typing.Union and type(None) in typing.get_args(
        annotation
    )
