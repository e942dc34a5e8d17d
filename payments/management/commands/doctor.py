import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cashpilot.core.models import User
from cashpilot.core.refusals import Refused
from payments.operations.check_ups import attest, check_up
from payments.providers import get_provider

BY = "doctor"


class Command(BaseCommand):
    help = "Check how Stripe is set up, line by line; ends with 1 if anything is missing."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="the findings as JSON")
        parser.add_argument(
            "--record",
            nargs=3,
            metavar=("KIND", "EMAIL", "REFERENCE"),
            help="say of what no API shows that it is so: who says it, and where it is written",
        )

    def handle(self, *args, record, **options):
        if record:
            self.attest(*record)
            return
        made, findings = check_up(provider=get_provider(), by=BY, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in findings], indent=2))
        else:
            for one in findings:
                self.stdout.write(f"{one.verdict:5}{one.about:18}{one.says}")
        if not made.has_passed:
            raise CommandError("Something is missing. Nothing was changed.")

    def attest(self, kind: str, email: str, reference: str) -> None:
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        try:
            attest(kind=kind, reference=reference, person=person, by=BY, now=timezone.now())
        except Refused as no:
            raise CommandError(str(no)) from None
        self.stdout.write("Recorded.")
