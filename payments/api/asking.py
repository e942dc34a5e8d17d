"""What every endpoint does before and after its one call."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request


def said(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """What was sent, checked; or a problem document that names each field."""
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def who_and_when(request: Request) -> dict[str, Any]:
    """By whom and when, as every operation wants to know."""
    return {"by": request.user.public_id, "now": timezone.now()}
