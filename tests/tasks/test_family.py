"""What a process and its descendants use is added up; one that has ended hides no other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable

import psutil
import pytest

from tasks import family, presence
from tasks.family import cpu_of, family_of, memory_of


@pytest.fixture
def dead() -> psutil.Process:
    made = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = psutil.Process(made.pid)
    made.communicate(b"\n")
    return found


def test_member_that_has_ended_hides_no_other(dead: psutil.Process) -> None:
    alive = psutil.Process()
    for members in ([dead, alive], [alive, dead]):
        assert memory_of(members) > 1_000_000
        assert cpu_of(members) > 0.01


def test_family_that_is_gone_uses_nothing(dead: psutil.Process) -> None:
    assert family_of(dead.pid) == []
    assert memory_of([dead]) == 0
    assert cpu_of([dead]) == 0.0


def test_direct_children_of_a_worker_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # Which processes, not how much memory: a kernel may take pages back between two looks.
    counted: list[int] = []

    def count(members: Iterable[psutil.Process]) -> int:
        counted.extend(member.pid for member in members)
        return 7

    monkeypatch.setattr(presence, "memory_of", count)
    program = "import subprocess; p=subprocess.Popen(['sleep','60']); print(p.pid,flush=True); input(); p.kill(); p.wait()"  # noqa: E501
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as direct:
        assert direct.stdout is not None
        grandchild = int(direct.stdout.readline())
        assert presence.measure_memory() == 7
        direct.communicate("\n")
    assert {os.getpid(), grandchild} <= set(counted)
    assert direct.pid not in counted


# Started by a thread that is not the first one; its child starts one more.
STARTS = """
import subprocess, threading
def start():
    command = ["sh", "-c", "sleep 60 & echo $!; wait"]
    child = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
    print(child.pid, child.stdout.readline(), flush=True)
    input()
threading.Thread(target=start).start()
"""


@pytest.mark.parametrize("tells", [True, False])
def test_family_is_the_same_however_it_is_found(
    tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(family, "TELLS_CHILDREN", tells)
    with subprocess.Popen(
        [sys.executable, "-c", STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as head:
        assert head.stdout is not None
        started = {int(word) for word in head.stdout.readline().split()}
        try:
            assert {member.pid for member in family_of(head.pid)} == started | {head.pid}
        finally:
            for pid in started:
                os.kill(pid, signal.SIGKILL)
            head.communicate("\n")
    assert len(started) == 2
