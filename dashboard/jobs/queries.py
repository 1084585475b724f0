"""Jobs as pages and the API read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from dashboard.db import Job, JobAttempt, JobFold, LogLine, Model, User
from dashboard.db.lookup import LARGEST_ID, get_by_id
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.extensions import db
from dashboard.jobs.counting import count_states
from dashboard.jobs.order import PLACES_SHOWN, find_places
from dashboard.paging import read_number

SORTS = {
    "submitted": Job.created_at,
    "name": func.lower(Job.name),
    "score": Job.score,
    "estimator": Job.estimator,
    "state": Job.state,
}
TABS = {
    "active": tuple(ACTIVE),
    "succeeded": ("succeeded",),
    "failed": ("failed", "lost"),
    "cancelled": ("cancelled",),
}


@dataclass(frozen=True)
class JobFilters:
    """Which jobs; None means all. `states` is a state, or one of `TABS`."""

    state: str | None = None
    dataset_id: int | None = None
    batch_id: int | None = None
    estimator: str | None = None
    owner_id: int | None = None
    q: str | None = None

    @property
    def states(self) -> Sequence[str]:
        """The states that are meant; none for all."""
        return TABS.get(self.state or "", (self.state,) if self.state else ())


@dataclass(frozen=True)
class JobPage:
    """One page of the list.

    The first `n_first` items are jobs that run or wait, put before all others; `more_are_active`
    when there are further ones among the others. `places` are those of the queue, where read.
    """

    items: Sequence[Job]
    total: int
    counts: Mapping[str, int] = field(default_factory=dict)
    n_first: int = 0
    more_are_active: bool = False
    places: Mapping[int, int] | None = None


def get_job(*, user: User, job_id: int) -> Job:
    """Return a job.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(Job, job_id, f"There is no job #{job_id}. It may have been deleted")


def get_jobs(job_ids: Sequence[int]) -> list[Job]:
    """Return the jobs of some ids, in their order; those that are gone are left out."""
    # A dataset is wide; joined, it would be read once for each of its jobs.
    apart = (selectinload(Job.dataset), selectinload(Job.owner))
    found = db.session.scalars(select(Job).where(Job.id.in_(job_ids)).options(*apart)).all()
    by_id = {job.id: job for job in found}
    return [by_id[job_id] for job_id in job_ids if job_id in by_id]


def filter_jobs(filters: JobFilters) -> Select[Any]:
    """Return the selection of the jobs that match."""
    found = select(Job)
    if filters.states:
        found = found.where(Job.state.in_(filters.states))
    for name in ("dataset_id", "batch_id", "estimator", "owner_id"):
        value = getattr(filters, name)
        if value is not None:
            found = found.where(getattr(Job, name) == value)
    return _search(found, filters.q)


def _search(found: Select[Any], q: str | None) -> Select[Any]:
    q = (q or "").strip()
    if not q:
        return found
    number = read_number(q.removeprefix("#"), None, LARGEST_ID)
    if number is not None:
        same_id = Job.id == number
        if q.startswith("#"):
            return found.where(same_id)
        return found.where(or_(same_id, Job.name.icontains(q, autoescape=True)))
    searched = (Job.name, Job.target, Job.message)
    return found.where(or_(*(text.icontains(q, autoescape=True) for text in searched)))


