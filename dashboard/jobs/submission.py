"""From a request to waiting jobs: one, or the jobs of a batch, in one transaction and one hint."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.clock import now
from dashboard.datasets.queries import find_dataset
from dashboard.db import Batch, Dataset, IdempotencyKey, Job, User
from dashboard.db.copies import add_copies
from dashboard.db.states import JobState, write_events
from dashboard.db.transaction import is_away, writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.hints import WINDOW, count_hinted
from dashboard.jobs.asking.made_names import name_of, name_of_batch, stem_of
from dashboard.jobs.asking.requests import BATCH_FIELDS, FIELDS, Request, check_request
from dashboard.room import check_room_for_jobs
from dashboard.searches.naming import join_name, name_candidate
from dashboard.searches.opening import count_first
from dashboard.searches.search import Search
from tasks.engine.estimators.parameters import show_value
from tasks.engine.estimators.titles import inside

# A person waits while these are sent; the dispatcher sends the rest within a second.
HINTS_AT_ONCE = 8
log = logging.getLogger(__name__)
NAME_LENGTH = 200
# The columns of a job that runs again, as when it had not run. Its folds are kept.
AS_NEW: Mapping[str, Any] = {
    "failure": None, "message": None, "stage": None, "stop_request": None, "stopped_by": None,
    "started_at": None, "finished_at": None, "hinted_at": None, "progress": 0.0, "stages": [],
    "warnings": [], "child_deaths": 0, "tries": 0, "stopped_because": None, "archived_at": None,
}  # fmt: skip


def submit(
    *,
    user: User,
    request: Mapping[str, Any],
    idempotency_key: str | None,
    limit: int,
    as_batch: bool = False,
    threshold_from: Mapping[str, Any] | None = None,
) -> Job:
    """Make the jobs that a request asks for, and wake workers.

    Parameters
    ----------
    user : User
        Who submits.
    request : Mapping
        The fields of ``POST /jobs``; with `as_batch` those of ``POST /batches``.
    idempotency_key : str or None
        The same key of the same person gives the same jobs again.
    limit : int
        How many jobs may be made at once.
    as_batch : bool, default False
        Make a batch even of a single job.
    threshold_from : Mapping, optional
        Of a threshold that was chosen by the scores of another job: what is known of that one.

    Returns
    -------
    Job
        The first job; its `batch_id` names the batch where there are several.

    Raises
    ------
    Forbidden
        When the person may not submit.
    ValidationFailed
        With a message for each field that cannot be used.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    former = _begin(user, idempotency_key)
    if former:
        return former
    fields = BATCH_FIELDS if as_batch else FIELDS
    dataset, wanted = read_request(request, limit=limit, fields=fields)
    if threshold_from and "decision" in wanted.values.get("details", {}):
        wanted.values["details"]["threshold_from"] = dict(threshold_from)
    try:
        with writing() as session:
            hold_dataset(session, request["dataset_id"])
            job = add_jobs(session, user, dataset, wanted, as_batch or wanted.n_jobs > 1)
            if idempotency_key:
                session.add(IdempotencyKey(user_id=user.id, key=idempotency_key, job_id=job.id))
    except IntegrityError:  # the same key came twice at the same moment
        former = _find_former(user, idempotency_key)
        if former is None:
            raise
        return former
    if job.batch_id is None:
        hint([job.id])
    else:
        hint_batch(job.batch_id)
    return job


def read_request(
    request: Mapping[str, Any], *, limit: int, fields: frozenset[str] = FIELDS
) -> tuple[Dataset, Request]:
    """Return the dataset that a request names, and the request once it is checked.

    Raises
    ------
    ValidationFailed
        With a message for each field that cannot be used.
    """
    dataset = _find_dataset(request.get("dataset_id"))
    return dataset, check_request(request, dataset, limit=limit, fields=fields)


def _begin(user: User, idempotency_key: str | None) -> Job | None:
    """Refuse who or what may not submit at all, or return what the same key has made before."""
    require_member(user)
    check_room_for_jobs()
    if idempotency_key is not None and not 0 < len(idempotency_key) <= 200:
        raise ValidationFailed({"Idempotency-Key": "The key must have 1 to 200 characters"})
    return _find_former(user, idempotency_key)


def _find_former(user: User, idempotency_key: str | None) -> Job | None:
    return db.session.scalar(
        select(Job)
        .join(IdempotencyKey, IdempotencyKey.job_id == Job.id)
        .where(IdempotencyKey.user_id == user.id, IdempotencyKey.key == idempotency_key)
    )


def _find_dataset(dataset_id: Any) -> Dataset:
    is_id = isinstance(dataset_id, int) and not isinstance(dataset_id, bool)
    if dataset_id in (None, ""):
        raise ValidationFailed({"dataset_id": "Choose a dataset"})
    dataset = find_dataset(dataset_id) if is_id else None
    if dataset is None:
        raise ValidationFailed({"dataset_id": f"There is no dataset {dataset_id}"})
    if dataset.state != "ready":
        words = {"reading": "is still being read", "refused": "could not be read"}
        raise ValidationFailed({"dataset_id": f"{dataset.name} {words[dataset.state]}"})
    return dataset


