"""Server time of comparisons among 100,000 jobs, as the 95th percentile of CPU, and queries."""

import gc
import time
from collections.abc import Sequence

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, update

from benchmarks.databases import BOTH, fresh_app
from benchmarks.pages import fill, open_client
from dashboard.db import Job, JobFold
from dashboard.db.transaction import writing
from dashboard.extensions import db

JOBS, RUNS = 100_000, 40
SETTINGS, FOLDS = 100, 5
MOST = 200
VIEWS = {
    "2 side by side": (2, ""),
    "12 side by side": (12, ""),
    "12 side by side, all settings": (12, "&diff=0"),
    "50 job by job": (50, ""),
    "50 job by job, as CSV": (50, ".csv"),
    "200 job by job": (200, ""),
    "50, one more looked for": (50, "&q=job+777"),
}


def vary(app: Flask) -> list[int]:
    """Give 200 jobs folds and settings; half of the settings differ from job to job."""
    with app.app_context(), writing() as session:
        found = select(Job.id).where(Job.state == "succeeded").order_by(Job.id.desc())
        ids = list(session.scalars(found.limit(MOST)))
        for n, job_id in enumerate(ids):
            parameters = {f"p{s}": n * s if s % 2 else s for s in range(SETTINGS)}
            scores = {"roc_auc": 0.8 + n / 1000, "accuracy": 0.7 + n / 1000, "f1": 0.6}
            metrics = {name: {"mean": mean, "std": 0.01} for name, mean in scores.items()}
            session.execute(update(Job).where(Job.id == job_id).values(
                parameters=parameters, metrics=metrics, features=["a", "b"]))  # fmt: skip
            session.execute(insert(JobFold), [
                {"job_id": job_id, "fold": fold, "fit_seconds": 1.0, "attempt": 1, "n_train": 160,
                 "n_test": 40, "scores": {k: v + (n * fold % 7) / 500 for k, v in scores.items()}}
                for fold in range(1, FOLDS + 1)
            ])  # fmt: skip
    return ids


def measure(app: Flask, client: FlaskClient, url: str) -> tuple[float, int]:
    """Return the 95th percentile of the CPU in milliseconds, and the queries of one view."""
    asked: list[str] = []
    times = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    client.get(url)
    gc.freeze()  # as the web does once it is loaded
    for _ in range(RUNS):
        asked.clear()
        start = time.process_time()
        answer = client.get(url)
        times.append((time.process_time() - start) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")
    return sorted(times)[int(RUNS * 0.95) - 1], len(asked)


def url_of(ids: Sequence[int], more: str) -> str:
    """Return the address of a view of jobs."""
    path, query = ("/compare.csv", "") if more == ".csv" else ("/compare", more)
    return f"{path}?jobs={','.join(map(str, ids))}{query}"


def main() -> None:
    """Measure every view on both databases."""
    for database, on_postgres in BOTH.items():
        with fresh_app(on_postgres=on_postgres) as app:
            client, _ = open_client(app, fill(app, JOBS))
            ids = vary(app)
            print(f"{database}, comparisons among {JOBS:,} jobs, {SETTINGS} settings: CPU, p95")
            for name, (n, more) in VIEWS.items():
                cpu, queries = measure(app, client, url_of(ids[:n], more))
                print(f"  {name:30} {cpu:7.1f} ms  {queries} queries")


if __name__ == "__main__":
    main()
