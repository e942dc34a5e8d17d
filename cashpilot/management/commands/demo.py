"""`manage.py demo`: the same as `./dev demo`, in an environment that is made already."""

import os
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run a fictional pilot; takes the arguments of ./dev demo."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Become the supervisor, which is no Django process and so stays small."""
        os.execv(sys.executable, [sys.executable, "-m", "cashpilot.demo.supervisor", *argv[2:]])
