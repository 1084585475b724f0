"""Real parts of the product for tests: broker, workers and dispatcher, each a process."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Processes:
    """The parts of the product, each in a process of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        log = Path(self.environ["TRAINYARD_HOME"]).parent / f"{name}.log"
        with log.open("ab") as out:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, stdout=out, stderr=out,
                env=self.environ | {"WORKER_NAME": name}, start_new_session=True,
            )  # fmt: skip

    def broker(self) -> None:
        port = (Path(self.environ["TRAINYARD_HOME"]) / "sqs_port").read_text()
        self.start("broker", "deploy.broker", port)
        wait_for(lambda: answers(int(port)))

    def worker(self, name: str, queue_name: str) -> None:
        self.start(
            name, "celery", "-A", "worker", "worker", "-P", "solo", "-Q", queue_name, "-n",
            f"{name}@%h", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "--without-heartbeat",
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.05)
