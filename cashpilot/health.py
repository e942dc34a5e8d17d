"""Whether this installation is alive, and whether it is ready for people."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from cashpilot.core.models import Heartbeat

A_HEARTBEAT_IS_FRESH_FOR = timedelta(seconds=60)


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, its tables are up to date, beat and a worker turn."""
    try:
        checks = {"database": True, "migrations": _is_migrated(), "worker": _has_a_worker()}
    except DatabaseError:
        checks = {"database": False}
    is_ready = all(checks.values())
    return JsonResponse({"ready": is_ready, **checks}, status=200 if is_ready else 503)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _has_a_worker() -> bool:
    since = timezone.now() - A_HEARTBEAT_IS_FRESH_FOR
    return Heartbeat.objects.filter(name="worker", beat_at__gte=since).exists()
