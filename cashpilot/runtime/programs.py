"""The programs that tests need and pip cannot bring: found, installed where allowed, or named.

On Debian and Ubuntu as root they are installed with apt. Everywhere else one sentence says
what is missing and how to get it, and the tests that need it fail.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from cashpilot.runtime.words import say

LOCK_SECONDS = 300


@dataclass(frozen=True)
class Program:
    """Something on the machine: found on PATH by a command, or in one of its usual places."""

    name: str
    commands: tuple[str, ...]
    places: tuple[str, ...]
    apt: str
    brew: str


PROGRAMS = (
    Program(
        "postgresql",
        ("initdb",),
        ("/usr/lib/postgresql/*/bin/initdb", "/opt/homebrew/opt/postgresql@*/bin/initdb"),
        apt="postgresql",
        brew="postgresql@17",
    ),
    Program("redis", ("redis-server", "valkey-server"), (), apt="redis-server", brew="redis"),
    Program(
        "rabbitmq",
        ("rabbitmq-server",),
        ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server"),
        apt="rabbitmq-server",
        brew="rabbitmq",
    ),
    Program(
        "chromium",
        ("chromium", "chromium-browser", "google-chrome"),
        ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",),
        apt="chromium",
        brew="--cask google-chrome",
    ),
    Program(
        "fonts",
        (),
        ("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf", "/System/Library/Fonts"),
        apt="fonts-noto-core",
        brew="font-noto-sans-arabic",
    ),
    Program("ps", ("ps",), (), apt="procps", brew="procps"),
)


def named(name: str) -> Program:
    """The program called `name`."""
    return next(program for program in PROGRAMS if program.name == name)


def find(name: str) -> Path | None:
    """Where the program called `name` is on this machine, or None."""
    program = named(name)
    on_path = filter(None, map(shutil.which, program.commands))
    in_places = (place for pattern in program.places for place in sorted(glob(pattern)))
    found = next(on_path, None) or next(in_places, None)
    return Path(found) if found else None


def missing() -> list[Program]:
    """The programs that this machine does not have."""
    return [program for program in PROGRAMS if find(program.name) is None]


def ensure() -> None:
    """Install what is missing where that is allowed; otherwise say how to get it."""
    wanted = missing()
    if wanted and may_install():
        install(wanted)
        wanted = missing()
    if wanted:
        say(advice(wanted))


def may_install() -> bool:
    """Whether this is a Debian or Ubuntu on which we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(programs: Iterable[Program]) -> None:
    """Install `programs` with apt, waiting for another apt to finish, and print one line.

    The services that come with them are not started: the tests use private ones.
    """
    names = [program.apt for program in programs]
    started = time.monotonic()
    say(f"[dev] installing {' '.join(names)} with apt …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = ["apt-get", "-q", "-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}"]
    subprocess.run([*apt, "update"], env=environment, capture_output=True)
    done = subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", *names],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        say(f"[dev] apt could not install them: {last_line(done.stderr)}")
    else:
        say(f"[dev] installed in {time.monotonic() - started:.0f} s")


def advice(programs: Iterable[Program]) -> str:
    """The sentence for a person whose machine lacks `programs`."""
    programs = list(programs)
    return (
        f"[dev] Missing: {', '.join(program.name for program in programs)}. The tests that need"
        " them fail; set CASHPILOT_TEST_MISSING=skip to skip those tests instead.\n"
        f"      Debian, Ubuntu: sudo apt install {' '.join(program.apt for program in programs)}\n"
        f"      macOS: {' && '.join(f'brew install {program.brew}' for program in programs)}"
    )


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "it gave no reason"
