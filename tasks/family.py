"""What a process and all that it started use together."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psutil

# Linux tells the children of a process. Else each process of the machine is looked at, which costs
# some milliseconds, and a worker looks several times a second.
TELLS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()


def family_of(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started; nothing when it is gone."""
    try:
        head = psutil.Process(pid)
        if not TELLS_CHILDREN:
            return [head, *head.children(recursive=True)]
    except psutil.Error:
        return []
    return [head, *_descendants(pid)]


def _descendants(pid: int) -> Iterator[psutil.Process]:
    """Yield all that a process started; one that ends in this moment is missing."""
    for child in _children(pid):
        with contextlib.suppress(psutil.Error):
            yield psutil.Process(child)
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    """Return whom a process started and has not waited for, from any of its threads."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # it ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found


def memory_of(members: Iterable[psutil.Process]) -> int:
    """Return the memory of some processes (RSS, in bytes). One that is gone counts nothing."""
    return int(_add(members, lambda member: member.memory_info().rss))


def cpu_of(members: Iterable[psutil.Process]) -> float:
    """Return the CPU seconds of some processes and of those that they have waited for."""
    return _add(members, lambda member: sum(member.cpu_times()[:4]))


def _add(members: Iterable[psutil.Process], read: Callable[[psutil.Process], float]) -> float:
    total = 0.0
    for member in members:
        # Each by itself: a fit's workers come and go, and their end must not hide the others.
        try:
            total += read(member)
        except psutil.Error:
            continue
    return total
