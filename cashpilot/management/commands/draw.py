"""A pilot's draw from the command line: commit to it, hold it, and show that it was fair."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cashpilot.core.refusals import Refused
from cashpilot.journeys import hold_draw_and_award
from participants.models import Draw, Pilot
from participants.operations.draws import commit_to_draw
from participants.operations.entrants import enter_file
from participants.queries.draws import document_of, the_draw_of
from participants.rules.proof import AGREES, fault_in

WHO = "command line"


class Command(BaseCommand):
    help = "Commit to a pilot's draw, list its people, hold it, and verify what it gave."

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, (words, own) in VERBS.items():
            one = verbs.add_parser(verb, help=words)
            for name, about in own.items():
                one.add_argument(name, **about)

    def handle(self, *args, **options):
        try:
            getattr(self, f"_{options['verb']}")(options)
        except Refused as no:
            raise CommandError(_said(no)) from None
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None

    def _commit(self, options):
        design = json.loads(Path(options["design"]).read_text(encoding="utf-8"))
        pilot = _pilot(options)
        draw = commit_to_draw(pilot=pilot, design=design, by=WHO, now=timezone.now())
        self.stdout.write(f"Committed: {draw.commitment}\nPublish it before anybody is listed.")

    def _enter(self, options):
        raw, draw = Path(options["file"]).read_bytes(), the_draw_of(_pilot(options))
        listed = enter_file(draw=draw, raw=raw, by=WHO, now=timezone.now())
        self.stdout.write(f"{len(listed):,} put on the list.")

    def _show(self, options):
        draw = the_draw_of(_pilot(options))
        said = {
            "state": draw.state,
            "commitment": draw.commitment,
            "committed": draw.committed_at.isoformat(timespec="seconds"),
            "on the list": f"{draw.entrants.count():,}",
            "design": draw.plan.as_bytes().decode(),
        }
        if draw.state == Draw.State.HELD:
            said |= {"seed": draw.seed, "roster": draw.roster_digest}
            said |= {"outcomes": draw.outcomes_digest}
        for name, value in said.items():
            self.stdout.write(f"{name}: {value}")

    def _run(self, options):
        draw = the_draw_of(_pilot(options))
        question = f"Hold the draw for {draw.entrants.count():,} people, for good? (yes) "
        if not options["yes"] and input(question).strip() != "yes":
            raise CommandError("Nothing was drawn.")
        enrolled = hold_draw_and_award(draw=draw, by=WHO, now=timezone.now())
        draw.refresh_from_db()
        self.stdout.write(f"Held: {len(enrolled):,} people are in an arm. Seed: {draw.seed}")

    def _export(self, options):
        said = document_of(the_draw_of(_pilot(options)))
        text = json.dumps(said, ensure_ascii=False, indent=2) + "\n"
        if options["to"]:
            Path(options["to"]).write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)

    def _verify(self, options):
        if bool(options["pilot"]) == bool(options["file"]):
            raise CommandError("Name a pilot, or a file with --file.")
        if options["file"]:
            said = json.loads(Path(options["file"]).read_text(encoding="utf-8"))
        else:
            said = document_of(the_draw_of(_pilot(options)))
        if options["roster"]:
            said["roster"] = Path(options["roster"]).read_text(encoding="utf-8")
        if fault := fault_in(said):
            raise CommandError(fault)
        self.stdout.write(AGREES)


PILOT = {"help": "its name or id"}
DESIGN = {"required": True, "help": "a JSON file"}
YES = {"action": "store_true", "help": "hold it without asking"}
VERBS: dict[str, tuple[str, dict[str, dict]]] = {
    "commit": (
        "freeze a design and publish the commitment",
        {"pilot": PILOT, "--design": DESIGN},
    ),
    "enter": (
        "put everybody in a CSV file on the list",
        {"pilot": PILOT, "file": {"help": "a CSV file of people"}},
    ),
    "show": ("what is committed to, and once it was held its seed", {"pilot": PILOT}),
    "run": ("hold the draw, once and for good", {"pilot": PILOT, "--yes": YES}),
    "export": (
        "write what anybody needs to draw again, as JSON",
        {"pilot": PILOT, "--to": {"help": "a file, instead of standard output"}},
    ),
    "verify": (
        "draw again, and name the first row that differs",
        {
            "pilot": {"nargs": "?", **PILOT},
            "--file": {"help": "what `draw export` wrote; needs no database"},
            "--roster": {"help": "a roster file to take instead of ours"},
        },
    ),
}


def _pilot(options) -> Pilot:
    asked = options["pilot"]
    found = (
        Pilot.objects.filter(name=asked).first() or Pilot.objects.filter(public_id=asked).first()
    )
    if found is None:
        raise CommandError(f"There is no pilot called {asked!r}.")
    return found


def _said(no: Refused) -> str:
    problems = "".join(f"\n{one}" for one in getattr(no, "problems", []))
    field = getattr(no, "field", "")
    return f"{field}: {no}" if field and not problems else f"{no}{problems}"
