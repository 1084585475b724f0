"""The supervisor: its pauses have a greatest value, and it lets a worker hand its job back."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask
from gunicorn.http.body import MAX_READ_STEP

from dashboard.bodies import AHEAD_BYTES, READ_BYTES
from dashboard.config import load_settings
from dashboard.db import Worker
from dashboard.extensions import db
from dashboard.workers.queries import find_worker
from deploy.run import end_forsaken, supervisor_environment, worker_environment
from deploy.supervisor import find_running, prefix_of
from tests.product import Parts, base_environ, free_port, wait_for

ROOT = Path(__file__).parents[2]
PROGRAM = """
import time

from supervisor.process import Subprocess
from supervisor.states import ProcessStates

from deploy.supervisor import LONGEST_PAUSE_S, bound_pauses

bound_pauses()
one, other = Subprocess.__new__(Subprocess), Subprocess.__new__(Subprocess)
one.event_map, seen = {}, []
for _ in range(100):  # starts that failed, as supervisord itself notes them
    one.state = ProcessStates.STARTING
    one.change_state(ProcessStates.BACKOFF)
    seen.append(round(one.delay - time.time()))
assert seen[:3] == [1, 2, 3] and max(seen) == LONGEST_PAUSE_S == seen[-1], seen
assert other.backoff == 0
one.backoff = 0
assert one.backoff == 0
print("bounded")
"""


def test_pauses_grow_to_a_bound_and_no_further() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "bounded"


ASKS = """
import sys

from supervisor.options import ServerOptions

options = ServerOptions()
options.realize(["--configuration", sys.argv[1]])
for group in options.process_group_configs:
    for process in group.process_configs:
"""
WAITS = """
        if "celery" in process.command:
            print(process.stopwaitsecs)
"""
KEPT = """
        if "gunicorn" in process.command:
            print(*(process.environment[f"MALLOC_{name}_THRESHOLD_"] for name in ("MMAP", "TRIM")))
