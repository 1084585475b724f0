"""Running a job again on the folds of the reference, so that the two may be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.compare.queries import find_features
from dashboard.db import Job, User
from dashboard.errors import Conflict, ValidationFailed
from dashboard.filters import validation
from dashboard.jobs.asking.as_request import of_whole, request_from
from dashboard.jobs.asking.copy_name import name_copy
from dashboard.jobs.form.keys import idempotency_key_of
from dashboard.jobs.page.blends import is_blend, say_blend
from dashboard.jobs.queries import get_job
from dashboard.jobs.service import submit_job
from dashboard.storage import StorageFull

NAMED = 3


@dataclass(frozen=True)
class Again:
    """A job that was not scored as the reference was; `why_not` where that cannot be mended."""

    job: Job
    why_not: str | None


@dataclass(frozen=True)
class RanAgain:
    """The new job of each that was submitted, by its number, and what is said of the others."""

    made: dict[int, Job]
    refused: list[str]


def list_again(jobs: Sequence[Job], base: Job) -> list[Again]:
    """List the jobs that may not be held against the reference as they are."""
    others = [job for job in jobs if job is not base and _is_otherwise(job, base)]
    features = find_features([job.id for job in others]) if others else {}
    return [Again(job, _why_not(job, base, features[job.id])) for job in others]


def say_otherwise(job: Job, base: Job) -> str | None:
    """Say in a few words why a job's scores are not comparable with those of the reference."""
    if job.target != base.target or job.task != base.task:
        return f"not comparable: it predicts {job.target}"
    if job.dataset.sha256 != base.dataset.sha256:
        return "not comparable: other rows"
    if _has_other_folds(job, base):
        return "not comparable: other folds"
    return "not comparable: stopped early, some folds only" if job.partial else None


def run_again(*, user: User, job_ids: Sequence[int], base_id: int, page_key: str) -> RanAgain:
    """Submit the settings of jobs once more, on the data and folds of another.

    Parameters
    ----------
    user : User
        Who asks; they become this person's jobs.
    job_ids : sequence of int
        Which jobs.
    base_id : int
        The one whose data and folds they are to be given.
    page_key : str
        The key of the page, so that two clicks make one job of each.

    Returns
    -------
    RanAgain
        The new jobs, and why others were refused: one whose settings are no longer allowed is
        named, and the rest is submitted.

    Raises
    ------
    NotFound
        When one of them is gone.
    Conflict
        When no job of one's settings can be scored so; none was submitted then.
    Forbidden
        As when a job is submitted.
    """
    base = get_job(user=user, job_id=base_id)
    jobs = [get_job(user=user, job_id=number) for number in dict.fromkeys(job_ids)]
    features = find_features([job.id for job in jobs])
    for job in jobs:
        if reason := _why_not(job, base, features[job.id]):
            raise Conflict(f"{job.name} cannot run on the folds of {base.name}: {reason}")
    done = RanAgain({}, [])
    for job in jobs:
        try:
            done.made[job.id] = _submit(user, job, base, page_key)
        except (ValidationFailed, StorageFull) as problem:
            done.refused.append(f"{job.name} was not queued: {problem.message}")
    return done


def _submit(user: User, job: Job, base: Job, page_key: str) -> Job:
    asked = request_from(job) | {
        "dataset_id": base.dataset_id,
        "validation": of_whole(base.validation),
        "seed": base.seed,
    }
    asked["name"] = name_copy(user, job, asked)
    key = idempotency_key_of(page_key, "again", job.id, base.id)
    return submit_job(user=user, request=asked, idempotency_key=key)


def _is_otherwise(job: Job, base: Job) -> bool:
    """Tell whether a job was scored on other rows or folds; of one that is not over, will be."""
    is_other_data = job.dataset.sha256 != base.dataset.sha256
    return job.partial or is_other_data or _has_other_folds(job, base)


def _has_other_folds(job: Job, base: Job) -> bool:
    if job.split_hash and base.split_hash:
        return job.split_hash != base.split_hash
    return (_split_of(job), job.seed) != (_split_of(base), base.seed)


def _split_of(job: Job) -> tuple[str, Any, bool, list[str]]:
    """Return what of a request decides on the rows of its folds, but for the seed."""
    asked = job.validation
    ordered_by = asked.get("time_column") if asked.get("scheme") == "time" else None
    left_out = sorted(asked.get("targets_left_out") or ())
    return validation(asked), ordered_by, bool(asked.get("drop_copies")), left_out


def _why_not(job: Job, base: Job, features: Sequence[str]) -> str | None:
    if job.task != base.task:
        return f"it is a {job.task}, the reference a {base.task}"
    if job.target != base.target:
        return f"it predicts {job.target}, the reference {base.target}"
    if is_blend(job):
        return say_blend(job)
    there = set(base.dataset.column_names)
    absent = [name for name in features if name not in there]
    if absent:
        more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
        return f"{base.dataset.label} has no column {', '.join(absent[:NAMED])}{more}"
    if base.validation.get("outer_fold"):
        return "the reference saw the rows of one outer fold alone"
    return None
