"""What people, workers and the dispatcher do to a job, each as one call with a plain answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from dashboard.clock import now
from dashboard.db import Chore, IdempotencyKey, Job, Model, User
from dashboard.db.transaction import writing
from dashboard.errors import DomainError
from dashboard.extensions import db
from dashboard.jobs import service
from dashboard.jobs.running import execution, recovery
from dashboard.jobs.running.claiming import Claim, claim_next_job
from dashboard.jobs.running.execution import Progress

LOST_AFTER = timedelta(seconds=30)
MAX_CHILD_DEATHS = 2
FAILURE = {"code": "UNKNOWN", "message": "boom", "hint": ""}


@dataclass(frozen=True)
class Scene:
    """A job, who owns it, and a claim that was once given."""

    job_id: int
    owner_id: int
    claim: Claim

    @property
    def owner(self) -> User:
        return db.session.get_one(User, self.owner_id)


def fold(number: int) -> dict[str, object]:
    """Return a scored fold as a child tells it."""
    return {"fold": number, "scores": {"roc_auc": 0.8}, "fit_seconds": 1.0, "n_train": 80,
            "n_test": 20, "key": None}  # fmt: skip


def claim(worker: str = "worker-1") -> Claim | None:
    return claim_next_job(worker=worker)


def progress(claim: Claim, fraction: float, folds: list[int] | None = None) -> tuple:
    """Write progress; answers whether the lease held and what is wanted."""
    lines = [(now(), "info", f"at {fraction}")]
    told = Progress(stage="fit", fraction=fraction, message="Fitting", lines=lines,
                    folds=[fold(number) for number in folds or []])  # fmt: skip
    signal = execution.record_progress(claim=claim, progress=told)
    return signal.held, signal.stop


def finish(claim: Claim) -> bool:
    result = {"score": 0.8, "metrics": {"roc_auc": {"mean": 0.8, "std": 0.0}}}
    return execution.finish_job(claim=claim, result=result, files={}, schema={})


def fail(claim: Claim) -> bool:
    return execution.fail_job(claim=claim, failure=FAILURE)


def finish_cancel(claim: Claim) -> bool:
    return execution.finish_cancel(claim=claim)


def child_dies(claim: Claim) -> bool:
    return recovery.record_child_death(
        claim=claim, max_child_deaths=MAX_CHILD_DEATHS, memory_bytes=10**9
    )


def hand_back(claim: Claim) -> bool:
    return recovery.hand_back(claim=claim)


def reap() -> int:
    before = now() - LOST_AFTER
    return recovery.recover_stale_jobs(before=before, max_child_deaths=MAX_CHILD_DEATHS)


def age(job_id: int) -> None:
    """Let a worker's last heartbeat lie longer back than the lease lasts."""
    with writing() as session:
        session.get_one(Job, job_id).heartbeat_at = now() - 2 * LOST_AFTER


def answer_of(act: Callable[[], object]) -> object:
    """Return what an act answers, or the name of its refusal."""
    try:
        answer = act()
    except DomainError as refusal:
        return type(refusal).__name__
    return answer.state if isinstance(answer, Job) else answer


def cancel(scene: Scene) -> object:
    return service.cancel_job(user=scene.owner, job_id=scene.job_id)


def keep(scene: Scene) -> object:
    return service.cancel_job(user=scene.owner, job_id=scene.job_id, keep=True)


def retry(scene: Scene) -> object:
    return service.retry_job(user=scene.owner, job_id=scene.job_id)


def remove(scene: Scene) -> object:
    return service.delete_job(user=scene.owner, job_id=scene.job_id)


def claim_any(_scene: Scene) -> object:
    found = claim("worker-2")
    return found and (found.job_id, found.attempt)


# Everything that may happen to a job, by name, for two who act at once.
ACTS: dict[str, Callable[[Scene], object]] = {
    "claim": claim_any,
    "progress": lambda scene: progress(scene.claim, 0.7),
    "fold": lambda scene: progress(scene.claim, 0.6, [2]),
    "finish": lambda scene: finish(scene.claim),
    "fail": lambda scene: fail(scene.claim),
    "child dies": lambda scene: child_dies(scene.claim),
    "hand back": lambda scene: hand_back(scene.claim),
    "reap": lambda _scene: reap(),
    "cancel": cancel,
    "keep": keep,
    "retry": retry,
    "delete": remove,
}


def forget_jobs() -> None:
    """Delete every job, so that what is claimed and taken back next is the test's own."""
    with writing() as session:
        for record in (Model, Chore, IdempotencyKey, Job):
            session.execute(delete(record))
