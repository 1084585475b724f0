"""How often an installation writes to its database while a job runs, and while none does."""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.starts import prepare
from tests.product import Installation, install, wait_for

WATCH_S, LOOK_EVERY_S = 20, 0.001
# Long enough to be watched, with a fold about every second: each of them is news.
LONG = {"parameters": {"n_estimators": 1500, "max_depth": 4}, "exclude": ["y_number"],
        "validation": {"scheme": "stratified", "folds": 10, "repeats": 10}}  # fmt: skip


def count_writes(home: Path) -> float:
    """Return committed writing transactions per second.

    SQLite's ``data_version`` changes when another connection has committed. Two commits within a
    thousandth of a second count as one.
    """
    with closing(sqlite3.connect(home / "trainyard.db", isolation_level=None)) as database:
        ask = "PRAGMA data_version"
        last, changes = database.execute(ask).fetchone(), 0
        start = time.monotonic()
        while time.monotonic() - start < WATCH_S:
            now = database.execute(ask).fetchone()
            changes += now != last
            last = now
            time.sleep(LOOK_EVERY_S)
        return changes / (time.monotonic() - start)


def measure(product: Installation) -> tuple[float, float]:
    """Return the writes per second of an idle installation and of one with a job that runs."""
    home = Path(product.environ["TRAINYARD_HOME"])
    api, dataset = prepare(product, 1, rows=400)
    idle = count_writes(home)
    job_id = api.submit(dataset, "GradientBoostingClassifier", "y_class", **LONG)
    wait_for("the job runs", lambda: api.job(job_id)["state"] == "running")
    running = count_writes(home)
    job = api.job(job_id)
    if job["state"] != "running":
        raise RuntimeError(f"the job was {job['state']} before the end of the measurement")
    print(f"{len(job['folds'])} folds were scored meanwhile")
    return idle, running


def main() -> None:
    """Measure both in one run, and print."""
    with tempfile.TemporaryDirectory() as folder, install(Path(folder), 1) as product:
        idle, running = measure(product)
    print(f"database writes: idle {idle:.2f} a second, with a running job {running:.2f}, "
          f"per job {running - idle:.2f} (to be under 3)")  # fmt: skip


if __name__ == "__main__":
    main()
