"""The chores that explain a job's model: they fit models, so time and memory are bounded."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sqlalchemy import select

from dashboard.chores.service import EXPLAIN, LEARN, beat
from dashboard.db import Job, JobFold, Model
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import duration, size
from dashboard.jobs.explain import explaining
from tasks.celery_app import settings
from tasks.chore_kind import ChoreKind
from tasks.payload import job_payload

LIMIT_S = 600.0
# A fit that was begun in time may end somewhat later.
STOPPED_AFTER_S = 1.5 * LIMIT_S


class OfAJob(ChoreKind):
    """Something that is worked out of a job that succeeded, and kept with its results."""

    kind: ClassVar[str]
    memory_limit: int = 0

    def payload(self) -> dict[str, Any] | None:
        """Return the job's request, and where its table, model and predictions are."""
        job = db.session.get(Job, self.claim.subject_id)
        model = db.session.scalar(select(Model).where(Model.job_id == self.claim.subject_id))
        if job is None or model is None or job.state != JobState.SUCCEEDED:
            return None
        self.memory_limit = job.memory_limit_bytes or settings.job_memory_bytes
        folds = db.session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()
        payload = job_payload(job, self.claim) | {
            "model_key": model.files["joblib"]["key"],
            "out_of_fold_key": job.out_of_fold_key,
            "scores": {fold.fold: fold.scores.get(job.metric) for fold in folds},
            "fit_s": max((fold.fit_seconds for fold in folds), default=0.0),
            "limit_s": LIMIT_S,
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Write a heartbeat; False when somebody stopped it."""
        return beat(claim=self.claim)

    def finish(self, values: dict[str, Any]) -> None:
        """Keep the answer with the job's results."""
        explaining.finish(claim=self.claim, kind=self.kind, answer=values.get("answer"))

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Keep why there is none."""
        explaining.finish(claim=self.claim, kind=self.kind, failure=failure)

    def exceeded(
        self, memory_bytes: Callable[[], int], seconds: float
    ) -> Mapping[str, Any] | None:
        """Stop what takes more memory than the job may, or far more time than it was given."""
        if seconds > STOPPED_AFTER_S:
            return {"code": "TIME_LIMIT", "message": f"Stopped after {duration(seconds)}",
                    "hint": "One fit of this model takes too long for it"}  # fmt: skip
        if memory_bytes() > self.memory_limit:
            return {"code": "MEM_LIMIT",
                    "message": f"It needed more than {size(self.memory_limit)} of memory",
                    "hint": "Raise the job's memory limit, or use fewer columns"}  # fmt: skip
        return None


class ExplainJob(OfAJob):
    """What matters to a model, how it depends on it, and where it errs."""

    work, kind = "explain_job", EXPLAIN


class LearningCurve(OfAJob):
    """Whether more rows would help."""

    work, kind = "learning_curve", LEARN


EXPLAIN_KINDS: dict[str, type[ChoreKind]] = {EXPLAIN: ExplainJob, LEARN: LearningCurve}
