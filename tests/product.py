"""The real product in processes of its own, for tests and benchmarks: started, asked, stopped.

`Parts` starts each process by itself, as several machines do, so that any of them can be killed;
`install` starts all of one machine under its supervisor, as ``make run`` does.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard import create_app
from dashboard.auth.service import create_user
from dashboard.auth.tokens import create_token
from dashboard.config import load_settings
from dashboard.extensions import db
from dashboard.queue import LIGHT, TRAIN

ROOT = Path(__file__).parents[1]
PASSWORD = "a long password 1"
OVER = {"succeeded", "failed", "cancelled", "lost"}


def free_port() -> int:
    """Return a port of loopback that nobody listens on.

    It is listened on later, so it lies below those that the kernel gives to connections.
    """
    while answers(port := random.SystemRandom().randint(15_000, 32_000)):
        pass
    return port


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: str, is_true: Callable[[], Any], patience_s: float = 60) -> Any:
    """Wait until something is so, and return what it is; TimeoutError names it otherwise."""
    end = time.monotonic() + patience_s
    while not (found := is_true()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        time.sleep(0.05)
    return found


def base_environ(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of an installation: nothing of the machine's own but the path."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOST": "127.0.0.1",
            "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "TRAINYARD_HOME": str(home),
            "PORT": str(free_port()), **more}  # fmt: skip


def time_until(what: str, is_true: Callable[[], Any], patience_s: float = 60) -> float:
    """Wait as `wait_for` does, and return how many seconds that took."""
    began = time.monotonic()
    wait_for(what, is_true, patience_s)
    return time.monotonic() - began


class Line:
    """Requests to the API of an installation, with somebody's token; any answer is fine."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token

    def send(
        self, method: str, path: str, content: bytes | None = None, patience_s: float = 60,
        **headers: str,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:  # fmt: skip
        """Return status, headers and body of the answer."""
        told = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        line = http.client.HTTPConnection("127.0.0.1", self.port, patience_s)
        with contextlib.closing(line):
            line.request(method, f"/api/v1{path}", content, told | headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()

    def send_table(self, text: str) -> int:
        """Upload a table and return its dataset's id once it is sent."""
        edge = "an-edge"
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="table.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text}\r\n--{edge}--\r\n"
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        status, _, found = self.send("POST", "/datasets", body.encode(), **kind)
        if status >= 400:
            raise AssertionError(f"the upload was answered {status}: {found[:500]!r}")
        return int(json.loads(found)["id"])


class Api(Line):
    """The API as one person's script calls it, which expects no refusal."""

    def __init__(self, environ: dict[str, str], email: str) -> None:
        super().__init__(int(environ["PORT"]))
        app = create_app(load_settings(environ))
        with app.app_context():
            user = create_user(email=email, name="", role="member", password=PASSWORD)
            self.token = create_token(user=user, name="script").text
            db.session.remove()
            db.engine.dispose()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer; AssertionError for a refusal."""
        content = None if body is None else json.dumps(body).encode()
        return json.loads(self.ask(method, path, content)[1] or "null")

    def ask(
        self, method: str, path: str, content: bytes | None = None
    ) -> tuple[http.client.HTTPMessage, bytes]:
        """Return headers and body of the answer; AssertionError for a refusal."""
        status, headers, found = self.send(method, path, content)
        if status >= 400:
            raise AssertionError(f"{method} {path} answered {status}: {found[:500]!r}")
        return headers, found

    def upload(self, text: str) -> int:
        """Upload a table, wait until it was read, and return its dataset's id."""
        made = self.send_table(text)
        path = f"/datasets/{made}"
        wait_for("the dataset is ready", lambda: self.call("GET", path)["state"] == "ready")
        return made

    def submit(self, dataset_id: int, estimator: str, target: str, **more: Any) -> int:
        """Submit a job and return its id."""
        body = {"dataset_id": dataset_id, "estimator": estimator, "target": target, **more}
        return int(self.call("POST", "/jobs", body)["id"])

    def job(self, job_id: int) -> dict[str, Any]:
        """Return a job."""
        return dict(self.call("GET", f"/jobs/{job_id}"))

    def wait_until_over(self, job_id: int, patience_s: float = 60) -> dict[str, Any]:
        """Wait for the end of a job and return it."""

        def over() -> dict[str, Any] | None:
            found = self.job(job_id)
            return found if found["state"] in OVER else None

        return dict(wait_for(f"job {job_id} is over", over, patience_s))


class Parts:
    """Processes of the product, each started by itself; the supervisor is the test."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder, self.environ = folder, environ
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.how: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}

    def start(self, name: str, *command: str, **environ: str) -> None:
        """Start a process with a log of its own; a Python module unless a path is given."""
        argv = command if command[0].startswith("/") else (sys.executable, "-m", *command)
        self.how[name] = (command, environ)
        with (self.folder / f"{name}.log").open("ab") as out:
            self.running[name] = subprocess.Popen(
                argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=self.environ | environ, start_new_session=True,
            )  # fmt: skip

    def broker(self) -> None:
        """Start an empty broker on the port that the home folder names, and wait for it."""
        port = (Path(self.environ["TRAINYARD_HOME"]) / "sqs_port").read_text()
        self.start("broker", "deploy.broker", port)
        wait_for("the broker", lambda: answers(int(port)))

    def web(self) -> None:
        """Start the web server."""
        self.start("web", "gunicorn", "wsgi:app", "--config", "deploy/gunicorn.py")

    def dispatcher(self, name: str) -> None:
        """Start a dispatcher."""
        self.start(name, "flask", "--app", "wsgi", "dispatcher")

    def worker(self, name: str, queue: str) -> None:
        """Start a worker of a queue."""
        self.start(
            name, "celery", "-A", "worker", "-q", "worker", "-P", "solo", "-Q", queue, "-n",
            f"{name}@%h", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "--without-heartbeat", WORKER_NAME=name,
        )  # fmt: skip

    def revive(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                command, environ = self.how[name]
                self.start(name, *command, **environ)

    def kill(self, name: str, *, family: bool = False) -> None:
        """Kill a process with SIGKILL, and all that it started where so asked."""
        process = self.running.pop(name)
        if family:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()

    def is_ready(self) -> bool:
        """Tell whether the web server says that it is ready."""
        line = http.client.HTTPConnection("127.0.0.1", int(self.environ["PORT"]), timeout=5)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            line.request("GET", "/readyz")
            return line.getresponse().status == 200
        return False

    def stop(self, patience_s: float = 10) -> None:
        """Stop every process, the last one first started last, and whatever they started."""
        for process in self.running.values():
            process.terminate()
        end = time.monotonic() + patience_s
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, end - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def run_parts(folder: Path, environ: dict[str, str]) -> Iterator[Parts]:
    """Run broker, one training worker, the light one and the dispatcher, until the block ends."""
    made = Parts(folder, environ)
    try:
        made.broker()
        made.worker("worker-1", TRAIN)
        made.worker("light", LIGHT)
        made.dispatcher("dispatcher")
        yield made
    finally:
        made.stop()


@dataclass(frozen=True)
class Installation:
    """All of one machine under its supervisor."""

    environ: dict[str, str]
    supervisor: subprocess.Popen[bytes]
    folder: Path


@contextlib.contextmanager
def install(folder: Path, workers: int, **more: str) -> Iterator[Installation]:
    """Run what ``make run`` runs in a home below a folder, until the block ends."""
    environ = base_environ(folder / "home", WORKERS=str(workers), **more)
    parts = Parts(folder, environ)
    parts.start("product", "deploy.run")
    try:
        wait_for("the product is ready", parts.is_ready, 120)
        yield Installation(environ, parts.running["product"], folder)
    finally:
        parts.stop(30)
