"""The killable process: it dies when it is told to, and with its worker, however that dies."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.product import ROOT, wait_for

PROGRAM = """
    import sys, time, tasks.child as child
    child.PRELOAD.clear()
    if __name__ == "__main__":
        child.warm_up()
        made = child.Child("{work}", {{}}, silence_s={silence_s})
        print(made.process.pid, flush=True)
        {then}
"""
WORK = """
import time, os, signal, subprocess
def forever(payload, send):
    send({"type": "log", "level": "info", "text": "alive"})
    time.sleep(600)
def segfault(payload, send):
    os.kill(os.getpid(), signal.SIGSEGV)
def leave_alone(payload, send):
    made = subprocess.Popen(["sleep", "600"])
    send({"type": "log", "level": "info", "text": str(made.pid)})
    os.kill(os.getpid(), signal.SIGKILL)
def stop_in_the_middle(payload, send):
    import tasks.lines as lines
    write, written = os.write, []
    def write_some(file, rest):
        if len(rest) < 1000:
            return write(file, rest)
        if len(written) == 8:
            os.kill(os.getpid(), signal.SIGSTOP)
        written.append(write(file, bytes(rest[:60_000])))
        return written[-1]
    lines.os = type("os", (), {"write": staticmethod(write_some)})
    send({"type": "log", "level": "info", "text": "first"})
    send({"type": "done", "values": {"text": "x" * 1_000_000}})
def speak_long(payload, send):
    send({"type": "log", "level": "info", "text": "x" * 1_000_000})
    send({"type": "log", "level": "info", "text": "after"})
def write_forever(payload, send):
    import pathlib, tempfile
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "half").write_text("a file on its way")
        send({"type": "log", "level": "info", "text": folder})
        time.sleep(600)
def talk(payload, send):
    send({"type": "done", "values": {"n": 1}})
def count_frozen(payload, send):
    import gc
    send({"type": "done", "values": {"are_many": gc.get_freeze_count() > 1_000}})
"""


@pytest.fixture
def on_the_way() -> Iterator[Path]:
    """The folder for temporary files; its name is short, since sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="ty") as folder:
        yield Path(folder)


