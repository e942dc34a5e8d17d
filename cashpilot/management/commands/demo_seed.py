"""Make the fictional pilot of the demo, once."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cashpilot.demo import seed
from cashpilot.demo.doors import DOORS
from participants.models import Pilot


class Command(BaseCommand):
    help = "Make the fictional pilot of the demo, once; its payments go through the sandbox."

    def add_arguments(self, parser):
        parser.add_argument(
            "--addresses", action="store_true", help="print the one-click sign-in addresses"
        )

    def handle(self, *args, **options):
        if settings.CASHPILOT_MODE != "demo":
            raise CommandError("CASHPILOT_MODE is not demo: the fictional pilot stays out of here.")
        if Pilot.objects.filter(name=seed.NAME).exists():
            self.stdout.write("already seeded")
        elif Pilot.objects.exists():
            raise CommandError("This database holds another pilot: the demo never touches it.")
        else:
            seed.plant()
            self.stdout.write("seeded")
        if options["addresses"]:
            for who, words in DOORS.items():
                address = f"{settings.BASE_URL}/demo/as/{who}/"
                self.stdout.write(json.dumps({"address": address, "words": words}))
