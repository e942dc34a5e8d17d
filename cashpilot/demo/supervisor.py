"""`./dev demo`: every process of a fictional pilot, started in order and stopped cleanly.

It is no Django process itself, so that it stays small.
"""

import argparse
import compileall
import json
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from cashpilot.runtime import processes, supervision
from cashpilot.runtime.home import Home, home_in
from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.supervision import Child, LogTail, Watched
from cashpilot.runtime.words import say

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_PORT = 8000
READY_SECONDS = 120
HOPELESS_ENDS = 3
TICK_SECONDS = 0.2
LIVE_KEYS = ("sk_live_", "rk_live_")
SECRETS = {
    "SECRET_KEY": "",
    "PSEUDONYM_KEY": "",
    "PERSONAL_DATA_KEYS": "demo:",
    "BLIND_INDEX_KEY": "",
    "DATABASE_PASSWORD": "",
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_",
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_",
}
READY_WORDS = {"worker": " ready.", "beat": "beat: Starting"}
PACKAGES = ("cashpilot", "participants", "payments", "evaluation")


def main(arguments: list[str] | None = None) -> None:
    """Run the demo until it is told to stop; the process then ends with 0."""
    options = parsed(arguments)
    refuse_live_key()
    account = processes.unprivileged_account()
    home = home_in(Path(os.environ.get("CASHPILOT_VAR", CHECKOUT / "var")), account)
    if options.throw_away:
        throw_away(home, asked=options.yes)
        return
    port = chosen_port(options.port)
    home.open()
    say(f"The demo's data are kept in {home.path}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    demo = Demo(home, port, verbose=options.verbose)
    try:
        demo.start()
        demo.announce(open_browser=not (options.no_browser or options.once))
        if not options.once:
            demo.keep_running()
    except KeyboardInterrupt:
        say("Stopping …")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        supervision.stop_all(demo.watched)


class Demo:
    """The processes of one demo on one port, and what they say."""

    def __init__(self, home: Home, port: int, *, verbose: bool):
        self.home = home
        self.port = port
        self.verbose = verbose
        self.watched: list[Watched] = []
        self.sandbox_port = processes.free_port()
        self.secrets = home.secrets(SECRETS)
        self.account = runner(home.account)
        self.env = self._environment()
        self.addresses: list[dict] = []

    def start(self) -> None:
        """Start everything in order, and return when every process answers.

        1. The database, unless `DATABASE_URL` names one; then its tables.
        2. The sandbox that stands in for Stripe, and the fictional pilot.
        3. Web, worker and beat.
        """
        say("Starting the database …")
        self._start_database()
        say("Bringing its tables up to date …")
        self._run("migrate", "migrate", "--no-input")
        say("Starting the payment sandbox …")
        self._start_sandbox()
        say("Preparing the fictional pilot …")
        self.addresses = addresses_in(self._run("seed", "demo_seed", "--addresses"))
        say("Starting web, worker and beat …")
        self._start_ours()
        for name, words in READY_WORDS.items():
            self._wait_until(name, lambda log, words=words: words in log.read_text())
        self._wait_for("web", self.port, "/livez")
        self._wait_for("web", self.port, "/readyz")

    def announce(self, *, open_browser: bool) -> None:
        """Print the sign-in addresses, and last that the demo is ready."""
        for one in self.addresses:
            say(" · ".join(str(value) for value in one.values()))
        address = f"http://127.0.0.1:{self.port}/"
        say(f"Ready: {address}")
        if open_browser and has_display():
            webbrowser.open(address)

    def keep_running(self) -> None:
        """Watch the processes until a signal ends it."""
        while True:
            self._tick()
            time.sleep(TICK_SECONDS)

    def _start_database(self) -> None:
        if "DATABASE_URL" in os.environ:
            return
        postgres = Postgres(
            self.home.path / "postgres", durable=True, password=self.secrets["DATABASE_PASSWORD"]
        )
        self._watch("database", postgres, postgres.log).log.skip()
        postgres.create_database("cashpilot")
        self.env["DATABASE_URL"] = postgres.url("cashpilot")

    def _start_sandbox(self) -> None:
        webhooks = f"{self.env['CASHPILOT_BASE_URL']}/api/v1/webhooks/stripe"
        secret = "STRIPE_WEBHOOK_SECRET_"
        command = ["-m", "payments.sandbox", "--port", str(self.sandbox_port)]
        command += ["--state", str(self.home.folder("sandbox") / "state.json")]
        command += ["--platform-webhook", f"{webhooks}/platform/", self.env[secret + "PLATFORM"]]
        command += ["--connect-webhook", f"{webhooks}/connect/", self.env[secret + "CONNECT"]]
        command += ["--payout-after", "20", "--arrive-after", "25", "--no-limiter"]
        self._watch_python("sandbox", command)
        self._wait_for("sandbox", self.sandbox_port, "/sandbox/health")

    def _start_ours(self) -> None:
        web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        web += ["--port", str(self.port), "--workers", "1", "--blocking-threads", "4"]
        self._watch_python("web", [*web, "cashpilot.wsgi:application"])
        celery = ["-m", "celery", "-A", "cashpilot"]
        worker = [*celery, "worker", "--pool", "threads", "--concurrency", "4"]
        worker += ["--hostname", "demo@localhost", "--without-gossip", "--without-mingle"]
        worker += ["--loglevel", "INFO"]
        self._watch_python("worker", worker)
        schedule = str(self.home.folder("beat") / "schedule")
        beat = [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "INFO"]
        self._watch_python("beat", beat)

    def _watch_python(self, name: str, command: list[str]) -> None:
        child = self._child(name, command)
        self._watch(name, child, child.log)

    def _watch(self, name: str, server: supervision.Server, log: Path) -> Watched:
        watched = Watched(name, server, LogTail(log))
        self.watched.append(watched)
        watched.start(now=time.monotonic())
        return watched

    def _run(self, name: str, *command: str) -> str:
        """Run one command of manage.py to its end; returns what it said, or ends the demo."""
        child = self._child(name, ["manage.py", *command])
        code = child.run()
        said = child.log.read_text(errors="replace")
        if code:
            raise SystemExit(f"{said.strip()}\nmanage.py {command[0]} failed, so the demo stops.")
        return said

    def _child(self, name: str, command: list[str]) -> Child:
        log = self.home.logs / f"{name}.log"
        log.write_bytes(b"")
        return Child(
            [sys.executable, *command],
            log=log,
            env=self.env,
            cwd=CHECKOUT,
            account=self.account,
        )

    def _wait_for(self, name: str, port: int, path: str) -> None:
        """Return when `path` of the process called `name` answers 200."""
        self._wait_until(name, lambda log: supervision.status_of(port, path) == 200)

    def _wait_until(self, name: str, is_ready: Callable[[Path], bool]) -> None:
        """Return when the process is ready; give up when one keeps ending or time runs out."""
        deadline = time.monotonic() + READY_SECONDS
        log = self.home.logs / f"{name}.log"
        while not is_ready(log):
            self._tick()
            if hopeless := [one for one in self.watched if one.ends >= HOPELESS_ENDS]:
                name, log = hopeless[0].name, hopeless[0].log.path
                raise SystemExit(f"The demo stops, because {name} keeps ending: see {log}")
            if time.monotonic() > deadline:
                raise SystemExit(f"The demo stops, because {name} is not ready: see {log}")
            time.sleep(TICK_SECONDS)

    def _tick(self) -> None:
        """Show what the processes said, and start again what ended."""
        for one in self.watched:
            lines = one.log.new_lines() if self.verbose else one.log.new_troubles()
            for line in lines:
                say(f"{one.name:8} | {line}")
            if news := one.look(now=time.monotonic()):
                say(f"{one.name:8} | {news}")

    def _environment(self) -> dict[str, str]:
        """What the processes read; a database or broker that is set already is kept."""
        ours = {
            "DJANGO_SETTINGS_MODULE": "cashpilot.settings.dev",
            "CASHPILOT_MODE": "demo",
            "CASHPILOT_VAR": str(self.home.folder("files")),
            "CASHPILOT_BASE_URL": f"http://127.0.0.1:{self.port}",
            "STRIPE_API_BASE": f"http://127.0.0.1:{self.sandbox_port}",
            "PYTHONUNBUFFERED": "1",
            **{name: self.secrets[name] for name in SECRETS if name != "DATABASE_PASSWORD"},
        }
        if "BROKER_URL" not in os.environ:
            ours["BROKER_URL"] = "filesystem://localhost//"
            ours["CASHPILOT_BROKER_DIR"] = str(self.home.folder("broker", "messages", "control"))
        if self.account:
            ours["HOME"] = ours["CASHPILOT_VAR"]
        return {**os.environ, **ours}


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo", description="Run a fictional pilot.")
    parser.add_argument("--port", type=int, help="the port of its pages; otherwise 8000 or next")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--once", action="store_true", help="start, look, and stop again")
    parser.add_argument("--verbose", action="store_true", help="show all that the processes say")
    parser.add_argument("--throw-away", action="store_true", help="delete the demo's data")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    return parser.parse_args(arguments)


def refuse_live_key() -> None:
    if os.environ.get("STRIPE_API_KEY", "").startswith(LIVE_KEYS):
        raise SystemExit(
            "STRIPE_API_KEY is a live key, and the demo never touches real money:"
            " unset it, or use a test key. Nothing was started."
        )


def chosen_port(asked: int | None) -> int:
    """The port that was asked for, or the next free one from 8000; refuses a taken one."""
    if asked is None:
        return next(port for port in range(FIRST_PORT, 65536) if processes.is_port_free(port))
    if not processes.is_port_free(asked):
        raise SystemExit(
            f"Port {asked} is taken: choose another with --port, or leave it out."
            " Nothing was started."
        )
    return asked


def throw_away(home: Home, *, asked: bool) -> None:
    """Delete the demo's data once a person has said yes."""
    if not asked and not sys.stdin.isatty():
        raise SystemExit("Nobody can be asked here: add --yes to delete the demo's data.")
    if not asked and input(f"Delete the demo's data in {home.path}? [y/N] ").lower() != "y":
        say("Nothing was deleted.")
        return
    home.throw_away()
    say("The demo's data are gone; the next start makes a new pilot.")


def runner(account: processes.Account | None) -> processes.Account | None:
    """Whom our Python programs run as: root's as `account`, if it may read Python and the code."""
    if account is None:
        return None
    if not (account.reaches(Path(sys.executable)) and account.reaches(CHECKOUT)):
        say(f"{account.name} may not read Python or this folder: the programs run as root.")
        return None
    for package in PACKAGES:
        compileall.compile_dir(CHECKOUT / package, quiet=2)
    return account


def addresses_in(said: str) -> list[dict]:
    """The sign-in addresses among what the seed printed: JSON lines that are no log events."""
    found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return [one for one in found if "event" not in one]


def has_display() -> bool:
    """Whether a browser could be shown to whoever started the demo."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


if __name__ == "__main__":
    main()
