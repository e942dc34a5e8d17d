"""Walk the chain over the audit, and name whatever was altered or removed."""

from django.core.management.base import BaseCommand, CommandError

from cashpilot.core import audit
from cashpilot.core.models import AuditSeal


class Command(BaseCommand):
    help = "Seal the audit events that wait, and check every sealed one against the chain."

    def handle(self, **options: object) -> None:
        """Print each fault and fail, or say how many events are intact and the head of the chain.

        Keep the head somewhere else, with its number: a chain cut off at its end still agrees
        with itself, and only a head noted earlier shows that it was longer.
        """
        while audit.seal():
            pass
        faults = 0
        for fault in audit.verify():
            self.stdout.write(fault)
            faults += 1
        if faults:
            found = "1 fault" if faults == 1 else f"{faults:,} faults"
            raise CommandError(f"The audit is not intact: {found} found, named above.")
        if erased := audit.erased():
            self.stdout.write(f"Of these, {erased:,} had personal details erased, as they say.")
        self.stdout.write(intact(AuditSeal.objects.order_by("-position").first()))


def intact(last: AuditSeal | None) -> str:
    """What is said of a chain without a fault."""
    if last is None:
        return f"0 audit events are intact. Head: {audit.GENESIS}"
    counted = "1 audit event is" if last.position == 1 else f"{last.position:,} audit events are"
    return f"{counted} intact. Head: {last.chain}"