"""


def ask_supervisor(program: str, file_name: str, folder: Path, **environ: str) -> list[str]:
    """Return what a program prints of each process that a configuration has."""
    settings = load_settings({"TRAINYARD_HOME": str(folder), **environ})
    done = subprocess.run(
        [sys.executable, "-c", ASKS + program, str(ROOT / "deploy" / file_name)], cwd=ROOT,
        env=supervisor_environment(settings) | {"TMPDIR": str(folder)}, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize(("file_name", "workers"), [("supervisord.conf", 3), ("worker.conf", 1)])
@pytest.mark.parametrize(("grace_s", "wait_s"), [("2", "6"), ("90.5", "95")])
def test_a_worker_is_not_killed_within_its_grace(
    file_name: str, workers: int, grace_s: str, wait_s: str, tmp_path: Path
) -> None:
    told = ask_supervisor(WAITS, file_name, tmp_path, GRACE_S=grace_s, WORKERS="2")
    assert told == [wait_s] * workers


def test_the_web_keeps_the_memory_through_which_files_come_in(tmp_path: Path) -> None:
    own, kept = map(int, ask_supervisor(KEPT, "supervisord.conf", tmp_path))
    assert max(READ_BYTES, AHEAD_BYTES, MAX_READ_STEP) < own < kept < 10 * READ_BYTES


def test_one_more_worker_has_a_name_of_its_own_or_the_given_one(tmp_path: Path) -> None:
    given = {"TRAINYARD_HOME": str(tmp_path)}
    assert worker_environment(load_settings(given))["WORKER_NAME"] == f"worker-{os.getpid()}"
    named = load_settings({**given, "WORKER_NAME": "gpu box"})
    assert worker_environment(named)["WORKER_NAME"] == "gpu box"


def seen(but: int = 0) -> Worker | None:
    """Return the worker's row once a process other than one has written it."""
    db.session.rollback()
    found = find_worker(name="another")
    return found if found and found.pid != but and found.state == "idle" else None


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs; one that nobody has asked for its end yet does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.long
@pytest.mark.broker
@pytest.mark.timeout(200)
def test_one_more_worker_is_back_after_a_crash_under_its_name_and_leaves_nothing(
    app: Flask, home: Path, tmp_path: Path
) -> None:
    (home / "sqs_port").write_text(str(free_port()))
    environ = base_environ(home, WORKER_NAME="another", TMPDIR=str(tmp_path))
    parts = Parts(tmp_path, environ)
    try:
        parts.broker()
        parts.start("worker", "deploy.run", "worker")
        first = wait_for("the worker is there", seen, 90).pid
        os.kill(first, signal.SIGKILL)
        second = wait_for("the worker is back", lambda: seen(but=first), 90).pid
        supervisor = psutil.Process(parts.running["worker"].pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        assert second in {process.pid for process in family}
        supervisor.terminate()
        assert parts.running["worker"].wait(60) == 0
        assert not [process for process in family if is_alive(process)]
        assert not list(tmp_path.glob("trainyard-*"))
    finally:
        parts.stop()


def start_one_more(parts: Parts, but: int = 0) -> list[psutil.Process]:
    """Start one more worker, and return its supervisor and all that this has started."""
    parts.start("worker", "deploy.run", "worker")
    wait_for("the worker is there", lambda: seen(but), 90)
    supervisor = psutil.Process(parts.running["worker"].pid)
    return [supervisor, *supervisor.children(recursive=True)]


@pytest.fixture
def program(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a program as a supervisor that was killed has left it behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun: list[subprocess.Popen[bytes]] = []

    def begin(
        folder: Path, *more: str, config: str = "supervisord.conf"
    ) -> subprocess.Popen[bytes]:
        folder.mkdir(exist_ok=True)
        (folder / "file").write_text("on its way")
        environ = {"TMPDIR": str(folder), "TRAINYARD_HOME": str(home), "TY_ROOT": str(ROOT)}
        command = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)", *more]
        made = subprocess.Popen(
            command, env=environ | {"TY_CONFIG": config}, stdout=subprocess.PIPE
        )
        begun.append(made)
        assert made.stdout is not None
        made.stdout.readline()
        return made

    yield begin
    for made in begun:
        made.kill()
        made.communicate()


def goes_on(program: subprocess.Popen[bytes]) -> bool:
    return is_alive(psutil.Process(program.pid)) if psutil.pid_exists(program.pid) else False


def test_one_more_worker_ends_no_web_server_whose_supervisor_was_killed(
    program: Callable[..., subprocess.Popen[bytes]], home: Path, tmp_path: Path
) -> None:
    web = program(tmp_path / "trainyard-a")
    worker = program(tmp_path / "trainyard-b", config="worker.conf")
    end_forsaken(home, "worker.conf")
    assert goes_on(web)
    assert not goes_on(worker)
    end_forsaken(home)
    assert not goes_on(web)
    assert not list(tmp_path.glob("trainyard-*"))


def test_a_folder_that_no_supervisor_made_stays_with_all_who_use_it(
    program: Callable[..., subprocess.Popen[bytes]], home: Path, tmp_path: Path
) -> None:
    by_hand = program(tmp_path / "of-somebody")
    end_forsaken(home)
    assert goes_on(by_hand)
    assert (tmp_path / "of-somebody" / "file").exists()


def test_a_folder_whose_processes_were_all_killed_goes_with_the_next_start(
    program: Callable[..., subprocess.Popen[bytes]], home: Path, tmp_path: Path
) -> None:
    watched = tmp_path / f"{prefix_of(home)}a"
    left = tmp_path / f"{prefix_of(home)}b"
    others = tmp_path / f"{prefix_of(tmp_path)}c"
    for folder in (left, others):
        folder.mkdir()
    supervisor = program(watched, "deploy.supervisor")
    end_forsaken(home)
    assert goes_on(supervisor)
    assert watched.exists()
    assert others.exists()
    assert not left.exists()


def test_the_folder_of_a_start_that_has_not_moved_in_yet_stays(
    program: Callable[..., subprocess.Popen[bytes]],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / f"{prefix_of(home)}a"
    folder.mkdir()
    # It does so while the other one waits.
    monkeypatch.setattr(time, "sleep", lambda _: program(folder, "deploy.supervisor"))
    end_forsaken(home)
    assert folder.exists()


@pytest.mark.broker
@pytest.mark.timeout(200)
def test_the_next_start_ends_what_a_killed_supervisor_left_and_a_hangup_stops_all(
    app: Flask, home: Path, tmp_path: Path
) -> None:
    (home / "sqs_port").write_text(str(free_port()))
    parts = Parts(tmp_path, base_environ(home, WORKER_NAME="another", TMPDIR=str(tmp_path)))
    former = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # below nohup it is ignored, by all
    try:
        parts.broker()
        supervisor, *forsaken = start_one_more(parts)
        supervisor.kill()
        parts.running.pop("worker").wait(10)
        assert any(is_alive(process) for process in forsaken)
        left = next(iter(tmp_path.glob("trainyard-*")))
        family = start_one_more(parts, but=seen().pid)
        assert not [process for process in forsaken if is_alive(process)]
        assert not left.exists()
        family[0].send_signal(signal.SIGHUP)
        assert parts.running["worker"].wait(60) == 0
        assert not [process for process in family if is_alive(process)]
    finally:
        signal.signal(signal.SIGHUP, former)
        parts.stop()


def test_a_second_start_of_one_home_is_refused(home: Path, tmp_path: Path) -> None:
    environ = base_environ(home, TY_CONFIG="supervisord.conf")
    waits = [sys.executable, "-c", "import time; time.sleep(60)", "deploy.supervisor"]
    with subprocess.Popen(waits, env=environ) as running:
        try:
            wait_for("the first one", lambda: find_running(home, "supervisord.conf"), 20)
            second = subprocess.run(
                [sys.executable, "-m", "deploy.run"], cwd=ROOT, env=base_environ(home),
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        finally:
            running.kill()
    assert second.returncode == 1
    assert f"Trainyard runs there already, as process {running.pid}" in second.stderr
    assert find_running(home, "supervisord.conf") is None
    assert find_running(tmp_path, "supervisord.conf") is None
