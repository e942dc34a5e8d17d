"""Whether the locks are in step with the .in files: every name, within its range, with a hash."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links")


@dataclass(frozen=True)
class Pin:
    """One line of a lock: a release, and whether a hash holds it."""

    name: str
    version: str
    has_hash: bool


def faults(folder: Path) -> list[str]:
    """What is wrong with the locks in `folder`, in sentences; nothing when all is well."""
    found = []
    for asked, lock in LOCKS.items():
        pins = pins_of((folder / lock).read_text())
        found += [f"{lock}: {fault}" for fault in unmet(requirements_of(folder / asked), pins)]
        found += [f"{lock}: {pin.name} has no hash" for pin in pins if not pin.has_hash]
        found += [f"{name} names an index" for name in (asked, lock) if has_address(folder / name)]
    return found + disagreements(folder)


def requirements_of(file: Path) -> Iterator[Requirement]:
    """What `file` asks for, with what the files it includes ask for."""
    for line in file.read_text().splitlines():
        wanted = line.partition(" #")[0].strip()
        if wanted.startswith("-r "):
            yield from requirements_of(file.parent / wanted.removeprefix("-r ").strip())
        elif wanted and not wanted.startswith("#"):
            yield Requirement(wanted)


def pins_of(lock: str) -> list[Pin]:
    """The pins of a lock; each begins a line, and its hashes follow, indented."""
    pins = []
    for entry in re.split(r"\n(?=\S)", lock):
        if match := PINNED.match(entry):
            name, version = match.groups()
            pins.append(Pin(canonicalize_name(name), version, "--hash=sha256:" in entry))
    return pins


def unmet(wanted: Iterator[Requirement], pins: list[Pin]) -> Iterator[str]:
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        versions = [pin.version for pin in pins if pin.name == name]
        if not versions:
            yield f"{name} is asked for and not locked; run ./dev lock"
        elif not all(requirement.specifier.contains(one, prereleases=True) for one in versions):
            yield f"{name} {', '.join(versions)} is outside {requirement.specifier}; run ./dev lock"


def has_address(file: Path) -> bool:
    return bool(ADDRESS.search(file.read_text()))


def disagreements(folder: Path) -> list[str]:
    """Releases that production runs and the tests do not."""
    production, development = (
        {(pin.name, pin.version) for pin in pins_of((folder / lock).read_text())}
        for lock in LOCKS.values()
    )
    return [
        f"{name} {version} is locked for production and not for development; run ./dev lock"
        for name, version in sorted(production - development)
    ]
