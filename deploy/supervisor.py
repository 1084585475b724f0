"""The supervisor of one machine: supervisord, but whatever dies is back within seconds.

supervisord waits one second longer after each start that fails at once, without end: after an
outage of an hour it would wait minutes before it tries again. Here the pause has a greatest value.
It says that it is stopping, which takes some seconds. A terminal that is closed stops it, where
supervisord would start everything anew. And when it has ended nothing stays behind: no process
that a killed program had started, such as a fork server that has not noticed yet, and no file that
was written on the way. Where it was itself killed, the next start of that home ends what stayed.
"""

import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psutil
from supervisor import events, supervisord
from supervisor.process import Subprocess

LONGEST_PAUSE_S = 8
MOVES_IN_S = 0.2  # for what takes a start a thousandth of it
FOLDER = "trainyard-"  # what folders for temporary files are called


class _Backoff:
    """The count of starts that failed at once, which is also the pause in seconds."""

    def __get__(self, process: Subprocess, _owner: type[Subprocess]) -> int:
        return int(vars(process).get("backoff", 0)) if process else 0

    def __set__(self, process: Subprocess, count: int) -> None:
        vars(process)["backoff"] = min(count, LONGEST_PAUSE_S)


def bound_pauses() -> None:
    """Give the pause of every program its greatest value."""
    Subprocess.backoff = _Backoff()


class _Supervisor(supervisord.Supervisor):  # type: ignore[misc] - it has no types
    ignores_hangup = False  # as nohup wants it

    def runforever(self) -> None:
        events.subscribe(events.SupervisorStoppingEvent, _say_stopping)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if self.ignores_hangup else self._stop)
        super().runforever()

    def _stop(self, _signal: int, frame: FrameType | None) -> None:
        self.options.signal_receiver.receive(signal.SIGTERM, frame)


def _say_stopping(_event: events.SupervisorStoppingEvent) -> None:
    with contextlib.suppress(OSError):  # the terminal may be the reason, and gone
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


def prefix_of(home: Path) -> str:
    """Return what a home's folders for temporary files are called, up to what differs."""
    of_this = f"{socket.gethostname()}:{home}"  # machines and containers may share a disk
    return f"{FOLDER}{zlib.crc32(of_this.encode()):08x}-"


def find_lived_in() -> set[str]:
    """Return the folders for temporary files of all processes."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, KeyError):
            found.add(process.environ()["TMPDIR"])
    return found


def find_running(home: Path, config: str) -> int | None:
    """Return the number of the process that supervises a home by a file; None where none does."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, KeyError):
            environ = process.environ()
            is_of_it = (environ["TRAINYARD_HOME"], environ["TY_CONFIG"]) == (str(home), config)
            if is_of_it and "deploy.supervisor" in process.cmdline():
                return int(process.pid)
    return None


def find_forsaken(home: Path, config: str | None = None) -> set[str]:
    """Return the folders for temporary files of a home's programs whose supervisor was killed.

    Parameters
    ----------
    home : Path
        Whose programs.
    config : str, optional
        Only where their supervisor was one of this file; by default of any. A folder in which
        no process lives is always among them.
    """
    # Well before it is asked who lives: another start has its folder before it lives in it.
    made = {str(path) for path in Path(tempfile.gettempdir()).glob(f"{prefix_of(home)}*")}
    folders, watched = set(), set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, KeyError):
            environ = process.environ()
            folder = environ["TMPDIR"]
            # Whoever has our environment may write elsewhere, where others have their files.
            is_made = Path(folder).name.startswith(FOLDER) and "TY_ROOT" in environ
            if is_made and environ.get("TRAINYARD_HOME") == str(home):
                if config in {None, environ.get("TY_CONFIG")}:
                    folders.add(folder)
                if "deploy.supervisor" in process.cmdline():
                    watched.add(folder)
    if made:
        time.sleep(MOVES_IN_S)
    return (folders - watched) | (made - find_lived_in())


def main() -> None:
    """Supervise until asked to stop."""
    bound_pauses()
    _Supervisor.ignores_hangup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    supervisord.Supervisor = _Supervisor
    try:
        supervisord.main()
    finally:
        leave_nothing(os.environ["TMPDIR"])  # noqa: TID251 - as deploy.run set it


if __name__ == "__main__":
    main()
