"""Let somebody in: make an account for a member of staff or a researcher, and give them roles."""

import getpass
import os

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent, User
from participants.models import Pilot
from participants.operations.roles import give_role

BY = "command line"


class Command(BaseCommand):
    help = "Make an account, or give an existing one more rights. Asks for the password."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="first and last name")
        parser.add_argument("--may-set-up-pilots", action="store_true")
        parser.add_argument("--pilot", help="the name of a pilot to give roles in")
        parser.add_argument("--role", action="append", choices=Role.values, default=[])

    def handle(self, *args, **options):
        pilot = self._pilot(options)
        user = User.objects.filter(email=options["email"]).first() or self._new(options)
        if options["may_set_up_pilots"] and not user.may_set_up_pilots:
            User.objects.filter(pk=user.pk).update(may_set_up_pilots=True)
            AuditEvent.record(user, "user.may set up pilots", at=timezone.now(), by=BY)
        for role in options["role"]:
            give_role(pilot=pilot, user=user, role=role, by=BY, now=timezone.now())
        self.stdout.write(f"{options['email']} can sign in.")

    def _pilot(self, options) -> Pilot | None:
        if options["role"] and not options["pilot"]:
            raise CommandError("A role is held in a pilot: name it with --pilot.")
        if not options["pilot"]:
            return None
        pilot = Pilot.objects.filter(name=options["pilot"]).first()
        if pilot is None:
            raise CommandError(f"There is no pilot called {options['pilot']!r}.")
        return pilot

    def _new(self, options) -> User:
        password = os.environ.get("STAFF_PASSWORD") or getpass.getpass("Password: ")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        first, _, last = options["name"].partition(" ")
        user = User.objects.create_user(
            options["email"], password, first_name=first, last_name=last
        )
        AuditEvent.record(user, "user.added", at=timezone.now(), by=BY)
        return user
