"""From send to start, and jobs per second, on a real installation: ``make run`` in a new home."""

import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.engine.tables import mixed_csv
from tests.product import Api, Installation, install, wait_for

SLOTS = (1, 2, 4)
STARTS = 21
JOBS_PER_SLOT = 12
TRIVIAL = {"validation": {"scheme": "holdout"}, "features": ["age"]}


def started_at(home: Path, job_id: int) -> float:
    """Return when a job was claimed, in seconds of the epoch, to the microsecond."""
    address = f"file:{home / 'trainyard.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute("SELECT started_at FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return datetime.fromisoformat(found[0]).replace(tzinfo=UTC).timestamp()


def prepare(product: Installation, workers: int, rows: int = 60) -> tuple[Api, int]:
    """Return an API with a dataset of so many rows, once every worker idles."""
    api = Api(product.environ, "bench@example.org")
    dataset = api.upload(mixed_csv(rows))

    def idle() -> bool:
        states = [worker["state"] for worker in api.call("GET", "/workers")["items"]]
        return states == ["idle"] * (workers + 1)

    wait_for("the workers idle", idle, 120)
    return api, dataset


def measure_starts(product: Installation, api: Api, dataset: int) -> list[float]:
    """Return, of jobs that are sent one by one, the milliseconds from send to running."""
    home, found = Path(product.environ["TRAINYARD_HOME"]), []
    for _ in range(STARTS):
        time.sleep(random.uniform(0.2, 1.5))  # noqa: S311 - not in step with any loop of ours
        sent = time.time()
        job_id = api.submit(dataset, "GaussianNB", "y_class", **TRIVIAL)
        api.wait_until_over(job_id)
        found.append((started_at(home, job_id) - sent) * 1000)
    return found


def measure_rate(api: Api, dataset: int, jobs: int) -> float:
    """Return how many trivial jobs end in a second, from the first send to the last end."""
    start = time.monotonic()
    ids = [api.submit(dataset, "GaussianNB", "y_class", **TRIVIAL) for _ in range(jobs)]
    for job_id in ids:
        done = api.wait_until_over(job_id, 300)
        if done["state"] != "succeeded":
            raise RuntimeError(f"job {job_id}: {done['failure']}")
    return jobs / (time.monotonic() - start)


def main() -> None:
    """Measure with 1, 2 and 4 slots, and print."""
    rates = {}
    for slots in SLOTS:
        with (
            tempfile.TemporaryDirectory() as folder,
            install(Path(folder), slots) as product,
        ):
            api, dataset = prepare(product, slots)
            if slots == 1:
                starts = measure_starts(product, api, dataset)
                p95 = statistics.quantiles(starts, n=20)[-1]
                print(f"from send to start: median {statistics.median(starts):.0f} ms, "
                      f"p95 {p95:.0f} ms of {STARTS} (to be under 300 ms)")  # fmt: skip
            rates[slots] = measure_rate(api, dataset, JOBS_PER_SLOT * slots)
    for slots, rate in rates.items():
        print(f"trivial jobs with {slots} slots: {rate:.2f} a second, "
              f"ratio to one slot {rate / rates[1]:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
