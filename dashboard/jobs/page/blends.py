"""Jobs whose model is a blend of others: what cannot be made again from the request alone."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from dashboard.db import Batch, Job
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs.form.texts import write_texts
from dashboard.searches.naming import join_name
from dashboard.several import KIND
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.several.portfolio import VOTING

# Ways to split rows that somebody chose: no others suit such a table.
LEFT_OUT = "targets_left_out"
CHOSEN = frozenset({"group", "time"})
CALLED_BEST = re.compile(r"(.*), best of [\d,]+", re.DOTALL)


def is_last_of_several(job: Job) -> bool:
    """Whether a job makes the model where several were tried."""
    batch = db.session.get(Batch, job.batch_id) if job.batch_id else None
    return batch is not None and batch.final_job_id == job.id and _tries_several(batch.plan)


def is_blend(job: Job) -> bool:
    """Whether a job's model is, or would become, the weighted mean of several jobs' models."""
    return _has_several(job.details) or (_votes(job.estimator) and is_last_of_several(job))


def find_blends(job_ids: Collection[int]) -> set[int]:
    """Return which of some jobs `is_blend` is true of, in one query."""
    asked = (Job.id, Job.estimator, Job.details, Batch.final_job_id, Batch.plan)
    jobs = select(*asked).outerjoin(Batch, Batch.id == Job.batch_id).where(Job.id.in_(job_ids))
    return {
        row.id
        for row in db.session.execute(jobs)
        if _has_several(row.details)
        or (_votes(row.estimator) and row.final_job_id == row.id and _tries_several(row.plan))
    }


def title_of(job: Job) -> str:
    """Return the estimator's title, or that a job's model is a blend: it has no other name."""
    return "Blend" if is_blend(job) else get_estimator(job.estimator).title


def name_blend(job: Job) -> None:
    """Call a job a blend that is one: when it was made nobody knew, so it is called the best."""
    members, found = _members(job.details), CALLED_BEST.fullmatch(job.name)
    if len(members) > 1 and found:  # nobody gave it another name meanwhile
        job.name = join_name(found[1], f"blend of {len(members)}")


def say_blend(job: Job) -> str:
    """Return why there is no job like a blend, and what to do."""
    numbers = [f"#{one['job_id']} ({one['percent']}%)" for one in _members(job.details)]
    what = "This job makes the model of several that were tried"
    if numbers:
        what = f"This model is a blend of jobs {', '.join(numbers[:-1])} and {numbers[-1]}"
    return (
        f"{what}, so no single job makes it again. Try several again with the change, or go on "
        "from one of those jobs"
    )


def split_again(job: Job) -> dict[str, str]:
    """Return the fields of the form by which several are tried again on the folds of a job.

    Of the folds none where these may have been found to suit the time: then that is done anew.
    """
    texts = job.validation.get(LEFT_OUT)
    found = {f"validation.{LEFT_OUT}": write_texts(texts)} if texts else {}
    if job.validation.get("scheme") not in CHOSEN:
        return found
    names = ("scheme", "folds", "group_column", "time_column", "gap", "drop_copies")
    return found | {f"validation.{name}": str(job.validation[name]) for name in names
                    if job.validation.get(name) is not None}  # fmt: skip


def refuse_blend(job: Job) -> None:
    """Refuse to go on from a blend's request: what came of it would be another model.

    Raises
    ------
    Conflict
        When the job's model is a blend.
    """
    if is_blend(job):
        raise Conflict(say_blend(job))


def _members(details: Mapping[str, Any] | None) -> list[dict[str, int]]:
    return (details or {}).get("members") or []


def _has_several(details: Mapping[str, Any] | None) -> bool:
    return len(_members(details)) > 1


def _votes(estimator: str) -> bool:
    return estimator in VOTING.values()


def _tries_several(plan: Mapping[str, Any] | None) -> bool:
    return (plan or {}).get("kind") == KIND