def add_jobs(
    session: Session, user: User, dataset: Dataset, wanted: Request, in_batch: bool
) -> Job:
    """Make the jobs of a checked request, in the caller's transaction; return the first one."""
    search, plan = wanted.search, wanted.search or wanted.several
    rows = list(_candidates(dataset, wanted, search) if search else _rows(dataset, wanted))
    batch_id = None
    if in_batch:
        name = wanted.values.get("name") or name_of_batch(dataset, wanted)
        batch = Batch(owner_id=user.id, name=name[:NAME_LENGTH], n_jobs=len(rows))
        if plan:
            target = wanted.values["target"]
            stem = (
                name_of(dataset, target, search.estimator) if search else stem_of(dataset, target)
            )
            name = wanted.values.get("name") or stem
            batch.plan = plan.as_plan() | {"name": name, "made": len(rows)}
            batch.plan_state = "going"
        session.add(batch)
        session.flush()
        batch_id = batch.id
    size = {"n_rows": dataset.rows, "n_columns": len(wanted.values["features"])}
    same = {"owner_id": user.id, "dataset_id": dataset.id, "batch_id": batch_id, **size,
            "score_only": plan is not None}  # fmt: skip
    job = Job(**same, **(wanted.values | rows[0]))
    session.add(job)
    session.flush()
    if len(rows) > 1:
        add_copies(session, job, rows[1:])
    which = Job.batch_id == batch_id if batch_id else Job.id == job.id
    write_events(session, which, None, JobState.QUEUED, by=user.name)
    return job


def hold_dataset(session: Session, dataset_id: int) -> None:
    """Keep a dataset from being deleted until its jobs are there; others may submit meanwhile."""
    held = select(Dataset.id).where(Dataset.id == dataset_id, Dataset.deleted_at.is_(None))
    if session.scalar(held.with_for_update(read=True, key_share=True, of=Dataset)) is None:
        raise ValidationFailed({"dataset_id": f"There is no dataset {dataset_id}"})


def _rows(dataset: Dataset, wanted: Request) -> Iterator[dict[str, Any]]:
    """Return what each job has of its own: name, estimator, parameters, preprocessing."""
    shared = wanted.values["preprocessing"]
    given = wanted.values.get("name")
    for choice in wanted.choices:
        name = given or name_of(dataset, wanted.values["target"], choice.estimator)
        if given and len(wanted.choices) > 1:
            name = f"{given}, {inside(choice.estimator.title)}"
        for parameters in choice.combinations():
            told = dict(choice.preprocessing or {}) | {n: parameters[n] for n in choice.told}
            varying = ", ".join(f"{n} {show_value(value)}" for n, value in told.items())
            yield {
                "name": join_name(name, varying),
                "estimator": choice.estimator.id,
                "parameters": parameters,
                "preprocessing": shared if choice.preprocessing is None else choice.preprocessing,
            }


def _candidates(dataset: Dataset, wanted: Request, search: Search) -> Iterator[dict[str, Any]]:
    """Return the candidates that a search begins with."""
    target = wanted.values["target"]
    name = wanted.values.get("name") or name_of(dataset, target, search.estimator)
    for parameters in search.propose(count_first(search), (), greater_is_better=True):
        yield {
            "name": name_candidate(name, search, parameters),
            "estimator": search.estimator_id,
            "parameters": parameters,
        }


def hint(job_ids: Sequence[int]) -> None:
    """Wake workers for jobs that wait now, if the window has room; else the dispatcher will.

    Parameters
    ----------
    job_ids : Sequence of int
        At most `HINTS_AT_ONCE` of them are hinted at.
    """
    with _passing_outages():
        _hint(job_ids)


def hint_batch(batch_id: int) -> None:
    """Wake workers for the first jobs of a batch that wait, as `hint` does."""
    waiting = select(Job.id).where(Job.batch_id == batch_id, Job.state == JobState.QUEUED)
    with _passing_outages():
        _hint(db.session.scalars(waiting.order_by(Job.id).limit(HINTS_AT_ONCE)).all())


def _hint(job_ids: Sequence[int]) -> None:
    room = min(WINDOW - count_hinted(Job), HINTS_AT_ONCE)
    chosen = list(job_ids)[:room] if room > 0 else []
    if not chosen or not queue.wake(queue.TRAIN, len(chosen)):
        return
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id.in_(chosen), Job.state == JobState.QUEUED)
            .values(hinted_at=now())
        )


@contextmanager
def _passing_outages() -> Iterator[None]:
    """Pass over a database that is away: the jobs are committed, the dispatcher hints at them.

    An error would say that nothing was accepted, and a script would send the same once more.
    """
    try:
        yield
    except SQLAlchemyError as problem:
        if not is_away(problem):
            raise
        log.warning("no hint was sent or noted: %s", problem)
        with suppress(SQLAlchemyError):  # also this fails on a connection that broke
            db.session.rollback()


def pass_key_on(session: Session, job: Job) -> None:
    """Let another job of its batch stand for the key that made them, before a job is deleted."""
    if job.batch_id is None:
        return
    other = select(func.min(Job.id)).where(Job.batch_id == job.batch_id, Job.id != job.id)
    other_id = session.scalar(other)
    if other_id is not None:
        session.execute(
            update(IdempotencyKey).where(IdempotencyKey.job_id == job.id).values(job_id=other_id)
        )
