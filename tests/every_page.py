"""Every page of the product, on records that make each of them full, with names at their worst.

A page that is not listed here is found by `test_every_page.py`: what holds for every page would
not be looked at on it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from dashboard.auth.links import make_reset_token
from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Dataset, Job, LogLine, Model, Prediction, User, Worker
from dashboard.db.transaction import writing
from dashboard.jobs.bulk import many as bulk
from dashboard.recipes.service import save_job_as_recipe
from tests.dashboard.datasets.profiled import FORMULA, NASTY, make_read_dataset
from tests.dashboard.jobs.test_results import RESULTS
from tests.dashboard.searches.acts import submit as submit_search
from tests.factories import (
    give_results,
    make_dataset,
    make_job,
    make_model,
    make_succeeded_job,
    make_user,
    make_version,
)
from tests.uploads import make_upload

HOSTILE = "<b>bold</b> & \"quoted\" 'name' "
TARGET = "<i>&\"' of a city"
TABLE = f'"{NASTY}",amount,"{TARGET.replace(chr(34), chr(34) * 2)}","{"w" * 60}"\n' + "".join(
    f'"{(NASTY, FORMULA, "b & c")[n % 3]}",{n * 7 % 40},"{("Oslo", "Rome")[n % 2]}",{n}\n'
    for n in range(120)
)
SCHEMA = {
    "dialect": {}, "target": TARGET, "task": "classification", "features": ["amount", NASTY],
    "columns": [
        {"name": "amount", "kind": "number", "decimal": ".", "range": [0.0, 39.0]},
        {"name": NASTY, "kind": "category", "values": [NASTY, FORMULA]},
    ],
}  # fmt: skip
FILES = {
    name: {"key": f"jobs/1/abcdabcd/{name}", "size_bytes": 612_000, "sha256": "ab" * 32}
    for name in ("bundle", "joblib", "skops")
}
# What a look at a file's columns found: one is missing and guessed, one is doubtful.
SEEN = {"wrong_type": False, "missing": 3, "unseen": 0, "outside": 0, "unreadable": 0}
MATCHING = {
    "n_rows": 120, "extra": [HOSTILE, "w" * 200], "warnings": [{"message": HOSTILE}],
    "columns": [
        SEEN | {"name": NASTY, "kind": "category", "source": None, "guess": HOSTILE,
                "range": None, "examples": {}},
        SEEN | {"name": "amount", "kind": "number", "source": "w" * 200, "guess": None,
                "outside": 4, "range": [0.0, 39.0], "examples": {"outside": "99"}},
    ],
    "moved": {
        "compared": 1, "moved": 1, "rows": [120, 120], "tells": 0.3,
        "columns": [{"name": NASTY, "kind": "category", "distance": 0.5, "moved": True,
                     "missing": [0.0, 0.1], "typical": {"value": HOSTILE, "values": [0.1, 0.6]}}],
    },
}  # fmt: skip

# By endpoint: the addresses at which it is looked at. `{job}` and the like are ids.
PAGES: dict[str, tuple[str, ...]] = {
    "overview.index": ("/",),
    "goto.index": ("/search", "/search?q=b"),
    "datasets.index": ("/datasets", "/datasets?q=nothing+like+it"),
    "uploads.new": ("/datasets/new",),
    "fetching.new": ("/datasets/address",),
    "check.check": ("/uploads/{upload}",),
    "look.detail": ("/datasets/{dataset}?open=amount",),
    "look.correlations": ("/datasets/{dataset}/correlations",),
    "look.rows": ("/datasets/{dataset}/rows",),
    "versions.index": ("/datasets/{dataset}/versions",),
    "jobs.index": ("/jobs", "/jobs?q=nothing+like+it"),
    "jobs.new": ("/jobs/new", "/jobs/new?from={job}"),
    "jobs.detail": ("/jobs/{job}", "/jobs/{running}", "/jobs/{failed}", "/jobs/{queued}"),
    "parts.files": ("/jobs/{job}/files",),
    "parts.log": ("/jobs/{job}/log",),
    "parts.settings": ("/jobs/{job}/settings",),
    "rows.index": ("/jobs/{job}/rows",),
    "bulk.confirm": ("/jobs/bulk?action=tag&jobs={job},{failed}&back=/jobs",),
    "bulk.detail": ("/jobs/bulk/{bulk}",),
    "batches.detail": ("/batches/{search}",),
    "compare.index": ("/compare?jobs={job},{other}", "/compare"),
    "leaderboards.index": ("/leaderboards",),
    "leaderboards.odd": ("/leaderboards/{dataset}?target={target}",),
    "models.index": ("/models",),
    "models.detail": ("/models/{model}",),
    "recipes.index": ("/recipes",),
    "model_changes.delete": ("/models/{model}/delete",),
    "jobend.delete": ("/jobs/{job}/delete",),
    "model_changes.edit": ("/models/{model}/edit",),
    "predictions.row": ("/models/{model}/predict",),
    "predictions.file": ("/models/{model}/predict/file",),
    "predictions.detail": ("/predictions/{prediction}", "/predictions/{matched}"),
    "workers.index": ("/queue",),
    "settings.profile": ("/settings/profile",),
    "settings.appearance": ("/settings/appearance",),
    "settings.tokens": ("/settings/tokens",),
    "described.index": ("/settings/api",),
    "notify.index": ("/settings/notifications",),
    "users.index": ("/settings/users",),
    "storage.index": ("/settings/storage",),
    "addresses.index": ("/settings/addresses",),
    "dev.components": ("/_dev/components",),
}
# Pages of those who are not signed in; `{reset}` is the token of a link.
PUBLIC_PAGES = {"auth.login": ("/login",), "auth.reset": ("/reset/{reset}",)}
ERROR_PAGES = ("/nowhere", "/jobs/99999")
EXCUSED = {
    "static": "files",
    "static_files.every_page": "files",
    "static_files.other_version": "files",
    "auth.setup": "is there only while there is no account; tests of accounts look at it",
    "settings.index": "leads to the first tab",
    "leaderboards.detail": "the same page as leaderboards.odd",
    **dict.fromkeys(
        (
            "batches.cancel",
            "batches.keep",
            "recipes.delete",
            "joblists.delete_view",
            "settings.revoke_token",
            "notify.renew_secret",
            "notify.remove_webhook",
            "addresses.remove",
        ),
        "asks by the same page as jobend.delete",
    ),
    "datasets.download": "a file",
    "compare.report": "a file that holds all of itself; tests of comparisons look at it",
    "models.download": "a file",
    "predictions.download": "a file",
    "transfers.token": "answers programs",
    "transfers.look": "answers programs",
    "health.healthz": "answers programs",
    "health.readyz": "answers programs",
    "health.metrics": "answers programs",
}
# Nothing below these, or with these ends, is a page.
NO_PAGES = ("/_live/", "/api/")
NO_PAGE_ENDS = (".json", ".csv", ".txt", ".svg")


@dataclass(frozen=True)
class Seeded:
    """Who looks, and the addresses of all pages; `firsts` holds one of each page."""

    user: User
    paths: tuple[str, ...]
    public_paths: tuple[str, ...]
    firsts: tuple[str, ...]


def unlisted(app: Flask) -> list[str]:
    """Return the addresses that are neither a page of the list nor excused."""
    known = {*PAGES, *PUBLIC_PAGES, *EXCUSED}
    return sorted(
        f"{rule.endpoint} at {rule.rule}"
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in known
        and not rule.rule.startswith(NO_PAGES)
        and not rule.rule.endswith(NO_PAGE_ENDS)
    )


def seed(folder: Path) -> Seeded:
    """Fill the database and the storage of an app, within its context."""
    user = make_user(role="admin", name=(HOSTILE + "n" * 100)[:100])
    dataset = _seed_dataset(user, folder)
    jobs = _seed_jobs(user, dataset)
    model = make_model(jobs["job"], schema=SCHEMA, files=FILES)
    save_job_as_recipe(user=user, name=("r" * 100), job_id=jobs["job"].id, shared=True)
    create_token(user=user, name=(HOSTILE + "t" * 100)[:100])
    with writing() as session:
        session.add(Worker(name="worker-1", queue="train", host="here", pid=1, job_id=3))
    ids = {
        "dataset": dataset.id, "model": model.id, "target": "%3Ci%3E%26%22%27%20of%20a%20city",
        "upload": make_upload(user, file_name=(HOSTILE + "u" * 200)[:200]).id,
        "search": submit_search(user).id, "bulk": _seed_bulk(user, jobs["other"]),
        "prediction": _seed_prediction(user, model).id,
        "matched": _seed_prediction(user, model, state="matched", matching=MATCHING).id,
        "reset": make_reset_token(user),
    }  # fmt: skip
    words = {name: str(value) for name, value in ids.items()}
    words |= {name: str(job.id) for name, job in jobs.items()}
    every = [path.format(**words) for paths in PAGES.values() for path in paths]
    public = [path.format(**words) for paths in PUBLIC_PAGES.values() for path in paths]
    firsts = [paths[0].format(**words) for paths in PAGES.values()]
    return Seeded(user, (*every, *ERROR_PAGES), tuple(public), tuple(firsts))


def _seed_dataset(user: User, folder: Path) -> Dataset:
    correlations = {"columns": ["amount", NASTY], "values": [[1, -0.8], [-0.8, None]]}
    name = (HOSTILE + "d" * 200)[:200]
    dataset = make_read_dataset(
        user, TABLE, folder, name=name, summary={"rows": 120, "correlations": correlations}
    )
    make_version(make_dataset(user), name="second")
    return dataset


def _seed_jobs(user: User, dataset: Dataset) -> dict[str, Job]:
    name = (HOSTILE + "j" * 200)[:200]
    asked = {"dataset": dataset, "target": TARGET, "features": ["amount", NASTY]}
    failure = {"code": "UNKNOWN", "message": HOSTILE * 3, "hint": "w" * 300}
    jobs = {
        "job": make_succeeded_job(user, name=name, **asked),
        "other": make_succeeded_job(user, name="plain", score=0.8, **asked),
        "running": make_job(user, name=name, state="running", stage="fit", progress=0.4, attempt=1,
                            worker="worker-1", started_at=now(), heartbeat_at=now(), **asked),
        "failed": make_job(user, name=name, state="failed", failure=failure, started_at=now(),
                           message=HOSTILE + "m" * 300, finished_at=now(), attempt=1, **asked),
        "queued": make_job(user, name="waits", **asked),
    }  # fmt: skip
    give_results(jobs["job"], **RESULTS)
    with writing() as session:
        for job in jobs.values():
            session.add(LogLine(job_id=job.id, n=1, text=f"{HOSTILE} {'x' * 500}"))
    return jobs


def _seed_bulk(user: User, job: Job) -> int:
    made = bulk.begin(
        user=user, action="tag", job_ids=[job.id], address="/jobs", tag=(HOSTILE + "t" * 50)[:50]
    )
    return made.id


def _seed_prediction(user: User, model: Model, **more: Any) -> Prediction:
    values = {
        "model_id": model.id, "owner_id": user.id, "kind": "file", "token": "t", "n_rows": 120,
        "state": "failed", "file_name": (HOSTILE + "p" * 200)[:200],
        "failure": {"message": HOSTILE * 3, "hint": ""},
    }  # fmt: skip
    made = Prediction(**values | more)
    with writing() as session:
        session.add(made)
    return made
