"""Start everything on this machine, in the foreground: what ``make run`` does.

Checks the settings, migrates the database, chooses the broker's port once, and becomes the
supervisor of ``supervisord.conf``. With the word ``worker``, as ``make worker`` calls it, it is
the supervisor of one training worker, of ``worker.conf``, and leaves the rest to ``make run``.
"""

import math
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from dashboard.config import SettingError, Settings, load_settings
from deploy.supervisor import find_forsaken, find_running, leave_nothing, prefix_of

ROOT = Path(__file__).parent.parent
# What a worker needs beyond GRACE_S to hand its job back and to end.
END_S = 4
ALL, WORKER = "supervisord.conf", "worker.conf"


def fail(message: str) -> None:
    """End with one line."""
    sys.stderr.write(f"Trainyard cannot start: {message}\n")
    raise SystemExit(1)


def say(words: str) -> None:
    """Say what comes next, at once: else the start is silent until all of it is there."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens on a port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((host, port))
            return True
    return False


def choose_sqs_port(home: Path) -> None:
    """Choose a free port for the local broker once, and keep it in the home folder."""
    path = home / "sqs_port"
    if path.exists() and is_free("127.0.0.1", int(path.read_text())):
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        path.write_text(str(probe.getsockname()[1]), encoding="ascii")


def end_forsaken(home: Path, config: str | None = None) -> None:
    """End what goes on without its killed supervisor; its jobs go on in the new start.

    One more worker, whose `config` is its own, ends no more than such workers: the web server and
    all else go on, and it could not bring them back.
    """
    for folder in find_forsaken(home, config):
        leave_nothing(folder)


def migrate() -> None:
    """Bring the database to the newest migration."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        fail(f"the database could not be migrated: {last}")


def supervisor_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that ``supervisord.conf`` and its programs are read with."""
    threads = max(1, (os.cpu_count() or 1) // settings.workers)
    local = settings.uses_local_broker
    port = (
        settings.sqs_endpoint_url.rpartition(":")[2]
        if local and settings.sqs_endpoint_url
        else "0"
    )
    return {
        **os.environ,  # noqa: TID251 - passed on as it is
        "HOST": settings.host,
        "PORT": str(settings.port),
        "WORKERS": str(settings.workers),
        "TRAINYARD_HOME": str(settings.home),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "TY_ROOT": str(ROOT),
        "TY_PYTHON": sys.executable,
        "TY_SQS_PORT": port,
        "TY_LOCAL_BROKER": "true" if local else "false",
        "TY_STOP_WAIT_S": str(math.ceil(settings.grace_s) + END_S),
    }


def worker_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that ``worker.conf`` and its worker are read with.

    The name stays the same over the worker's restarts: by its name it takes its job back, and by
    its name it is drained. The machine may run others beside it, so it computes with one thread
    unless it was told more.
    """
    given = os.environ  # noqa: TID251 - what was asked for, where it was
    return {
        **supervisor_environment(settings),
        "OMP_NUM_THREADS": given.get("OMP_NUM_THREADS") or "1",
        "WORKER_NAME": settings.worker_name or f"worker-{os.getpid()}",
    }


def become_supervisor(file_name: str, environment: dict[str, str]) -> None:
    """Replace this process by the supervisor of a file of this folder."""
    # What is written on the way; the supervisor removes it when all has ended.
    folder = tempfile.mkdtemp(prefix=prefix_of(Path(environment["TRAINYARD_HOME"])))
    environment |= {"TMPDIR": folder, "TY_CONFIG": file_name}
    config = str(ROOT / "deploy" / file_name)
    command = [sys.executable, "-m", "deploy.supervisor", "--nodaemon", "--configuration", config]
    os.chdir(ROOT)
    os.execve(command[0], command, environment)  # noqa: S606 - our own supervisor


def run_worker() -> None:
    """Check, and hand over to the supervisor of one worker."""
    try:
        settings = load_settings()
    except SettingError as problem:
        fail(str(problem))
    environment = worker_environment(settings)
    end_forsaken(settings.home, WORKER)
    become_supervisor(WORKER, environment)


def run_all() -> None:
    """Check, migrate, and hand over to the supervisor of everything."""
    try:
        settings = load_settings()
        if running := find_running(settings.home, ALL):
            fail(
                f'TRAINYARD_HOME is "{settings.home}"; Trainyard runs there already, as process '
                f"{running}. Stop that one, or choose another folder"
            )
        end_forsaken(settings.home)
        if not is_free(settings.host, settings.port):
            fail(f'PORT is "{settings.port}"; another program listens there. Choose another one')
        if settings.uses_local_broker:
            choose_sqs_port(settings.home)
        settings = load_settings()
    except SettingError as problem:
        fail(str(problem))
    say("Bringing the database up to date")
    migrate()
    n = settings.workers
    workers = f"{n} worker{'' if n == 1 else 's'}"
    say(f"Starting the web server and {workers}; in about 10 seconds the address stands here")
    become_supervisor(ALL, supervisor_environment(settings))


if __name__ == "__main__":
    os.umask(0o077)  # the database names people: it and all else is for its owner only
    if sys.argv[1:] == ["worker"]:
        run_worker()
    else:
        run_all()
