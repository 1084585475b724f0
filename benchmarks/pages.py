"""Server time of the jobs pages with 1,000 and with 100,000 jobs, on both databases."""

import gc
import html
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, insert, select, text, update
from sqlalchemy.orm import Session, lazyload

from benchmarks.databases import BOTH, fresh_app
from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Batch, Dataset, Job, JobAttempt, JobFold, JobScore, ScoreGroup, User
from dashboard.db.job_index import index_jobs
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.notifications.choices import change_choice
from dashboard.notifications.telling import Teller
from dashboard.searches.search import Search
from dashboard.several.preset import Several
from tasks.engine.search.space import read_space

SIZES = (1_000, 100_000)
STATES = ("succeeded",) * 8 + ("failed", "cancelled")
ESTIMATORS = ("LogisticRegression", "RandomForestClassifier", "GradientBoostingClassifier")
OWNERS, DATASETS = 5, 20
CANDIDATES = 200
RUNS = 20
LIVE = "live rows of /jobs"
BULK = "/jobs/bulk?matching=true&action="
# Answers that the app keeps until something changes.
KEPT = ("kept", "best_so_far")


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
            add_attempts(session)
            add_scores(session)
            index_jobs(session, session.scalars(select(Job.id)).all())
        settle()
        return users[0]


def settle() -> None:
    """Have PostgreSQL look through its tables, as it does by itself within a minute."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


def add_batches(app: Flask, jobs: int) -> None:
    """Make a search of some of the jobs, and a batch that tried several of some others."""
    middle = jobs // 2
    space = {"C": {"low": 0.0, "high": 1.0}, "max_depth": {"low": 0, "high": 11}}
    plans = (
        Search("LogisticRegression", "random", read_space(space), CANDIDATES).as_plan()
        | {"name": "search", "made": CANDIDATES},
        Several("classification", 60, 2).as_plan() | {"name": "several"},
    )
    with app.app_context(), writing() as session:
        owner_id = session.scalars(select(User.id).order_by(User.id).limit(1)).one()
        for n, plan in enumerate(plans):
            batch = Batch(owner_id=owner_id, name=plan["name"], n_jobs=CANDIDATES, plan=plan,
                          plan_state="over")  # fmt: skip
            session.add(batch)
            session.flush()
            first = middle + n * CANDIDATES
            session.execute(
                update(Job)
                .where(Job.id.between(first, first + CANDIDATES - 1))
                .values(batch_id=batch.id, score_only=True)
            )
            add_folds(session, Job.batch_id == batch.id)
    with app.app_context():
        settle()


def add_folds(session: Session, which: ColumnElement[bool]) -> None:
    """Give each of some jobs that succeeded its folds."""
    done = select(Job.id, Job.score).where(which, Job.score.is_not(None))
    folds = [
        {"job_id": job_id, "fold": fold, "attempt": 1, "fit_seconds": 0.5, "n_train": 160,
         "n_test": 40, "scores": {"roc_auc": mean + 0.01 * (fold - 3)}}
        for job_id, mean in session.execute(done)
        for fold in range(1, 6)
    ]  # fmt: skip
    session.execute(insert(JobFold), folds)


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
        "split_hash": "e" * 64,
        "tags": [f"tag {n % 50}", "nightly", "baseline"] if n % 4 == 0 else [],
        "parameters": {"C": score(n + 1), "max_depth": n % 12, "solver": "lbfgs"},
        "failure": {"code": "X", "message": f"The column x{n} holds text"}
        if state == "failed" else None,
        "metrics": {"roc_auc": {"mean": score(n), "std": 0.01},
                    "log_loss": {"mean": score(n + 2), "std": 0.01}},
        "validation": {"scheme": "stratified", "folds": 5, "repeats": 1},
    }  # fmt: skip


def add_attempts(session: Session) -> None:
    """Give each job that ran its attempt."""
    ran = select(Job.id, Job.started_at, Job.finished_at).where(Job.finished_at.is_not(None))
    attempts = [
        {"job_id": job_id, "number": 1, "worker": "worker-1", "lease": f"{job_id:016x}",
         "started_at": began, "ended_at": ended, "seconds": (ended - began).total_seconds(),
         "ended_by": "succeeded"}
        for job_id, began, ended in session.execute(ran)
    ]  # fmt: skip
    session.execute(insert(JobAttempt), attempts)


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
    "/jobs?tag=nightly,baseline,tag+4", f"{BULK}cancel", f"{BULK}again",
    f"{BULK}again&state=failed",
    "/batches/1", "/_live/batches/1", "/_live/batches/1/progress", "/_live/batches/1/extend",
    "/batches/2", "/_live/batches/2/progress", LIVE, "/_live/pill",
    "/api/v1/jobs", "/api/v1/jobs?state=succeeded", "/api/v1/jobs?sort=-score",
    "/leaderboards", "/leaderboards/1/y", "/leaderboards/1/y?per=200", "/leaderboards/1/y?best=1",
    "/queue", "/", "/?recent=everyone", "/_live/overview",
    "/search?q=job+77", "/_live/search?q=nothing+like+it", "/settings/notifications",
    "/jobs?candidates=without",  # the last one, as the browser keeps it for "/jobs"
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

        def look(address: str = address) -> None:
            for kept in KEPT:
                app.extensions.pop(kept, None)
            answer = client.get(address, headers=headers)
            if answer.status_code not in {200, 204}:
                raise RuntimeError(f"{address}: {answer.status_code}")

        look()
        found[path] = time_work(look)
    with app.app_context():
        found["claim"] = time_work(lambda: claim_next_job(worker="bench"))
        found |= time_looks(user)
    return found


def time_work(work: Callable[[], object]) -> tuple[float, float]:
    """Return median time and p95 of the CPU time of some work, in milliseconds."""
    times, cpu = [], []
    for _ in range(RUNS):
        start, used = time.perf_counter(), time.process_time()
        work()
        cpu.append((time.process_time() - used) * 1000)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.quantiles(cpu, n=20)[-1]


def time_looks(user: User) -> dict[str, tuple[float, float]]:
    """Measure looks for what a person is told of: nothing, then much that was cancelled."""
    change_choice(user=user, what="all", min_minutes="")
    teller = Teller()
    while teller.tell(now()):
        pass
    found = {"look for notifications": time_work(lambda: teller.tell(now()))}
    with writing() as session:  # a tenth of all, in batches and not
        cancelled = Job.state == "cancelled"
        session.execute(update(Job).where(cancelled).values(finished_at=now()))
    while teller.tell(now()):
        pass
    return found | {"look, a tenth cancelled": time_work(lambda: teller.tell(now()))}


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
                user = fill(app, jobs)
                add_batches(app, jobs)
                results.append(measure(app, user))
        small, large = results
        sizes = " and ".join(f"{size:,}" for size in SIZES)
        print(f"{database}, server time with {sizes} jobs, and p95 of the web's CPU with the most")
        for name, (few, _) in small.items():
            many, cpu = large[name]
            ratio = f"ratio {many / few:5.2f}"
            print(f"  {name:48} {few:7.1f} ms {many:7.1f} ms  {ratio}  p95 {cpu:6.1f} ms")


if __name__ == "__main__":
    main()
