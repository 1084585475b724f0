"""The product under attack: everything that `make run` starts, with its broker behind a proxy."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.chaos.proxy import Proxy

ROOT = Path(__file__).parents[2]
PASSWORD = "a long password 1"
TRAIN, LIGHT = "-Q train", "-Q light"


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, is_true: Callable[[], bool], patience_s: float = 60) -> None:
    """Wait until something is so.

    Raises
    ------
    TimeoutError
        When it is not so in time; it names `what`.
    """
    end = time.monotonic() + patience_s
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        time.sleep(0.1)


class Product:
    """A running installation, and the broker that it reaches by a proxy."""

    def __init__(self, home: Path, workers: int, database_url: str | None = None) -> None:
        self.home, self.port, self.broker_port = home, free_port(), free_port()
        self.proxy = Proxy(self.broker_port)
        self.environ = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOST": "127.0.0.1",
            "TRAINYARD_HOME": str(home), "PORT": str(self.port), "WORKERS": str(workers),
            "BROKER_URL": "sqs://", "SQS_ENDPOINT_URL": f"http://127.0.0.1:{self.proxy.port}",
            "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        }  # fmt: skip
        if database_url:
            self.environ["DATABASE_URL"] = database_url
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / "product.log"
        self.broker: subprocess.Popen[bytes] | None = None
        self.supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start broker, proxy and everything else, and wait until it is ready."""
        self.proxy.start()
        self.start_broker()
        self.supervisor = self._run("deploy.run")
        wait_for("the web server", self.is_ready, 120)

    def start_broker(self) -> None:
        """Start an empty broker."""
        self.broker = self._run("deploy.broker", str(self.broker_port))

    def kill_broker(self) -> None:
        """Kill the broker; whatever it held is gone."""
        if self.broker:
            self.broker.kill()
            self.broker.wait()

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=self.environ, stdout=out,
                stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def is_ready(self) -> bool:
        """Tell whether the web server says that it is ready."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2):  # noqa: S310
                return True
        except OSError:
            return False

    def make_token(self) -> str:
        """Make an account and return a token of it."""
        self._flask("create-user", "chaos@example.org", "--role", "admin", given=PASSWORD + "\n")
        return self._flask("create-token", "chaos@example.org").strip()

    def _flask(self, *arguments: str, given: str = "") -> str:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environ, input=given, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return done.stdout

    def find(self, words: str) -> list[psutil.Process]:
        """Return the supervisor's own children whose command line holds some words."""
        assert self.supervisor is not None
        return [
            child
            for child in psutil.Process(self.supervisor.pid).children()
            if words in _command_of(child)
        ]

    def training_children(self) -> list[psutil.Process]:
        """Return the processes that train: a worker's descendants but for its direct children."""
        found = []
        for worker in self.find(TRAIN):
            try:
                direct = {child.pid for child in worker.children()}
                found += [c for c in worker.children(recursive=True) if c.pid not in direct]
            except psutil.Error:
                continue
        return found

    def family(self) -> list[psutil.Process]:
        """Return every process of the product."""
        assert self.supervisor is not None
        return psutil.Process(self.supervisor.pid).children(recursive=True)

    def stop(self) -> list[psutil.Process]:
        """Stop everything, and return the processes that stayed."""
        assert self.supervisor is not None
        family = self.family()
        self.supervisor.send_signal(signal.SIGTERM)
        self.supervisor.wait(60)
        _gone, alive = psutil.wait_procs(family, timeout=5)
        for process in alive:
            process.kill()
        self.kill_broker()
        self.proxy.stop()
        return list(alive)


def _command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
