"""Secrets that have no place in the repository: live keys anywhere, and any secret in settings."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ANYWHERE = {
    "a live Stripe key": re.compile(r"\b[sr]k_live_[0-9A-Za-z]{20,}"),
    "a Stripe webhook secret": re.compile(r"\bwhsec_[0-9A-Za-z]{30,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{36,}|\bgithub_pat_[0-9A-Za-z_]{60,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20,}"),
}
IN_SETTINGS = {
    "a secret written out": re.compile(
        r"^\s*\w*(?:SECRET|PASSWORD|TOKEN|_KEY)\w*\s*=\s*[\"'][^\"']+[\"']", re.MULTILINE
    ),
    "an address with a password": re.compile(r"\w+://[^\s:/@\"']+:[^\s:/@\"'{}]+@"),
}


def faults(folder: Path) -> list[str]:
    """The secrets found in the files of the repository in `folder`, in sentences."""
    if not (folder / ".git").exists():
        return ["This is no git checkout, so nobody can say which files are in the repository."]
    return [
        f"{name}:{line}: {what}" for name in files_of(folder) for line, what in leaks(folder, name)
    ]


def files_of(folder: Path) -> Iterable[str]:
    """The names of all files that are in the repository, or would be with `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    return sorted(name for name in listed.stdout.split("\0") if name)


def leaks(folder: Path, name: str) -> Iterator[tuple[int, str]]:
    """The line and kind of each secret in one file; binary files have none that we can see."""
    try:
        text = (folder / name).read_text()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return
    patterns = ANYWHERE | (IN_SETTINGS if "settings" in Path(name).parts else {})
    for what, pattern in patterns.items():
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, what
