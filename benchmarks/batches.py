"""10,000 jobs in one request: how long it takes, and the pages after it, on both databases."""

import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from benchmarks.databases import BOTH, ROOT, fresh_app
from benchmarks.pages import open_client
from dashboard.clock import now
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from tasks.dispatcher import send_hints
from tests.product import free_port

SIDE = 100  # of the grid: SIDE x SIDE jobs
COLUMNS = 40
RUNS = 15


def fill(app: Flask) -> tuple[User, int]:
    """Make an account and a dataset; nothing else is there."""
    columns = [{"name": f"column {n}", "kind": "number", "distinct": 50, "count": 200,
                "missing": 0, "top": []} for n in range(COLUMNS)]  # fmt: skip
    target = {"name": "y", "kind": "boolean", "distinct": 2, "count": 200, "missing": 0, "top": []}
    with app.app_context(), writing() as session:
        user = User(email="a@example.org", name="A B", password_hash="-", role="admin")  # noqa: S106
        session.add(user)
        session.flush()
        dataset = Dataset(owner_id=user.id, name="d", file_name="d.csv", state="ready", rows=200,
                          token=secrets.token_hex(8), sha256="x", saved_at=now(),
                          columns=[*columns, target])  # fmt: skip
        session.add(dataset)
        session.flush()
        return user, dataset.id


def timed(work: Callable[[], Any], runs: int = 1) -> float:
    """Return the median time of some work, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measure(app: Flask) -> dict[str, float]:
    """Submit, look at the pages, dispatch, cancel; return milliseconds by what was done."""
    user, dataset_id = fill(app)
    client, headers = open_client(app, user)

    def call(method: str, path: str, **options: Any) -> None:
        answer = client.open(path, method=method, headers=headers, **options)
        if answer.status_code not in {200, 201, 204}:
            raise RuntimeError(
                f"{path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}"
            )

    grid = {"learning_rate": {"values": [n / 1000 for n in range(1, SIDE + 1)]},
            "max_iter": {"values": list(range(1, SIDE + 1))}}  # fmt: skip
    body = {"dataset_id": dataset_id, "target": "y", "parameters": grid,
            "estimator": "HistGradientBoostingClassifier"}  # fmt: skip
    found = {}
    for n in ("first", "second", "third"):
        call("GET", "/api/v1/workers")
        found[f"submit, {n}"] = timed(lambda: call("POST", "/api/v1/jobs", json=body))
    for path in ("/jobs", "/_live/jobs", "/queue", "/_live/queue", "/_live/pill", "/",
                 "/batches/1", "/batches/1?page=100", "/batches/1?sort=-score",
                 "/_live/batches/1", "/_live/batches/1/progress",
                 "/api/v1/batches/1", "/api/v1/batches", "/api/v1/jobs?batch_id=1"):  # fmt: skip
        call("GET", path)
        found[path] = timed(lambda path=path: call("GET", path), RUNS)  # type: ignore[misc]
    with app.app_context():
        found["dispatcher, one round"] = timed(lambda: send_hints(now()), RUNS)
    found["cancel all"] = timed(lambda: call("POST", "/api/v1/batches/1/cancel"))
    return found


def main() -> None:
    """Measure both databases, with a real broker, and print them side by side."""
    port = free_port()
    broker = subprocess.Popen([sys.executable, "-m", "deploy.broker", str(port)], cwd=ROOT)
    try:
        results = []
        for on_postgres in BOTH.values():
            with fresh_app(
                on_postgres=on_postgres,
                sqs_endpoint_url=f"http://127.0.0.1:{port}",
                max_batch_jobs=SIDE * SIDE,
            ) as app:
                results.append(measure(app))
    finally:
        broker.terminate()
        broker.wait()
    print(f"{SIDE * SIDE:,} jobs in one request{'SQLite':>20}{'PostgreSQL':>16}")
    for name, took in results[0].items():
        print(f"{name:30} {took:12.1f} ms {results[1][name]:12.1f} ms")


if __name__ == "__main__":
    main()
