"""The supervisor of one machine: supervisord, but whatever dies is back within seconds.

supervisord waits one second longer after each start that fails at once, without end: after an
outage of an hour it would wait minutes before it tries again. Here the pause has a greatest value.
"""

from supervisor import supervisord
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


if __name__ == "__main__":
    bound_pauses()
    supervisord.main()
