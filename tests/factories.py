"""Builders of records for tests, such as `make_job(state="failed")`, with sensible defaults."""

import io
import itertools
import json
import secrets
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher

from dashboard.clock import now
from dashboard.datasets.version.families import join_family
from dashboard.db import Dataset, Job, JobAttempt, JobFold, Model, User
from dashboard.db.job_index import index_jobs
from dashboard.db.states import HELD
from dashboard.db.transaction import writing
from dashboard.leaderboards.scores import add_scores
from dashboard.models.repeated import repeat_job
from dashboard.storage import get_storage, keys

PASSWORD = "correct horse battery"
# One hash for all: hashing takes long on purpose.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_numbers = itertools.count(1)

COLUMNS = [
    {"name": "age", "kind": "number", "missing": 2, "distinct": 60, "count": 200, "min": 18.0,
     "median": 44.0, "max": 90.0, "mean": 45.1, "std": 12.0, "top": [],
     "histogram": {"edges": [18.0, 54.0, 90.0], "counts": [110, 88]}},
    {"name": "city", "kind": "category", "missing": 0, "distinct": 3, "count": 200,
     "top": [{"value": "Oslo", "count": 100}, {"value": "Rome", "count": 60},
             {"value": "Bern", "count": 40}],
     "histogram": {"labels": ["Oslo", "Rome", "Bern"], "counts": [100, 60, 40]}},
    {"name": "churned", "kind": "boolean", "missing": 0, "distinct": 2, "count": 200,
     "true": "yes", "false": "no",
     "top": [{"value": "no", "count": 150}, {"value": "yes", "count": 50}],
     "histogram": {"labels": ["no", "yes"], "counts": [150, 50]}},
    {"name": "income", "kind": "number", "missing": 0, "distinct": 190, "count": 200,
     "min": 1000.0, "median": 2500.0, "max": 9000.0, "mean": 2700.0, "std": 900.0, "top": [],
     "histogram": {"edges": [1000.0, 5000.0, 9000.0], "counts": [180, 20]}},
]  # fmt: skip


def _add(record: Any) -> Any:
    with writing() as session:
        session.add(record)
    return record


def make_user(**overrides: Any) -> User:
    """Make an account; its password is `PASSWORD`."""
    n = next(_numbers)
    values = {
        "email": f"user{n}@example.org",
        "name": f"User {n}",
        "password_hash": _HASH,
        "role": "member",
    }
    return _add(User(**values | overrides))


def make_dataset(owner: User | None = None, **overrides: Any) -> Dataset:
    """Make a saved dataset that was read; its files do not exist unless a test writes them."""
    n = next(_numbers)
    values = {
        "owner_id": (owner or make_user()).id,
        "name": f"customers-{n}",
        "file_name": f"customers-{n}.csv",
        "state": "ready",
        "progress": 1.0,
        "token": secrets.token_hex(8),
        "size_bytes": 12_345,
        "sha256": "ab" * 32,
        "rows": 200,
        "dialect": {"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": True,
                    "decimal": "."},
        "columns": COLUMNS,
        "saved_at": now(),
    }  # fmt: skip
    values |= overrides
    dataset = Dataset(**{"n_columns": len(values["columns"])} | values)
    with writing() as session:
        session.add(dataset)
        session.flush()
        if dataset.saved_at:
            dataset.family_id = dataset.family_id or dataset.id
    return dataset


def make_version(former: Dataset, **overrides: Any) -> Dataset:
    """Make the next version of a dataset, as saving an upload does."""
    joined = {"saved_at": None, "family_id": former.family_id}
    dataset = make_dataset(former.owner, **joined | overrides)
    with writing() as session:
        join_family(session, session.get_one(Dataset, dataset.id))
    return dataset


def make_job(owner: User | None = None, dataset: Dataset | None = None, **overrides: Any) -> Job:
    """Make a job row in any state."""
    n = next(_numbers)
    owner = owner or make_user()
    values = {
        "name": f"job-{n}",
        "owner_id": owner.id,
        "dataset_id": (dataset or make_dataset(owner)).id,
        "target": "churned",
        "task": "classification",
        "estimator": "LogisticRegression",
        "parameters": {"C": 1.0},
        "validation": {"scheme": "stratified", "folds": 5, "repeats": 1},
        "features": ["age", "city", "income"],
        "metric": "roc_auc",
        "state": "queued",
    }
    return _add(Job(**values | overrides))


def make_attempt(job: Job, number: int = 1, seconds: float = 60.0, **overrides: Any) -> JobAttempt:
    """Make an attempt that worked for some seconds; of a job that a worker holds it goes on."""
    moment = overrides.pop("ended_at", job.finished_at or now())
    values = {
        "job_id": job.id, "number": number, "worker": "worker-1", "lease": f"{number:016x}",
        "started_at": moment - timedelta(seconds=seconds), "ended_at": moment,
        "seconds": seconds, "ended_by": job.state,
    }  # fmt: skip
    if job.state in HELD:
        values |= {"ended_at": None, "ended_by": None, "seconds": None}
    with writing() as session:
        session.add(attempt := JobAttempt(**values | overrides))
        session.flush()
        index_jobs(session, [job.id])
    return attempt


def make_succeeded_job(owner: User | None = None, **overrides: Any) -> Job:
    """Make a job that ended well, with five folds."""
    moment = now()
    score = overrides.pop("score", 0.84)
    values = {
        "state": "succeeded", "progress": 1.0, "stage": "save", "score": score,
        "score_std": 0.004, "baseline_score": 0.5, "started_at": moment, "finished_at": moment,
        "metrics": {"roc_auc": {"mean": score, "std": 0.004},
                    "accuracy": {"mean": 0.8, "std": 0.01}},
        "attempt": 1, "data_hash": "d" * 64, "split_hash": "e" * 64,
    }  # fmt: skip
    job = make_job(owner, **values | overrides)
    with writing() as session:
        for fold in range(1, 6):
            session.add(
                JobFold(job_id=job.id, fold=fold, attempt=1, fit_seconds=0.5,
                        n_train=160, n_test=40,
                        scores={"roc_auc": score + 0.001 * (fold - 3), "accuracy": 0.8})
            )  # fmt: skip
        add_scores(session, session.get_one(Job, job.id))
    return job


def give_results(job: Job, **results: Any) -> Job:
    """Write a job's file of results to the storage, as its worker does."""
    key = keys.job_artefact(job.id, "ab" * 8, "results")
    get_storage().write(key, io.BytesIO(json.dumps(results).encode()))
    with writing() as session:
        session.get_one(Job, job.id).results_key = key
    return job


def make_model(job: Job | None = None, **overrides: Any) -> Model:
    """Make a model row; its files do not exist unless a test writes them."""
    job = job or make_succeeded_job()
    values = {"job_id": job.id, "name": job.name, "state": "ready", "classes": ["no", "yes"]}
    values |= repeat_job(job, overrides.get("files", {}))
    return _add(Model(**values | overrides))
