"""Server time of the jobs pages with 1,000 and with 100,000 jobs, on both databases."""

import gc
import html
import secrets
import statistics
import time
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, lazyload

from benchmarks.databases import BOTH, fresh_app
from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Dataset, Job, JobScore, ScoreGroup, User
from dashboard.db.job_index import index_jobs
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.claiming import claim_next_job

SIZES = (1_000, 100_000)
STATES = ("succeeded",) * 8 + ("failed", "cancelled")
ESTIMATORS = ("LogisticRegression", "RandomForestClassifier", "GradientBoostingClassifier")
OWNERS, DATASETS = 5, 20
RUNS = 20
LIVE = "live rows of /jobs"
KEPT = ("job_counts", "best_so_far")  # answers that the app keeps until something changes


def score(n: int) -> float:
    """Return a score as if drawn at random, the same in each run."""
    return n * 7919 % 99991 / 99991


def fill(app: Flask, jobs: int) -> User:
    """Make accounts, datasets and so many jobs; one in a hundred waits.

    Most jobs are of the first account and dataset, as leaderboards are longest then.
    """
    with app.app_context():
        with writing() as session:
            users = [
                User(email=f"{n}@example.org", name=f"A B {n}", password_hash="-", role="admin")  # noqa: S106
                for n in range(OWNERS)
            ]
            session.add_all(users)
            session.flush()
            datasets = [
                Dataset(owner_id=users[0].id, name=f"d{n}", file_name="d.csv", state="ready",
                        token=secrets.token_hex(8), sha256="x", saved_at=now(), family_id=n + 1)
                for n in range(DATASETS)
            ]  # fmt: skip
            session.add_all(datasets)
            session.flush()
            rows = [make_row(n, jobs, users, datasets) for n in range(jobs)]
            session.execute(insert(Job), rows)
            add_scores(session)
            index_jobs(session, session.scalars(select(Job.id)).all())
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("ANALYZE"))  # as it does by itself within a minute
        return users[0]


def make_row(n: int, jobs: int, users: list[User], datasets: list[Dataset]) -> dict[str, Any]:
    """Return a job as the benchmark's row."""
    small = n % 10 == 7  # of another person, on another dataset
    started = now() - timedelta(seconds=jobs - n)
    state = "queued" if n % 100 == 0 else STATES[n % 10]
    is_over = state != "queued"
    return {
        "name": f"job {n}", "owner_id": users[n % OWNERS if small else 0].id,
        "dataset_id": datasets[n % DATASETS if small else 0].id, "target": "y",
        "task": "classification", "estimator": ESTIMATORS[n % 3], "metric": "roc_auc",
        "state": state, "score": score(n) if state == "succeeded" else None,
        "created_at": started, "started_at": started if is_over else None,
        "finished_at": started + timedelta(seconds=n % 977) if is_over else None,
        "split_hash": "e" * 64, "tags": [f"tag {n % 50}"] if n % 4 == 0 else [],
        "parameters": {"C": score(n + 1), "max_depth": n % 12, "solver": "lbfgs"},
        "failure": {"code": "X", "message": f"The column x{n} holds text"}
        if state == "failed" else None,
        "metrics": {"roc_auc": {"mean": score(n), "std": 0.01},
                    "log_loss": {"mean": score(n + 2), "std": 0.01}},
        "validation": {"scheme": "stratified", "folds": 5, "repeats": 1},
    }  # fmt: skip


def add_scores(session: Session) -> None:
    """Give each job that succeeded the rows that leaderboards are read from."""
    jobs = session.execute(select(Job).options(lazyload("*")).where(Job.state == "succeeded"))
    groups: dict[int, int] = {}
    scores = []
    for (job,) in jobs:
        if job.dataset_id not in groups:
            group = ScoreGroup(dataset_id=job.dataset_id, target="y", split_hash="e" * 64)
            session.add(group)
            session.flush()
            groups[job.dataset_id] = group.id
        scores += [
            {"job_id": job.id, "group_id": groups[job.dataset_id], "metric": metric,
             "score": found["mean"], "finished_at": job.created_at, "estimator": job.estimator,
             "owner_id": job.owner_id}
            for metric, found in job.metrics.items()
        ]  # fmt: skip
    session.execute(insert(JobScore), scores)


