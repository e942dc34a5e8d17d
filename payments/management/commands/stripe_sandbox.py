from django.core.management.base import BaseCommand

from payments.sandbox import cli


class Command(BaseCommand):
    help = "Run a payment provider on this machine that moves no money (see payments.sandbox)."
    requires_system_checks = []

    def add_arguments(self, parser):
        cli.add_options(parser)

    def handle(self, *arguments, **options):
        if status := cli.serve(**options):
            raise SystemExit(status)
