"""Celery is only the clock and the muscle: every task calls one operation.

The whole timetable stands here. A message means "look now": losing one costs a minute, and
repeating one does nothing.
"""

from celery import Celery
from celery.signals import worker_ready
from kombu import Queue

app = Celery("cashpilot", set_as_current=True)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.CELERY_DB_REUSE_MAX = 1000
app.conf.task_default_queue = "cashpilot"
app.conf.task_queues = [Queue("cashpilot"), Queue("sending")]  # a worker takes both unless told
app.conf.task_routes = {"payments.send_what_is_approved": {"queue": "sending"}}

SECONDS = 1.0
MINUTES = 60 * SECONDS
HOURS = 60 * MINUTES

app.conf.beat_schedule = {
    name: {"task": task, "schedule": every, "options": {"expires": max(every, 10)}}
    for name, task, every in (
        ("the clockwork is alive", "cashpilot.beat", 5 * SECONDS),
        ("send what is approved", "payments.send_what_is_approved", 5 * SECONDS),
        ("act on what the provider said", "payments.apply_provider_events", 5 * SECONDS),
        ("hear what a webhook may have missed", "payments.sweep_provider_events", 15 * MINUTES),
        ("the same for recipients' accounts", "payments.sweep_accounts", 6 * HOURS),
        ("tell people what there is to tell", "participants.send_notices", 10 * SECONDS),
        ("match with the provider's books", "payments.compare_books", 24 * HOURS),
        ("recipients without an account", "payments.create_missing_recipients", 10 * SECONDS),
        ("build approved releases", "evaluation.build_approved_releases", 10 * SECONDS),
        ("check and add files of people", "cashpilot.work_on_intakes", 3 * SECONDS),
        ("look for people who came in twice", "cashpilot.search_for_pairs", 5 * MINUTES),
        ("forget old files of people", "cashpilot.forget_old_intakes", 1 * HOURS),
        ("chain the audit", "cashpilot.seal_audit", 10 * SECONDS),
        ("forget old answers", "cashpilot.forget_old_answers", 1 * HOURS),
        ("let go of what is past its time", "cashpilot.keep_to_the_terms", 24 * HOURS),
    )
}


@app.task(name="cashpilot.beat")
def beat() -> None:
    """Show the watchdog that beat and a worker are both alive."""
    from django.utils import timezone

    from cashpilot.core.models import Heartbeat

    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


@app.task(name="cashpilot.seal_audit")
def seal_audit() -> None:
    """Chain the audit events written since the last time."""
    from cashpilot.core import audit

    audit.seal()


@app.task(name="cashpilot.forget_old_answers")
def forget_old_answers() -> None:
    """Forget what the API answered over a day ago."""
    from django.utils import timezone

    from cashpilot.core import kept_answers

    kept_answers.forget_old(now=timezone.now())


@worker_ready.connect
def look_at_once(sender, **_) -> None:
    """A worker that starts looks for work without waiting for beat."""
    for task in ("cashpilot.beat", "payments.send_what_is_approved"):
        sender.app.send_task(task)