def open_client(app: Flask, user: User) -> tuple[FlaskClient, dict[str, str]]:
    """Return a client that is signed in, and the headers with which it may call the API."""
    with app.app_context():
        token = create_token(user=user, name="bench").text
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = user.get_id(), True
    return client, {"Authorization": f"Bearer {token}"}


PATHS = (
    "/jobs/2", "/_live/jobs/2", "/jobs/2/log", "/jobs/2/settings",
    "/jobs", "/jobs?per=200", "/jobs?page=2000", "/jobs?state=failed", "/jobs?owner=me&tag=tag+4",
    "/jobs?dataset_id=1&estimator=LogisticRegression", "/jobs?from=2020-01-01&to=2030-01-01",
    "/jobs?sort=-score", "/jobs?sort=name&page=1990", "/jobs?sort=-duration", "/jobs?sort=owner",
    "/jobs?sort=-metric:roc_auc", "/jobs?sort=metric:log_loss&page=1900", "/jobs?sort=param:C",
    "/jobs?sort=-param:C&page=1000", "/jobs?sort=param:learning_rate&state=succeeded",
    "/jobs?q=job+77", "/jobs?q=job", "/jobs?q=nowhere", "/jobs?archived=true",
    LIVE, "/_live/pill",
    "/api/v1/jobs", "/api/v1/jobs?state=succeeded", "/api/v1/jobs?sort=-score",
    "/leaderboards", "/leaderboards/1/y", "/leaderboards/1/y?per=200", "/leaderboards/1/y?best=1",
    "/queue", "/", "/?recent=everyone", "/_live/overview",
    "/search?q=job+77", "/_live/search?q=nothing+like+it", "/settings/notifications",
)  # fmt: skip


def measure(app: Flask, user: User) -> dict[str, tuple[float, float]]:
    """Return median time and p95 of the web's own CPU time of each request, in milliseconds.

    What is counted is counted anew each time; the first request of a page, for which its template
    is compiled, is not measured. SQLite's work is the web's own; what PostgreSQL
    does is in the time alone.
    """
    client, headers = open_client(app, user)
    gc.freeze()  # as the web does once it is loaded
    found = {}
    for path in PATHS:
        address = live_address(client) if path == LIVE else path
        times, cpu = [], []
        client.get(address, headers=headers)
        for _ in range(RUNS):
            for kept in KEPT:
                app.extensions.pop(kept, None)
            start, used = time.perf_counter(), time.process_time()
            answer = client.get(address, headers=headers)
            cpu.append((time.process_time() - used) * 1000)
            times.append((time.perf_counter() - start) * 1000)
            if answer.status_code not in {200, 204}:
                raise RuntimeError(f"{path}: {answer.status_code}")
        found[path] = (statistics.median(times), statistics.quantiles(cpu, n=20)[-1])
    with app.app_context():
        start, used = time.perf_counter(), time.process_time()
        for _ in range(RUNS):
            claim_next_job(worker="bench")
        took = (time.perf_counter() - start, time.process_time() - used)
        found["claim"] = (took[0] * 1000 / RUNS, took[1] * 1000 / RUNS)
    return found


def live_address(client: FlaskClient) -> str:
    """Return the address of the live rows of the list."""
    page = client.get("/jobs").get_data(as_text=True)
    return html.unescape(page.partition('hx-get="/_live/jobs?')[2].partition('"')[0]).join(
        ["/_live/jobs?", ""]
    )


def main() -> None:
    """Measure both sizes on both databases in one run and print them with their ratio."""
    for database, on_postgres in BOTH.items():
        results = []
        for jobs in SIZES:
            with fresh_app(on_postgres=on_postgres) as app:
                results.append(measure(app, fill(app, jobs)))
        small, large = results
        sizes = " and ".join(f"{size:,}" for size in SIZES)
        print(f"{database}, server time with {sizes} jobs, and p95 of the web's CPU with the most")
        for name, (few, _) in small.items():
            many, cpu = large[name]
            ratio = f"ratio {many / few:5.2f}"
            print(f"  {name:48} {few:7.1f} ms {many:7.1f} ms  {ratio}  p95 {cpu:6.1f} ms")


if __name__ == "__main__":
    main()
