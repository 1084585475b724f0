"""The killable process: forked from a warm forkserver, it speaks to its worker in events.

A forkserver's child outlives a killed worker, because its parent is the forkserver. So a thread
in the child waits on a pipe whose other end only the worker holds, and ends the process when that
end closes, or when the worker has said nothing for so long that its lease has run out: a frozen
worker cannot end its child. Cancel and limits kill the child from outside; nothing is ever raised
inside it, because raising in a joblib thread deadlocks.
"""

import contextlib
import gc
import importlib
import json
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from tasks import scratch
from tasks.family import cpu_of, family_of, memory_of
from tasks.lines import Lines, write_line

PRELOAD = ["tasks.child_work"]
STARTS = 3
END_S = 5.0
Send = Callable[[dict[str, Any]], None]
ALIVE, FINISH = b".", b"!"
# In the child: its worker wants no further fold.
told_to_finish = threading.Event()
_context = multiprocessing.get_context("forkserver")


def warm_up() -> None:
    """Start the forkserver, which loads scikit-learn and pandas once for all children."""
    scratch.remove_forsaken()
    _context.set_forkserver_preload(PRELOAD)
    multiprocessing.forkserver.ensure_running()


def _main(
    work: str,
    payload: str,
    folder: str | None,
    pipes: tuple[Connection, Connection],
    silence_s: float | None,
) -> None:
    events, lifeline = pipes
    gc.freeze()  # what was loaded is there to stay: to look for garbage in it copies its pages
    os.setpgid(0, 0)  # so that whatever the fit starts dies with it
    scratch.use_folder(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waiting = threading.Thread(target=_die_with_worker, args=(lifeline, silence_s), daemon=True)
    waiting.start()

    one_by_one = threading.Lock()  # what is told in the middle of a long event comes after it

    def send(event: dict[str, Any]) -> None:
        with one_by_one:
            write_line(events, event)

    try:
        function = getattr(importlib.import_module("tasks.child_work"), work)
        function(json.loads(payload), send)
    except Exception as error:
        from tasks.failures import explain

        send({"type": "failed", "failure": explain(error)})


def _die_with_worker(lifeline: Connection, silence_s: float | None) -> None:
    with contextlib.suppress(OSError):
        while wait([lifeline], silence_s) and (said := os.read(lifeline.fileno(), 4096)):
            if FINISH in said:
                told_to_finish.set()
    os.killpg(0, signal.SIGKILL)


class CannotStart(Exception):
    """A process cannot be started by this worker now; by another one, or a new one, perhaps."""


class Child:
    """One piece of work in a process of its own.

    Parameters
    ----------
    work : str
        Name of a function of `tasks.child_work`.
    payload : dict
        Its argument, JSON values.
    silence_s : float, optional
        The process ends by itself when `keep_alive` was not called for so many seconds; without
        one it lives as long as its worker.

    Raises
    ------
    CannotStart
        When the fork server dies again and again, or the machine allows no further process.
    """

    def __init__(
        self, work: str, payload: dict[str, Any], *, silence_s: float | None = None
    ) -> None:
        for tries_left in reversed(range(STARTS)):
            try:
                self._start(work, json.dumps(payload), silence_s)
                break
            except (OSError, EOFError) as problem:  # a fork server that died is started anew
                if not tries_left:
                    raise CannotStart(f"no process could be started: {problem}") from problem

    def _start(self, work: str, payload: str, silence_s: float | None) -> None:
        self.events, child_events = _context.Pipe(duplex=False)
        child_lifeline, self.lifeline = _context.Pipe(duplex=False)
        os.set_blocking(self.lifeline.fileno(), False)
        self.folder = scratch.make_folder()
        self.process = _context.Process(
            target=_main,
            args=(work, payload, self.folder, (child_events, child_lifeline), silence_s),
            daemon=False,
        )
        try:
            self.process.start()
        except BaseException:
            self.events.close()
            self.lifeline.close()
            scratch.remove_folder(self.folder)
            raise
        finally:
            child_events.close()
            child_lifeline.close()
        self._begin()

    def _begin(self) -> None:
        self.lines, self.cpu_s = Lines(self.events), 0.0
        self.identity: psutil.Process | None = None
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already
            self.identity = psutil.Process(self.process.pid)

    def keep_alive(self) -> None:
        """Tell the process that its worker lives and holds the lease."""
        self._say(ALIVE)

    def finish(self) -> None:
        """Ask the process to train no further fold once the one that it trains is scored."""
        self._say(FINISH)

    def _say(self, word: bytes) -> None:
        # A frozen child does not read; its worker must not wait for it.
        with contextlib.suppress(OSError):
            os.write(self.lifeline.fileno(), word)

    def read_events(self, timeout_s: float) -> list[dict[str, Any]]:
        """Wait for events, at most `timeout_s` seconds, and return those that are there."""
        wait([self.events, self.process.sentinel], timeout_s)
        return list(self.lines.read())

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.is_alive()

    def memory_bytes(self) -> int:
        """Return the memory of the child and what it started (RSS, in bytes); 0 when gone."""
        return memory_of(family_of(self.process.pid or 0))

    def cpu_seconds(self) -> float:
        """Return the CPU time of the child and of all that it started, those that ended too.

        It never falls: one that ends while it is looked at is missing for a moment.
        """
        self.cpu_s = max(self.cpu_s, cpu_of(family_of(self.process.pid or 0)))
        return self.cpu_s

    def kill(self) -> list[dict[str, Any]]:
        """End the process and all that it started, now, and return what it had still to say.

        When this returns nobody writes for the process any more: the end of its events is the
        proof, since a fork server that has died can no longer tell.
        """
        if self.events.closed:
            return []
        pid = self.process.pid
        if pid and not self._is_anothers(pid):
            # Also when it has died by itself: what it started would live on.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            if self.process.is_alive():  # before it could make its group
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.lifeline.close()  # where the process cannot be reached it ends by this
        last = self._read_to_end()
        self.process.join(END_S)
        self.events.close()
        scratch.remove_folder(self.folder)
        return last

    def _is_anothers(self, pid: int) -> bool:
        """Tell whether the number was given anew: a worker may have been frozen for days.

        While something of the process's group lives the kernel gives its number to nobody.
        """
        is_ours = self.identity is not None and self.identity.is_running()
        return not is_ours and psutil.pid_exists(pid)

    def _read_to_end(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        give_up = time.monotonic() + END_S
        while not self.lines.has_ended and time.monotonic() < give_up:
            wait([self.events], max(0.0, give_up - time.monotonic()))
            found += self.lines.read()
        return found
