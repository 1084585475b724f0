"""Server time of the jobs pages with 1,000 and with 100,000 jobs, on both databases."""

import secrets
import statistics
import time
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.databases import BOTH, fresh_app
from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Dataset, Job, JobScore, ScoreGroup, User
from dashboard.db.transaction import writing
from dashboard.jobs.claiming import claim_next_job

SIZES = (1_000, 100_000)
STATES = ("succeeded",) * 8 + ("failed", "cancelled")
RUNS = 20


def score(n: int) -> float:
    """Return a score as if drawn at random, the same in each run."""
    return n * 7919 % 99991 / 99991


def fill(app: Flask, jobs: int) -> User:
    """Make an account, a dataset and so many jobs; one in a hundred waits."""
    with app.app_context():
        user = User(email="a@example.org", name="A B", password_hash="-", role="admin")  # noqa: S106
        with writing() as session:
            session.add(user)
            session.flush()
            dataset = Dataset(owner_id=user.id, name="d", file_name="d.csv", state="ready",
                              token=secrets.token_hex(8), sha256="x", saved_at=now(),
                              family_id=1)  # fmt: skip
            session.add(dataset)
            session.flush()
            rows = [
                {"name": f"job {n}", "owner_id": user.id, "dataset_id": dataset.id, "target": "y",
                 "task": "classification", "estimator": "LogisticRegression", "metric": "roc_auc",
                 "state": "queued" if n % 100 == 0 else STATES[n % 10], "score": score(n),
                 "created_at": now() - timedelta(seconds=jobs - n), "split_hash": "e" * 64,
                 "metrics": {"roc_auc": {"mean": score(n), "std": 0.01}},
                 "validation": {"scheme": "stratified", "folds": 5, "repeats": 1}}
                for n in range(jobs)
            ]  # fmt: skip
            session.execute(insert(Job), rows)
            add_scores(session)
        return user


def add_scores(session: Session) -> None:
    """Give each job that succeeded the rows that leaderboards are read from."""
    jobs = session.execute(
        select(Job.id, Job.metric, Job.score, Job.created_at, Job.estimator, Job.owner_id)
        .where(Job.state == "succeeded")
    )  # fmt: skip
    group = ScoreGroup(dataset_id=1, target="y", split_hash="e" * 64)
    session.add(group)
    session.flush()
    scores = [
        {"job_id": job.id, "group_id": group.id, "metric": job.metric, "score": job.score,
         "finished_at": job.created_at, "estimator": job.estimator, "owner_id": job.owner_id}
        for job in jobs
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


def measure(app: Flask, user: User) -> dict[str, float]:
    """Return the median server time of each request, in milliseconds."""
    client, headers = open_client(app, user)
    paths = ("/jobs", "/jobs?per=200", "/jobs?state=failed", "/jobs?sort=-score",
             "/jobs?q=job+77", "/_live/jobs", "/_live/pill", "/api/v1/jobs",
             "/api/v1/jobs?state=succeeded",
             "/leaderboards", "/leaderboards/1/y", "/leaderboards/1/y?per=200",
             "/leaderboards/1/y?best=1", "/queue")  # fmt: skip
    found = {}
    for path in paths:
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            answer = client.get(path, headers=headers)
            times.append((time.perf_counter() - start) * 1000)
            if answer.status_code not in {200, 204}:
                raise RuntimeError(f"{path}: {answer.status_code}")
        found[path] = statistics.median(times)
    with app.app_context():
        start = time.perf_counter()
        for _ in range(RUNS):
            claim_next_job(worker="bench")
        found["claim"] = (time.perf_counter() - start) * 1000 / RUNS
    return found


def main() -> None:
    """Measure both sizes on both databases in one run and print them with their ratio."""
    for database, on_postgres in BOTH.items():
        results = []
        for jobs in SIZES:
            with fresh_app(on_postgres=on_postgres) as app:
                results.append(measure(app, fill(app, jobs)))
        small, large = results
        print(f"{database}, server time with {' and '.join(f'{size:,}' for size in SIZES)} jobs")
        for name in small:
            ratio = large[name] / small[name]
            print(f"  {name:28} {small[name]:7.1f} ms {large[name]:7.1f} ms  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
