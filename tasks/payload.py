"""What a child is given: all that it needs to train a job, as JSON values."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dashboard import storage
from dashboard.chores.service import ChoreClaim
from dashboard.clock import isoformat
from dashboard.datasets.upload.addresses import list_allowed
from dashboard.db import Dataset, Job, JobFold
from dashboard.extensions import db
from dashboard.jobs.queries import find_model
from dashboard.jobs.running.claiming import Claim
from dashboard.jobs.threshold.same_fit import find_same_fit
from dashboard.plans.table_warnings import find_first_candidate
from dashboard.searches.hopeless import may_end
from dashboard.several.members import find_blend
from tasks.cautions import find_cautions
from tasks.celery_app import settings
from tasks.engine.reader.told_lines import tell_lines

OF_SCHEMA = ("features", "target", "task")
OF_SPEC = (
    "estimator", "metric", "parameters", "validation", "seed", "class_weight", "preprocessing",
)  # fmt: skip
ASKED = (*OF_SCHEMA, *OF_SPEC, "decision", "positive")


def storage_address() -> dict[str, Any]:
    """Return how a child opens the storage."""
    return storage.storage_address(settings)


def fetch_payload(dataset: Dataset) -> dict[str, Any]:
    """Return what the child needs to fetch a file.

    What is allowed is looked up now: it may have changed since the person asked.
    """
    return {
        "address": dataset.source["address"],
        "prefixes": [allowed.prefix for allowed in list_allowed()],
        "max_bytes": settings.max_upload_bytes,
        "region": settings.aws_region,
        "endpoint_url": settings.s3_endpoint_url,
    }


def spec_payload(dataset: Dataset, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `TrainingSpec` as JSON values.

    Parameters
    ----------
    dataset : Dataset
        What is learned from.
    asked : Mapping
        The columns `ASKED` of a job.
    """
    schema = {
        "dialect": dataset.dialect,
        **tell_lines((told["code"], told.get("line")) for told in dataset.problems or []),
        "columns": dataset.columns,
        **{name: asked[name] for name in OF_SCHEMA},
    }
    rest = {name: asked[name] for name in OF_SPEC}
    rest["positive"] = asked.get("positive")
    return {"schema": schema, **rest, **(asked["decision"] or {})}


def job_payload(job: Job, claim: Claim | ChoreClaim) -> dict[str, Any]:
    """Return all that the child needs to train a job, or to explain what came of it."""
    dataset: Dataset = job.dataset
    spec = spec_payload(dataset, {name: getattr(job, name) for name in ASKED})
    return {
        "job_id": job.id,
        "lease": claim.lease,
        "storage": storage_address(),
        "dataset_id": dataset.id,
        "table_key": dataset.table_key,
        "spec": spec,
        "resume": _folds(job),
        "borrowed": _borrowed(job),
        "finish_now": job.stop_request == "keep" or job.stopped_because is not None,
        "score_only": job.score_only,
        "may_end": job.score_only and may_end(db.session(), job.batch_id),
        "with_look": _looks(job),
        "blend": find_blend(job),
        "cautions": find_cautions(job),
        "threshold_from": job.details.get("threshold_from"),
        "origin": {
            "job_id": job.id,
            "job_name": job.name,
            "dataset": dataset.name,
            "dataset_sha256": dataset.sha256,
            "created_at": isoformat(job.created_at),
        },
    }


def _looks(job: Job) -> bool:
    """Whether a job looks at the table for its batch; that of a part of the rows is known."""
    return not job.validation.get("outer_fold") and find_first_candidate(job.batch_id) == job.id


def _folds(job: Job) -> list[dict[str, Any]]:
    kept = ("fold", "scores", "fit_seconds", "n_train", "n_test", "key")
    folds = db.session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()
    return [{name: getattr(fold, name) for name in kept} for fold in folds]


def _borrowed(job: Job) -> dict[str, Any] | None:
    """Return what a job that differs in the threshold alone has fitted; None without one."""
    other = find_same_fit(job)
    model = find_model(other.id) if other else None
    if other is None or model is None or "joblib" not in model.files:
        return None
    return {
        "job_id": other.id,
        "folds": _folds(other),
        "model": model.files["joblib"],
        "versions": other.details.get("versions"),
    }
