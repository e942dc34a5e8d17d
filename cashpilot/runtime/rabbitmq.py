"""A private RabbitMQ node with its own port mapper, listening on 127.0.0.1 alone.

The node is started without Debian's wrapper, which would switch to an account of its own. The
port mapper `epmd` is our child too: started by the node, it would outlive it.
"""

import os
import shutil
import subprocess
import time
from glob import glob
from pathlib import Path

from cashpilot.runtime import processes, programs

START_SECONDS = 60
UNWRAPPED = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
CONFIGURATION = """\
listeners.tcp.default = 127.0.0.1:{port}
loopback_users = none
vm_memory_high_watermark.relative = 0.3
disk_free_limit.absolute = 50MB
"""


class RabbitMQ:
    """One node. It takes some seconds to start, so start it only for the tests that need it."""

    def __init__(self, home: Path):
        self.home = home
        self.port: int | None = None
        self.process: subprocess.Popen | None = None
        self.port_mapper: subprocess.Popen | None = None

    def start(self) -> "RabbitMQ":
        """Run the node and return when it answers; leave nothing behind when it does not."""
        try:
            self.launch()
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def launch(self) -> None:
        """Start the port mapper and the node without waiting for an answer."""
        program = programs.find("rabbitmq")
        if program is None:
            raise SystemExit(programs.advice([programs.named("rabbitmq")]))
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = processes.free_port()
        environment = self._environment(mapper_port=processes.free_port())
        with (self.home / "rabbitmq.log").open("ab") as log:
            self.port_mapper = processes.start(
                [port_mapper_program()], env=environment, output=log, cwd=self.home
            )
            self.process = processes.start(
                [UNWRAPPED if UNWRAPPED.exists() else program],
                env=environment,
                output=log,
                cwd=self.home,
            )

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not processes.answers(self.port, AMQP_GREETING, b"\x01"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"RabbitMQ did not start: see {self.home / 'rabbitmq.log'}")
            time.sleep(0.05)

    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def stop(self) -> None:
        for process in (self.process, self.port_mapper):
            if process is not None:
                processes.stop(process)
        self.process = self.port_mapper = None

    def _environment(self, *, mapper_port: int) -> dict[str, str]:
        configuration = self.home / "rabbitmq.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port))
        plugins = self.home / "plugins"
        plugins.write_text("[].\n")
        return {
            **os.environ,
            "HOME": str(self.home),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"cashpilot-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(processes.free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / "pid"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(self.home / "feature_flags"),
        }


def port_mapper_program() -> str:
    """Erlang's `epmd`: on PATH, or inside the runtime that came with RabbitMQ."""
    found = shutil.which("epmd") or next(iter(glob("/usr/lib/erlang/erts-*/bin/epmd")), None)
    if found is None:
        raise SystemExit("RabbitMQ needs Erlang's epmd, which was not found on PATH.")
    return found
