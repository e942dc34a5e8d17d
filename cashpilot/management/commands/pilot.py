"""A pilot at a command line: the same set-up, the same roles and the same refusals as the pages."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cashpilot.core.models import User
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Refused
from cashpilot.journeys import amend_pilot, launch_pilot
from participants.models import Pilot
from participants.operations.drafts import NotReady, begin_pilot, declare_ready
from participants.queries import NO_PILOT, pilot_for, pilots_of
from participants.queries.designs import design_in_force, plan_of, plan_to_take_along
from participants.rules.eligibility import in_words as rule_in_words
from participants.rules.plan_files import MOST_BYTES, as_json, as_yaml, read_file
from participants.rules.plans import Plan, lacks, read_plan
from participants.rules.shapes import Faulty

WRITE = {"yaml": as_yaml, "json": as_json}


class Command(BaseCommand):
    help = "Set up, check, launch and amend pilots; take a set-up out as one file and bring it in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand each, with its own options."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        create = _verb(verbs, "create", "begin an empty draft", names="name")
        create.add_argument("--currency", required=True)
        create.add_argument("--nation", required=True, help="whose calendar of working days")
        _verb(verbs, "show", "what a pilot is set up to be")
        _verb(verbs, "check", "what is missing before the launch; fails if anything is")
        _verb(verbs, "launch", "lock the design, and take people in from now on")
        amend = _verb(verbs, "amend", "the next version of a running pilot's design")
        amend.add_argument("file", help="the whole set-up as it is to be, YAML or JSON; - reads it")
        amend.add_argument("--reason", required=True)
        export = _verb(verbs, "export", "the whole set-up as one file: no person, no secret")
        export.add_argument("--format", choices=sorted(WRITE), default="yaml")
        brought = _verb(verbs, "import", "a draft from one YAML or JSON file", names="file")
        brought.add_argument(
            "--incomplete", action="store_true", help="though something is missing"
        )
        brought.add_argument("--name", default="", help="another name than the file's")

    def handle(self, *, verb: str, email: str, **options: Any) -> None:
        """Do it as that member of staff; a refusal is one sentence a line, and an end with 1."""
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        try:
            getattr(self, f"_{verb}")(user, **options)
        except Faulty as no:
            raise CommandError("\n".join(str(one) for one in no.faults)) from None
        except NotReady as no:
            raise CommandError("\n".join(f"{one.path}: {one.says}" for one in no.lacks)) from None
        except Refused as no:
            raise CommandError(str(no)) from None

    def _create(self, user: User, *, name: str, currency: str, nation: str, **_: Any) -> None:
        plan = {"name": name, "currency": currency.lower(), "nation": nation}
        self.stdout.write(begin_pilot(plan=plan, manager=user, **_who(user)).public_id)

    def _show(self, user: User, *, pilot: str, **_: Any) -> None:
        found = _found(user, pilot, "see the pilot")
        self.stdout.write("\n".join(_in_lines(found, plan_of(found))))

    def _check(self, user: User, *, pilot: str, **_: Any) -> None:
        missing = list(lacks(plan_of(_found(user, pilot, "see the pilot"))))
        if missing:
            raise NotReady(missing)
        self.stdout.write("Nothing is missing.")

    @transaction.atomic
    def _launch(self, user: User, *, pilot: str, **_: Any) -> None:
        found = _found(user, pilot, "change the pilot")
        if found.state == Pilot.State.DRAFT:
            declare_ready(pilot=found, **_who(user))
        made = launch_pilot(pilot=found, **_who(user))
        self.stdout.write(f"{found.public_id} launched, version 1, {made.sha256}")

    def _amend(self, user: User, *, pilot: str, file: str, reason: str, **_: Any) -> None:
        found = _found(user, pilot, "change the pilot")
        plan = read_file(_bytes_of(file))
        made = amend_pilot(pilot=found, plan=plan, reason=reason, **_who(user))
        self.stdout.write(f"{found.public_id} version {made.version}, {made.sha256}")

    def _export(self, user: User, *, pilot: str, format: str, **_: Any) -> None:
        found = _found(user, pilot, "see the pilot")
        self.stdout.write(WRITE[format](plan_to_take_along(found)), ending="")

    def _import(self, user: User, *, file: str, incomplete: bool, name: str, **_: Any) -> None:
        said = read_file(_bytes_of(file))
        if name and isinstance(said, dict):
            said["name"] = name
        plan = read_plan(said)
        missing = list(lacks(plan))
        if missing and not incomplete:
            raise NotReady(missing)
        self.stdout.write(begin_pilot(plan=plan, manager=user, **_who(user)).public_id)


def _verb(verbs: Any, name: str, words: str, *, names: str = "pilot") -> ArgumentParser:
    verb = verbs.add_parser(name, help=words)
    verb.add_argument(names, help="public id or name" if names == "pilot" else None)
    verb.add_argument("--as", dest="email", required=True, help="who does it")
    return verb


def _found(user: User, name_or_id: str, act: str) -> Pilot:
    called = Q(public_id=name_or_id) | Q(name__iexact=name_or_id)
    found = pilots_of(user).filter(called).first()
    if found is None:
        raise CommandError(NO_PILOT)
    return pilot_for(user, found.public_id, act)


def _bytes_of(file: str) -> bytes:
    """What stands in a file, or comes in by `-`; never much more than can be read."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None


def _in_lines(pilot: Pilot, plan: Plan) -> list[str]:
    newest = design_in_force(pilot)
    version = f"version {newest.version}, {newest.sha256}" if newest else "no version yet"
    arms = [
        f"  {one['code']}: {one['name']}, {one['kind']}, ratio {one['ratio']}"
        + (f", {_award(one['award'], plan['currency'])}" if one["award"] else "")
        for one in plan["arms"]
    ]
    budget = [
        f"  {one['name']} ({one['purpose']}): {in_words(one['budget_minor'], plan['currency'])}"
        for one in plan["budget"]
    ]
    return [
        f"{plan['name']} ({pilot.public_id}): {pilot.get_state_display()}, {version}",
        f"{plan['currency'].upper()}, working days of {pilot.get_nation_display()}",
        *(["arms", *arms] if arms else ["no arms yet"]),
        *(["budget", *budget] if budget else ["no budget yet"]),
        *_rule_in_lines(plan["eligibility"]),
    ]


def _award(award: dict[str, Any], currency: str) -> str:
    amount = in_words(award["amount_minor"], currency)
    return f"{award['count']} × {amount} {award['frequency']} from {award['first_date']}"


def _rule_in_lines(eligibility: dict[str, Any]) -> list[str]:
    if not eligibility["rule"]:
        return ["everybody can join"]
    by_code = {one["code"]: one for one in eligibility["questions"]}
    return ["who can join", f"  {rule_in_words(eligibility['rule'], by_code)}"]


def _who(user: User) -> dict[str, Any]:
    return {"by": user.public_id, "now": timezone.now()}
