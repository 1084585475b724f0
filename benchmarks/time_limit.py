"""Whether trying several ends within its time on a machine that has other work.

``python -m benchmarks.time_limit [SECONDS [OTHERS,...]]``. The product, its two workers and OTHERS
processes that only count share one core; of each number of others it prints how long it was until
the model was there, and how many jobs were scored.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.overhead import table
from benchmarks.search import as_csv
from tests.product import OVER, Api, install, wait_for

SECONDS, SLOTS, ROWS = 60, 2, 2000
OTHERS = "0,4,10"


@contextmanager
def busy(n: int) -> Iterator[None]:
    """Let so many processes count while the block runs."""
    # Each in a session of its own, as Linux shares cores among sessions first.
    count = [sys.executable, "-c", "while True: pass"]
    started = [subprocess.Popen(count, start_new_session=True) for _ in range(n)]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()


def try_several(api: Api, dataset_id: int, seconds: int) -> str:
    """Try several, and say how long it took and what came of it."""
    asked = {"dataset_id": dataset_id, "target": "y", "several": {"time_limit_s": seconds}}
    path = f"/batches/{api.call('POST', '/batches', asked)['batch_id']}"

    def over() -> dict[str, Any] | None:
        time.sleep(1)
        found: dict[str, Any] = api.call("GET", path)["several"]
        winner = found["winner_job_id"]
        return found if winner and api.job(winner)["state"] in OVER else None

    found = wait_for("the model is there", over, 10 * seconds)
    took = found["seconds_taken"] or 0
    message = api.call("GET", path)["several"]["message"]
    return (
        f"{took:.1f} s, {100 * took / seconds:.0f}% of the limit; {message}; "
        f"{found['cpu_seconds']:.0f} s of processor"
    )


def main(seconds: int = SECONDS, others: str = OTHERS) -> None:
    """Time it beside more and more others."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    columns, _schema = table(ROWS)
    with tempfile.TemporaryDirectory() as name, install(Path(name), SLOTS) as installation:
        api = Api(installation.environ, "limit@example.org")
        dataset_id = api.upload(as_csv(columns))
        for n in map(int, others.split(",")):
            with busy(n):
                print(f"beside {n} others: {try_several(api, dataset_id, seconds)}", flush=True)


if __name__ == "__main__":
    main(*(int(given) if n == 0 else given for n, given in enumerate(sys.argv[1:])))
