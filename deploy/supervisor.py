"""The supervisor of one machine: supervisord, but whatever dies is back within seconds.

supervisord waits one second longer after each start that fails at once, without end: after an
outage of an hour it would wait minutes before it tries again. Here the pause has a greatest value.
It says that it is stopping, which takes some seconds. And when it has ended nothing stays behind:
no process that a killed program had started, such as a fork server that has not noticed yet, and
no file that was written on the way.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator

import psutil
from supervisor import events, supervisord
from supervisor.process import Subprocess

LONGEST_PAUSE_S = 8


class _Backoff:
    """The count of starts that failed at once, which is also the pause in seconds."""

    def __get__(self, process: Subprocess, _owner: type[Subprocess]) -> int:
        return int(vars(process).get("backoff", 0)) if process else 0

    def __set__(self, process: Subprocess, count: int) -> None:
        vars(process)["backoff"] = min(count, LONGEST_PAUSE_S)


def bound_pauses() -> None:
    """Give the pause of every program its greatest value."""
    Subprocess.backoff = _Backoff()


class _Speaking(supervisord.Supervisor):  # type: ignore[misc] - it has no types
    def runforever(self) -> None:
        events.subscribe(events.SupervisorStoppingEvent, _say_stopping)
        super().runforever()


def _say_stopping(_event: events.SupervisorStoppingEvent) -> None:
    sys.stdout.write("\nStopping; what runs is handed back and goes on at the next start\n")
    sys.stdout.flush()


def find_stayed(folder: str) -> Iterator[psutil.Process]:
    """Yield the processes that have this installation's folder for temporary files."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get("TMPDIR") == folder:
                yield process


def leave_nothing(folder: str) -> None:
    """End what stayed behind, and remove the folder for temporary files."""
    stayed = list(find_stayed(folder))
    for process in stayed:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stayed, timeout=1)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Supervise until asked to stop."""
    bound_pauses()
    supervisord.Supervisor = _Speaking
    try:
        supervisord.main()
    finally:
        leave_nothing(os.environ["TMPDIR"])  # noqa: TID251 - as deploy.run set it


if __name__ == "__main__":
    main()