def list_jobs(
    *, filters: JobFilters, sort: str = "-submitted", page: int = 1, per: int = 50
) -> JobPage:
    """List a page of the jobs that match, by default those that run or wait first.

    Parameters
    ----------
    filters : JobFilters
        Which jobs.
    sort : str
        One of `SORTS`, with a minus for the other direction; values that are missing come last.
        With ``-submitted`` jobs that are not over stand first, in the order in which they run.
        Where there are many, the others keep half of the first page.
    page, per : int
        Which page, from 1, of how many rows.
    """
    column = SORTS.get(sort.lstrip("-"), Job.created_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    if column is Job.score:
        order = order.nulls_last()
    newest = Job.id.desc() if sort.startswith("-") else Job.id.asc()
    total = count_matching(filters)
    first: list[int] = []
    n_active, places = 0, None
    if sort == "-submitted":
        places = find_places()
        active = _list_active_ids(filters, places, PLACES_SHOWN)
        n_active = len(active)
        total = max(total, n_active)  # counted before they were listed, and more may have come
        first = active[: per - min(per // 2, total - n_active)]
    # Ids first: the rows themselves are wide, and only those of this page are read.
    others = filter_jobs(filters).with_only_columns(Job.id).where(Job.id.not_in(first))
    shown = first if page == 1 else []
    start = (page - 1) * per - (len(first) - len(shown))
    ids = db.session.scalars(
        others.order_by(order, newest).limit(per - len(shown)).offset(start)
    ).all()
    more = n_active > len(first) or (bool(shown) and _has_waiting_behind(filters, places or {}))
    return JobPage(get_jobs([*shown, *ids]), total, count_states(), len(shown), more, places)


def _has_waiting_behind(filters: JobFilters, places: Mapping[int, int]) -> bool:
    """Tell whether a matching job waits so far back that its place is not known."""
    behind = filter_jobs(filters).where(Job.state == JobState.QUEUED, Job.id.not_in(places))
    found = behind.with_only_columns(Job.id).limit(1)
    return len(places) >= PLACES_SHOWN and db.session.scalar(found) is not None


def count_matching(filters: JobFilters) -> int:
    """Count the jobs that match."""
    if filters == JobFilters():
        return sum(count_states().values())
    found = filter_jobs(filters).with_only_columns(Job.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def list_active(*, filters: JobFilters, limit: int) -> Sequence[Job]:
    """List jobs that run or wait and match: those that run first, then in the queue's order."""
    return get_jobs(_list_active_ids(filters, find_places(), limit))


def _list_active_ids(filters: JobFilters, places: Mapping[int, int], limit: int) -> list[int]:
    found = filter_jobs(filters).with_only_columns(Job.id)
    running = db.session.scalars(
        found.where(Job.state.in_(HELD)).order_by(Job.id).limit(limit)
    ).all()
    first = found.where(Job.state == JobState.QUEUED, Job.id.in_(places))
    waiting = sorted(db.session.scalars(first), key=places.__getitem__)
    return [*running, *waiting][:limit]


def list_jobs_before(
    *, filters: JobFilters, before: int | None, limit: int, oldest_first: bool = False
) -> Sequence[Job]:
    """List matching jobs from one id on; for the API's cursor."""
    found = filter_jobs(filters)
    if before is not None:
        found = found.where(Job.id > before if oldest_first else Job.id < before)
    order = Job.id.asc() if oldest_first else Job.id.desc()
    ids = found.with_only_columns(Job.id).order_by(order).limit(limit)
    return get_jobs(db.session.scalars(ids).all())


@dataclass(frozen=True)
class BatchJob:
    """What tells the jobs of a batch apart; `is_new` when nothing has happened to it yet."""

    id: int
    name: str
    estimator: str
    parameters: Mapping[str, Any]
    is_new: bool


def list_batch_jobs(batch_id: int) -> list[BatchJob]:
    """List all jobs of a batch, in the order in which they were made, without what they share."""
    is_new = and_(Job.state == JobState.QUEUED, Job.attempt == 0)
    found = (
        select(Job.id, Job.name, Job.estimator, Job.parameters, is_new)
        .where(Job.batch_id == batch_id)
        .order_by(Job.id)
    )
    return [BatchJob(*row) for row in db.session.execute(found)]


def list_folds(job_id: int) -> Sequence[JobFold]:
    """List the folds of a job that were scored."""
    return db.session.scalars(
        select(JobFold).where(JobFold.job_id == job_id).order_by(JobFold.fold)
    ).all()


def list_folds_of(job_ids: Sequence[int]) -> dict[int, list[JobFold]]:
    """List the folds of several jobs, by job."""
    found: dict[int, list[JobFold]] = {job_id: [] for job_id in job_ids}
    folds = select(JobFold).where(JobFold.job_id.in_(job_ids)).order_by(JobFold.fold)
    for fold in db.session.scalars(folds):
        found[fold.job_id].append(fold)
    return found


def list_attempts(job_id: int) -> Sequence[JobAttempt]:
    """List the attempts of a job."""
    return db.session.scalars(
        select(JobAttempt).where(JobAttempt.job_id == job_id).order_by(JobAttempt.number)
    ).all()


def list_attempts_of(job_ids: Sequence[int]) -> dict[int, list[JobAttempt]]:
    """List the attempts of several jobs, by job."""
    found: dict[int, list[JobAttempt]] = {job_id: [] for job_id in job_ids}
    attempts = select(JobAttempt).where(JobAttempt.job_id.in_(job_ids)).order_by(JobAttempt.number)
    for attempt in db.session.scalars(attempts):
        found[attempt.job_id].append(attempt)
    return found


def list_log(*, job_id: int, after: int = 0, limit: int = 1000) -> Sequence[LogLine]:
    """List the lines of a job's log behind a number."""
    return db.session.scalars(
        select(LogLine)
        .where(LogLine.job_id == job_id, LogLine.n > after)
        .order_by(LogLine.n)
        .limit(limit)
    ).all()


def count_log(job_id: int) -> int:
    """Count the lines of a job's log."""
    return db.session.scalar(select(func.max(LogLine.n)).where(LogLine.job_id == job_id)) or 0


def find_model(job_id: int) -> Model | None:
    """Return the model that a job made, or None."""
    return db.session.scalar(select(Model).where(Model.job_id == job_id))


def find_models(job_ids: Sequence[int]) -> dict[int, Model]:
    """Return the models of several jobs, by job."""
    found = db.session.scalars(select(Model).where(Model.job_id.in_(job_ids)))
    return {model.job_id: model for model in found}


def find_model_ids(job_ids: Sequence[int]) -> dict[int, int]:
    """Return the models' ids by job."""
    found = select(Model.job_id, Model.id).where(Model.job_id.in_(job_ids))
    return dict(db.session.execute(found).all())


def list_best_for(*, dataset_id: int, target: str, task: str, limit: int = 3) -> Sequence[Job]:
    """List the best succeeded jobs of a dataset and target by ROC AUC or R2."""
    metric = "roc_auc" if task == "classification" else "r2"
    return db.session.scalars(
        select(Job)
        .where(
            Job.dataset_id == dataset_id,
            Job.target == target,
            Job.task == task,
            Job.metric == metric,
            Job.state == JobState.SUCCEEDED,
            Job.score.is_not(None),
            ~Job.score_only,
        )
        .order_by(Job.score.desc(), Job.id)
        .limit(limit)
    ).all()
