"""What a claim costs, and what else reads the queue, with 10, 10,000 and 100,000 jobs waiting.

As many jobs ended within the last day. The jobs that wait are five owners', and for one more claim
a thousand owners'. On SQLite and on PostgreSQL, the latter from the tests' own server. Flat means:
the last column is near 1.
"""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, insert, select, update

from benchmarks.databases import BOTH, fresh_app
from benchmarks.pages import fill
from dashboard.clock import now
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.hints import count_hinted
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.order import find_places
from dashboard.jobs.running.run_next import find_foremost
from dashboard.workers.last_day import KEY, read_last_day
from dashboard.workers.queries import summarise_queue
from tasks.dispatcher import mark_unhinted

SIZES = (10, 10_000, 100_000)
OWNERS, MANY_OWNERS, RUNS = 5, 1000, 9


def queue_up(n_jobs: int) -> None:
    """Fill the queue up to so many jobs, of several owners and priorities."""
    there = db.session.query(Job).filter(Job.state == "queued").count()
    add_jobs([
        {"state": "queued", "priority": n % 3 - 1, "created_at": now()}
        for n in range(there, n_jobs)
    ])  # fmt: skip


def end_up(n_jobs: int) -> None:
    """Fill the last day up to so many jobs that ended, one in ten of them badly."""
    there = db.session.query(Job).filter(Job.finished_at.is_not(None)).count()
    moment, day_s = now(), 86_000
    ends = [moment - timedelta(seconds=day_s * n / n_jobs) for n in range(there, n_jobs)]
    add_jobs([
        {"state": "succeeded" if n % 10 else "failed", "attempt": 1, "finished_at": end,
         "started_at": end - timedelta(minutes=1), "created_at": end - timedelta(minutes=2)}
        for n, end in enumerate(ends)
    ])  # fmt: skip


def add_jobs(rows: list[dict[str, Any]]) -> None:
    """Add jobs; what is not said of them is the same for all."""
    dataset, first = db.session.query(Dataset).first(), first_owner()
    same = {"name": "job", "dataset_id": dataset.id, "target": "y", "task": "classification",
            "estimator": "Ridge", "metric": "r2", "metrics": {}}  # fmt: skip
    with writing() as session:
        for start in range(0, len(rows), 10_000):
            some = enumerate(rows[start : start + 10_000])
            made = [same | row | {"owner_id": first + n % OWNERS} for n, row in some]
            session.execute(insert(Job), made)


def first_owner() -> int:
    """Return the least number of an owner; the others' follow it."""
    return db.session.scalar(select(func.min(User.id))) or 0


def spread(owners: int) -> None:
    """Give what waits to so many owners."""
    first = first_owner()
    with writing() as session:
        waiting = update(Job).where(Job.state == "queued").values(owner_id=first + Job.id % owners)
        session.execute(waiting.execution_options(synchronize_session=False))


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        db.session.rollback()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def claim() -> None:
    """Claim a job, and end it, so that no more run than before."""
    found = claim_next_job(worker="bench")
    if found is None:
        raise RuntimeError("nothing could be claimed")


def read_last_day_anew() -> None:
    """Read the last day as a process does that keeps nothing of it yet."""
    current_app.extensions.pop(KEY, None)
    read_last_day()


def measure(size: int) -> dict[str, float]:
    """Return what each question costs with so many jobs waiting."""
    queue_up(size)
    end_up(size)
    owner = db.session.get_one(User, first_owner() + 1)
    works: dict[str, Callable[[], object]] = {
        "claim": claim,
        "places": find_places,
        "foremost": lambda: find_foremost(owner),
        "hints counted": lambda: count_hinted(Job),
        "hints marked": lambda: mark_unhinted(Job, "train", now()),
        "queue counted": summarise_queue,
        "last day": read_last_day_anew,
    }
    costs = {name: milliseconds(work) for name, work in works.items()}
    queue_up(size)
    spread(MANY_OWNERS)
    costs["claim, 1,000 owners"] = milliseconds(claim)
    spread(OWNERS)
    return costs


def main() -> None:
    """Measure each size on each database, and print the costs and the ratio of last to first."""
    for name, on_postgres in BOTH.items():
        with fresh_app(on_postgres=on_postgres) as app:
            fill(app, 200)
            with app.app_context():
                with writing() as session:
                    session.query(Job).filter(Job.state == "queued").delete()
                    session.add_all(
                        User(email=f"{n}@example.org", name="A B", password_hash="-")  # noqa: S106
                        for n in range(MANY_OWNERS)
                    )
                report(name, [measure(size) for size in SIZES])


def report(name: str, results: list[dict[str, float]]) -> None:
    """Print a table."""
    print(f"{name}, ms with {', '.join(f'{size:,}' for size in SIZES)} jobs waiting")
    for what in results[0]:
        costs = [result[what] for result in results]
        shown = " ".join(f"{cost:8.2f}" for cost in costs)
        print(f"  {what:20} {shown}  ratio {costs[-1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
