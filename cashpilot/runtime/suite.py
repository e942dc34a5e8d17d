"""`./dev test`: bring what the tests need to this machine, then run them all on every core."""

import os
import sys

from cashpilot.runtime import programs


def main(arguments: list[str]) -> None:
    """Run pytest with `arguments`, in this process's place."""
    programs.ensure()
    command = [sys.executable, "-m", "pytest", *spread(arguments), *arguments]
    os.execv(sys.executable, command)


def spread(arguments: list[str]) -> list[str]:
    """How the tests are shared among cores, unless `arguments` say so themselves.

    A file stays together, so that what it starts is started once. `--dist loadgroup` would be
    finer, but pytest-xdist 3.8 silently ignores its groups under pytest 9.2 (pytest-xdist #1386).
    """
    if any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        return []
    return ["-n", str(cores()), "--dist", "loadfile"]


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    main(sys.argv[1:])
