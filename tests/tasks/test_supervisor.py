"""The supervisor's pause between two starts of a program that fails has a greatest value."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import time

from supervisor.process import Subprocess
from supervisor.states import ProcessStates

from deploy.supervisor import LONGEST_PAUSE_S, bound_pauses

bound_pauses()
one, other = Subprocess.__new__(Subprocess), Subprocess.__new__(Subprocess)
one.event_map, seen = {}, []
for _ in range(100):  # starts that failed, as supervisord itself notes them
    one.state = ProcessStates.STARTING
    one.change_state(ProcessStates.BACKOFF)
    seen.append(round(one.delay - time.time()))
assert seen[:3] == [1, 2, 3] and max(seen) == LONGEST_PAUSE_S == seen[-1], seen
assert other.backoff == 0
one.backoff = 0
assert one.backoff == 0
print("bounded")
"""


def test_pauses_grow_to_a_bound_and_no_further() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "bounded"
