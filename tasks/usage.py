"""Measures what a child uses, at intervals that grow where a job runs for long."""

import time
from collections.abc import Callable

from dashboard.clock import now
from dashboard.jobs.running.usage import UsageSample

FIRST_INTERVAL_S = 0.5


class UsageMeter:
    """Makes samples of one attempt out of many looks at its child."""

    def __init__(self) -> None:
        self.interval_s = FIRST_INTERVAL_S
        self.last, self.cpu_s, self.memory_bytes = time.monotonic(), 0.0, 0
        self.cores = 0.0

    def look(self, memory_bytes: int, read_cpu: Callable[[], float]) -> list[UsageSample]:
        """Take note of the memory, and return a sample when one is due.

        Parameters
        ----------
        memory_bytes : int
            What the child has now.
        read_cpu : callable
            Gives the CPU seconds of the child; asked only when a sample is due.
        """
        self.memory_bytes = max(self.memory_bytes, memory_bytes)
        since = time.monotonic() - self.last
        if since < self.interval_s:
            return []
        cpu_s = read_cpu()
        # A new child (stop and keep) begins to count anew.
        spent = cpu_s - self.cpu_s if cpu_s >= self.cpu_s else cpu_s
        self.cores = round(spent / since, 3)
        sample = UsageSample(now(), self.cores, self.memory_bytes)
        self.last, self.cpu_s, self.memory_bytes = time.monotonic(), cpu_s, 0
        return [sample]

    def end(self) -> list[UsageSample]:
        """Return what was seen since the last sample of a child that has died.

        Its CPU time can no longer be read; the cores are those of that last sample.
        """
        if not self.memory_bytes:
            return []
        sample = UsageSample(now(), self.cores, self.memory_bytes)
        self.memory_bytes = 0
        return [sample]

    def widen(self) -> None:
        """Make samples half as often from now on."""
        self.interval_s *= 2
