"""A private Redis or Valkey: nothing on disk, listening on 127.0.0.1 alone."""

import os
import subprocess
import time
from pathlib import Path

from cashpilot.runtime import processes, programs

START_SECONDS = 10
DATABASES = 64


class Redis:
    """One server; each user of it may take a database number below `DATABASES` of its own."""

    def __init__(self, home: Path):
        self.home = home
        self.port: int | None = None
        self.process: subprocess.Popen | None = None

    def start(self) -> "Redis":
        """Run the server and return when it answers."""
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Start the server, empty, without waiting for it; again on its port if it had one."""
        program = programs.find("redis")
        if program is None:
            raise SystemExit(programs.advice([programs.named("redis")]))
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = self.port or processes.free_port()
        with (self.home / "redis.log").open("ab") as log:
            self.process = processes.start(
                [program, *self._arguments()], env=os.environ, output=log, cwd=self.home
            )

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not processes.answers(self.port, b"PING\r\n", b"+PONG"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"Redis did not start: see {self.home / 'redis.log'}")
            time.sleep(0.01)

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)
            self.process = None

    def _arguments(self) -> list[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "databases": DATABASES,
            "dir": self.home,
        }
        return [part for name, value in options.items() for part in (f"--{name}", str(value))]
