"""The killable process: forked from a warm forkserver, it speaks to its worker in events.

A forkserver's child outlives a killed worker, because its parent is the forkserver. So a thread
in the child waits on a pipe whose other end only the worker holds, and ends the process when that
end closes. Cancel and limits kill the child from outside; nothing is ever raised inside it,
because raising in a joblib thread deadlocks.
"""

import contextlib
import importlib
import json
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

PRELOAD = ["tasks.child_work"]
Send = Callable[[dict[str, Any]], None]
_context = multiprocessing.get_context("forkserver")


def warm_up() -> None:
    """Start the forkserver, which loads scikit-learn and pandas once for all children."""
    _context.set_forkserver_preload(PRELOAD)
    multiprocessing.forkserver.ensure_running()


def _main(work: str, payload: str, events: Connection, lifeline: Connection) -> None:
    os.setpgid(0, 0)  # so that whatever the fit starts dies with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_worker, args=(lifeline,), daemon=True).start()

    def send(event: dict[str, Any]) -> None:
        events.send_bytes(json.dumps(event).encode())

    try:
        function = getattr(importlib.import_module("tasks.child_work"), work)
        function(json.loads(payload), send)
    except Exception as error:
        from tasks.failures import explain

        send({"type": "failed", "failure": explain(error)})


def _die_with_worker(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os.killpg(0, signal.SIGKILL)


class Child:
    """One piece of work in a process of its own.

    Parameters
    ----------
    work : str
        Name of a function of `tasks.child_work`.
    payload : dict
        Its argument, JSON values.
    """

    def __init__(self, work: str, payload: dict[str, Any]) -> None:
        self.events, child_events = _context.Pipe(duplex=False)
        child_lifeline, self.lifeline = _context.Pipe(duplex=False)
        self.process = _context.Process(
            target=_main,
            args=(work, json.dumps(payload), child_events, child_lifeline),
            daemon=False,
        )
        self.process.start()
        child_events.close()
        child_lifeline.close()

    def read_events(self, timeout_s: float) -> list[dict[str, Any]]:
        """Wait for events, at most `timeout_s` seconds, and return those that are there."""
        found: list[dict[str, Any]] = []
        wait([self.events, self.process.sentinel], timeout_s)
        with contextlib.suppress(EOFError, OSError):
            while self.events.poll():
                found.append(json.loads(self.events.recv_bytes()))
        return found

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.is_alive()

    def memory_bytes(self) -> int:
        """Return the memory of the child and what it started (RSS, in bytes); 0 when gone."""
        try:
            child = psutil.Process(self.process.pid)
            family = [child, *child.children(recursive=True)]
            return sum(member.memory_info().rss for member in family)
        except psutil.Error:
            return 0

    def kill(self) -> None:
        """End the process and all that it started, now."""
        pid = self.process.pid
        if pid and self.process.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Wait for the end of a process that is over, and let its pipes go."""
        self.process.join(5)
        self.events.close()
        self.lifeline.close()