@pytest.fixture
def start(tmp_path: Path, on_the_way: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a worker-like program whose child does a piece of work; it ends with the test."""
    package = tmp_path / "tasks"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("child.py", "family.py", "lines.py", "scratch.py"):
        (package / name).write_text((ROOT / "tasks" / name).read_text())
    (package / "child_work.py").write_text(WORK)
    begun: list[subprocess.Popen[str]] = []

    def begin(work: str, then: str, silence_s: float | None = None) -> subprocess.Popen[str]:
        script = tmp_path / "worker.py"
        lines = textwrap.indent(textwrap.dedent(then).strip(), "    ").lstrip()
        program = textwrap.dedent(PROGRAM).format(work=work, then=lines, silence_s=silence_s)
        script.write_text(program)
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{ROOT}"}
        env["TMPDIR"] = str(on_the_way)
        begun.append(
            subprocess.Popen(
                [sys.executable, script], stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path
            )
        )
        return begun[-1]

    yield begin
    for worker in begun:
        worker.kill()  # also one that a test has frozen, which no other signal would end
        worker.wait()
        if worker.stdout:
            worker.stdout.close()


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_child_dies_with_its_worker(
    how: signal.Signals, start: Callable[..., subprocess.Popen[str]]
) -> None:
    worker = start("forever", "time.sleep(600)")
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    wait_for("the child lives", lambda: not is_gone(pid))
    worker.send_signal(how)
    worker.wait(10)
    wait_for("the child is gone", lambda: is_gone(pid), 15)


def test_killed_child_is_gone_at_once(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = (
        "list(iter(lambda: made.read_events(5), []))[:0]; t = time.monotonic(); made.kill();"
        " print(made.is_alive, time.monotonic() - t, flush=True)"
    )
    then = then.replace("list(iter(lambda: made.read_events(5), []))[:0]", "made.read_events(10)")
    worker = start("forever", then)
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    alive, seconds = worker.stdout.readline().split()
    assert alive == "False"
    assert float(seconds) < 1
    assert is_gone(pid)
    worker.wait(10)


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("half") if path.is_file()]


def test_what_a_killed_child_had_written_on_the_way_goes_with_it(
    start: Callable[..., subprocess.Popen[str]], on_the_way: Path
) -> None:
    then = (
        "made.read_events(10); print('written', flush=True); time.sleep(1);"
        " made.kill(); print('killed', flush=True); time.sleep(600)"
    )
    worker = start("write_forever", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    assert worker.stdout.readline() == "written\n"
    assert files_of(on_the_way)
    assert worker.stdout.readline() == "killed\n"
    assert not files_of(on_the_way)


def test_what_a_killed_worker_left_on_the_way_goes_with_the_next_start(
    start: Callable[..., subprocess.Popen[str]], on_the_way: Path
) -> None:
    worker = start("write_forever", "time.sleep(600)")
    wait_for("the child writes", lambda: files_of(on_the_way))
    worker.kill()
    worker.wait(10)
    left = set(files_of(on_the_way))
    assert left
    other = start("write_forever", "time.sleep(600)")
    assert other.stdout is not None
    other.stdout.readline()
    wait_for("the next one writes", lambda: set(files_of(on_the_way)) - left)
    assert not left & set(files_of(on_the_way))


def test_crash_of_a_child_is_seen_and_costs_no_worker(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = "made.read_events(10); made.process.join(10); print(made.process.exitcode, flush=True)"
    worker = start("segfault", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    assert int(worker.stdout.readline()) != 0
    assert worker.wait(10) == 0


def test_child_speaks_in_events(start: Callable[..., subprocess.Popen[str]]) -> None:
    worker = start("talk", "print(made.read_events(10), flush=True); made.kill()")
    assert worker.stdout is not None
    worker.stdout.readline()
    assert worker.stdout.readline().strip() == "[{'type': 'done', 'values': {'n': 1}}]"
    worker.wait(10)


def test_child_looks_for_no_garbage_in_what_was_loaded_before(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    worker = start("count_frozen", "print(made.read_events(10), flush=True); made.kill()")
    assert worker.stdout is not None
    worker.stdout.readline()
    assert "'are_many': True" in worker.stdout.readline()
    worker.wait(10)


def test_child_of_a_frozen_worker_ends_when_the_lease_has_run_out(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    beat = "[(made.keep_alive(), time.sleep(0.1)) for _ in range({})]"
    then = f"{beat.format(20)}; print(made.is_alive, flush=True); {beat.format(6000)}"
    worker = start("forever", then, silence_s=1.0)
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    # Two seconds of signs of life are longer than the second that it waits for one.
    assert worker.stdout.readline().strip() == "True"
    worker.send_signal(signal.SIGSTOP)
    wait_for("the child is gone", lambda: is_gone(pid), 15)
    worker.kill()
    worker.wait(10)


def test_death_of_the_fork_server_ends_its_children_and_the_next_one_starts(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = (
        "made.read_events(10); import os, multiprocessing.forkserver as f;"
        " os.kill(f._forkserver._forkserver_pid, 9); made.read_events(10);"
        " made.kill(); print(made.process.pid, flush=True);"
        " made = child.Child('talk', {{}}); print(made.read_events(10), flush=True); made.kill()"
    ).replace("{{}}", "{}")
    worker = start("forever", then)
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    assert int(worker.stdout.readline()) == pid
    # Its files are closed when kill() returns; the kernel is done with it a moment later.
    wait_for("the child is gone", lambda: is_gone(pid), 2)
    assert "done" in worker.stdout.readline()
    assert worker.wait(10) == 0


def test_kill_returns_what_the_process_had_still_to_say(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = "made.process.join(10); print(made.kill(), made.kill(), flush=True)"
    worker = start("talk", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    line = worker.stdout.readline().strip()
    assert line == "[{'type': 'done', 'values': {'n': 1}}] []"
    worker.wait(10)


def test_what_a_dead_child_had_started_is_ended_too(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = (
        "made.process.join(10); print(made.read_events(5)[0]['text'], flush=True);"
        " made.kill(); print('killed', flush=True)"
    )
    worker = start("leave_alone", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    pid = int(worker.stdout.readline())
    assert worker.stdout.readline().strip() == "killed"
    wait_for("the child is gone", lambda: is_gone(pid), 5)
    worker.wait(10)


def test_child_that_is_frozen_in_the_middle_of_a_message_does_not_hold_its_worker(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = """
        import psutil
        said, process = [], psutil.Process(made.process.pid)
        end = time.monotonic() + 20
        while process.status() != psutil.STATUS_STOPPED and time.monotonic() < end:
            said += made.read_events(0.05)
        began = time.monotonic()
        said += made.read_events(0.2) + made.read_events(0.2)
        print(process.status(), [event["text"] for event in said], flush=True)
        print(time.monotonic() - began, made.kill(), made.is_alive, flush=True)
    """
    worker = start("stop_in_the_middle", then)
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    try:
        lines: list[str] = []
        reading = threading.Thread(target=lambda: lines.extend(worker.stdout or []), daemon=True)
        reading.start()
        reading.join(30)
        assert not reading.is_alive(), "the worker hangs on what its child has not said"
        assert lines[0].strip() == "stopped ['first']"
        seconds, rest = lines[1].split(" ", 1)
        assert float(seconds) < 2
        assert rest.strip() == "[] False"
        assert is_gone(pid)
    finally:
        worker.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # what is stopped does not end with its worker


def test_message_larger_than_a_pipe_comes_whole(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = """
        said = []
        while len(said) < 2:
            said += made.read_events(10)
        print([len(event["text"]) for event in said], made.kill(), flush=True)
    """
    worker = start("speak_long", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    assert worker.stdout.readline().strip() == "[1000000, 5] []"
    worker.wait(10)


def test_who_was_given_the_number_of_a_dead_child_is_left_alone(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    then = """
        import psutil, subprocess
        made.process.join(10)
        other = subprocess.Popen(["sleep", "600"], start_new_session=True)
        former = psutil.Process(other.pid)
        former._ident = (other.pid, 0.0)
        made.process._popen.pid, made.identity = other.pid, former
        said = made.kill()
        other.terminate()
        print(said, other.wait(10), flush=True)
    """
    worker = start("talk", then)
    assert worker.stdout is not None
    worker.stdout.readline()
    line = worker.stdout.readline().strip()
    assert line == "[{'type': 'done', 'values': {'n': 1}}] -15"  # by SIGTERM, not killed
    worker.wait(10)
