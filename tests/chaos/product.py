"""The product under attack: everything that `make run` starts, with its broker behind a proxy."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.chaos.proxy import Proxy
from tests.product import (
    PASSWORD,
    ROOT,
    Parts,
    answers,
    base_environ,
    free_port,
    time_until,
)  # fmt: skip

START_S = 240  # on a busy machine
NORMAL_START_S = 15.0  # what the first start takes where nothing else runs, with room
BACK_WITHIN_S = 15.0  # whatever dies is started again so soon
TRAIN, LIGHT, DISPATCHER, WEB = "-Q train", "-Q light", "dispatcher", "gunicorn"
WEB_WORKERS = 2  # as in deploy/gunicorn.py


class Product:
    """A running installation, and the broker that it reaches by a proxy."""

    def __init__(self, home: Path, workers: int, database_url: str, seed: int = 0) -> None:
        self.home, self.port, self.broker_port = home, free_port(), free_port()
        self.workers, self.start_s = workers, 0.0
        self.proxy = Proxy(self.broker_port, seed)
        self.environ = base_environ(
            home, PORT=str(self.port), WORKERS=str(workers), DATABASE_URL=database_url,
            BROKER_URL="sqs://", SQS_ENDPOINT_URL=f"http://127.0.0.1:{self.proxy.port}",
            AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local",
        )  # fmt: skip
        self.parts = Parts(home.parent, self.environ)
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / "product.log"
        self.broker: subprocess.Popen[bytes] | None = None
        self.supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start broker, proxy and everything else, and wait until it is ready."""
        self.proxy.start()
        self.start_broker()
        self.supervisor = self._run("deploy.run")
        self.start_s = time_until("the product starts", self.is_whole, START_S)

    @property
    def back_within_s(self) -> float:
        """How soon what died must be back: up to twice as late where the first start was slow."""
        return BACK_WITHIN_S * min(2.0, max(1.0, self.start_s / NORMAL_START_S))

    def start_broker(self) -> None:
        """Start an empty broker."""
        self.broker = self._run("deploy.broker", str(self.broker_port))

    def kill_broker(self) -> None:
        """Kill the broker; whatever it held is gone."""
        if self.broker:
            self.broker.kill()
            self.broker.wait()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        self.parts.start("product", *command)
        return self.parts.running["product"]

    def is_ready(self) -> bool:
        """Tell whether the web server says that it is ready."""
        return self.parts.is_ready()

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
        children = psutil.Process(self.supervisor.pid).children()
        return sorted((c for c in children if words in command_of(c)), key=lambda c: c.pid)

    def below(self, words: str) -> list[psutil.Process]:
        """Return the direct children of those that `find` finds."""
        return [child for one in self.find(words) for child in _children_of(one)]

    def fork_servers(self) -> list[psutil.Process]:
        """Return the processes from which the training children are forked."""
        return [p for p in self.below(TRAIN) if "forkserver" in command_of(p)]

    def training_children(self) -> list[psutil.Process]:
        """Return the processes that train: those that the fork servers forked."""
        return [child for server in self.fork_servers() for child in _children_of(server)]

    def worker_of(self, process: psutil.Process) -> str | None:
        """Return the name of the worker that a process is or belongs to; None for another's."""
        try:
            return process.environ().get("WORKER_NAME")
        except psutil.Error:
            return None

    def is_whole(self) -> bool:
        """Tell whether everything that should run does."""
        parts = {TRAIN: self.workers, LIGHT: 1, DISPATCHER: 1, WEB: 1}
        if not all(len(self.find(words)) == n for words, n in parts.items()):
            return False
        if len(self.below(WEB)) < WEB_WORKERS or not answers(self.broker_port):
            return False
        return self.is_ready()

    def strays(self) -> list[psutil.Process]:
        """Return processes of this installation that no parent of it looks after any more.

        All of its processes have its home folder in their environment.
        """
        known = {os.getpid()} | {p.pid for p in (self.broker, self.supervisor) if p}
        if self.supervisor and psutil.pid_exists(self.supervisor.pid):
            known |= {p.pid for p in _children_of(psutil.Process(self.supervisor.pid), deep=True)}
        return [p for p in psutil.process_iter() if p.pid not in known and self._is_ours(p)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.environ().get("TRAINYARD_HOME") == str(self.home)
        except psutil.Error:
            return False

    def stop(self) -> list[str]:
        """Stop everything, and return the processes that stayed."""
        if self.supervisor:
            self.supervisor.send_signal(signal.SIGTERM)
            try:
                self.supervisor.wait(30)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
        self.kill_broker()
        self.proxy.stop()
        _gone, alive = psutil.wait_procs(self.strays(), timeout=5)
        stayed = [command_of(process) for process in alive]
        for process in alive:
            process.kill()
        return stayed


def _children_of(process: psutil.Process, *, deep: bool = False) -> list[psutil.Process]:
    try:
        return sorted(process.children(recursive=deep), key=lambda child: child.pid)
    except psutil.Error:
        return []


def command_of(process: psutil.Process) -> str:
    """Return a process's number and command line; nothing of one that is gone."""
    try:
        return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.Error:
        return ""
