"""Server time of the list of datasets with 100 and with 10,000 of them, on both databases.

Each has two versions, the newest of 21 columns; one of them has 20,000 jobs, the others two each.
"""

import secrets
import statistics
import time
from datetime import timedelta

from flask import Flask
from sqlalchemy import insert

from benchmarks.databases import BOTH, fresh_app
from benchmarks.pages import open_client
from dashboard.clock import now
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing

SIZES = (100, 10_000)
RUNS = 15
HOT_JOBS = 20_000
PATHS = (
    "/datasets", "/datasets?per=200", "/datasets?sort=-rows", "/datasets?sort=name&page=40",
    "/datasets?q=9+of", "/datasets?jobs=yes", "/datasets?jobs=no", "/datasets?owner=me",
    "/datasets?archived=true", "/jobs/new", "/api/v1/datasets",
)  # fmt: skip
COLUMNS = [
    {"name": f"column {n}", "kind": "number", "missing": 0, "count": 7043, "distinct": 73,
     "min": 0.0, "median": 29.0, "max": 72.0, "mean": 32.4, "std": 24.6}
    for n in range(21)
]  # fmt: skip


def fill(app: Flask, families: int) -> User:
    """Make an account with so many datasets and their jobs."""
    with app.app_context():
        user = User(email="a@example.org", name="A B", password_hash="-", role="admin")  # noqa: S106
        with writing() as session:
            session.add(user)
            session.flush()
            for first in range(1, families + 1, 1000):
                chunk = range(first, min(first + 1000, families + 1))
                session.execute(insert(Dataset), [_row(user, n, v) for n in chunk for v in (1, 2)])
            jobs = [_job(user, 2 * n, n + k) for n in range(1, families + 1) for k in (0, 1)]
            jobs += [_job(user, 2 * families, k) for k in range(HOT_JOBS)]
            session.execute(insert(Job), jobs)
        return user


def _row(user: User, n: int, version: int) -> dict[str, object]:
    return {
        "id": 2 * n - 2 + version, "owner_id": user.id, "name": f"{n} of many.csv",
        "file_name": f"{n}.csv", "state": "ready", "token": secrets.token_hex(8), "rows": n,
        "n_columns": 21, "size_bytes": 955_000, "sha256": f"{n:064}", "columns": COLUMNS,
        "family_id": 2 * n - 1, "version": version, "is_newest": version == 2, "source": {},
        "saved_at": now() - timedelta(seconds=n), "archived_at": now() if n % 50 == 0 else None,
    }  # fmt: skip


def _job(user: User, dataset_id: int, n: int) -> dict[str, object]:
    return {
        "name": f"job {n}", "owner_id": user.id, "dataset_id": dataset_id,
        "target": f"column {n % 5}", "task": "classification", "metric": "roc_auc",
        "estimator": "LogisticRegression", "state": "succeeded", "score": n % 997 / 997,
        "validation": {"scheme": "stratified", "folds": 5, "repeats": 1},
    }  # fmt: skip


def measure(app: Flask, user: User) -> dict[str, float]:
    """Return the median server time of each page, in milliseconds."""
    client, headers = open_client(app, user)
    found = {}
    for path in PATHS:
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            answer = client.get(path, headers=headers)
            times.append((time.perf_counter() - start) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
        found[path] = statistics.median(times)
    return found


def main() -> None:
    """Measure both sizes on both databases in one run and print them with their ratio."""
    for database, on_postgres in BOTH.items():
        results = []
        for families in SIZES:
            with fresh_app(on_postgres=on_postgres) as app:
                results.append(measure(app, fill(app, families)))
        small, large = results
        print(f"{database}, server time with {' and '.join(f'{n:,}' for n in SIZES)} datasets")
        for name in small:
            ratio = large[name] / small[name]
            print(f"  {name:28} {small[name]:7.1f} ms {large[name]:7.1f} ms  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
