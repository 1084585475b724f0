"""What a process and all that it started use together."""

from collections.abc import Callable, Iterable

import psutil


def family_of(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started; nothing when it is gone."""
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.Error:
        return []


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
