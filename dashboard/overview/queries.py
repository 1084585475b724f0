"""What the overview shows of one person's jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.datasets.selections import LIVING
from dashboard.db import Dataset, Job, User
from dashboard.db.states import ACTIVE, JobState
from dashboard.extensions import db
from dashboard.jobs.filtering import JobFilters
from dashboard.jobs.listing import list_active
from dashboard.jobs.lists import view_jobs
from dashboard.jobs.views import JobView
from dashboard.storage import get_storage
from dashboard.workers.queries import QueueSummary, summarise_queue

LOOK_AT_FAILURES_OF = timedelta(days=7)
SHOWN = 8


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    has_datasets: bool
    has_jobs: bool
    active: Sequence[JobView]
    failed: Sequence[Job]
    recent: Sequence[JobView]
    best: Sequence[JobView]
    queue: QueueSummary
    free_bytes: int | None


def read_overview(user: User) -> Overview:
    """Read what the overview shows to a person."""
    own = select(Job).where(Job.owner_id == user.id)
    newest = own.order_by(Job.id.desc()).limit(SHOWN)
    since = now() - LOOK_AT_FAILURES_OF
    bad = (JobState.FAILED, JobState.LOST)
    datasets = select(Dataset.id).where(LIVING).limit(1)
    return Overview(
        has_datasets=db.session.scalar(datasets) is not None,
        has_jobs=db.session.scalar(select(Job.id).limit(1)) is not None,
        active=view_jobs(list_active(filters=JobFilters(owner_id=user.id), limit=SHOWN)),
        failed=db.session.scalars(newest.where(Job.state.in_(bad), Job.created_at > since)).all()[
            :3
        ],
        recent=[JobView(job) for job in _recent()],
        best=[JobView(job) for job in _best(user)],
        queue=summarise_queue(),
        free_bytes=get_storage().free_bytes(),
    )


def _recent() -> Sequence[Job]:
    """Return the jobs of everyone that ended last."""
    return db.session.scalars(
        select(Job)
        .where(Job.state.not_in(ACTIVE), Job.finished_at.is_not(None))
        .order_by(Job.finished_at.desc(), Job.id.desc())
        .limit(SHOWN)
    ).all()


def _best(user: User) -> Sequence[Job]:
    """Return a person's best job for each dataset and target by ROC AUC or R2, newest first."""
    place = func.row_number().over(
        partition_by=(Job.dataset_id, Job.target, Job.task), order_by=(Job.score.desc(), Job.id)
    )
    ranked = (
        select(Job.id, place.label("place"))
        .where(
            Job.owner_id == user.id,
            Job.state == JobState.SUCCEEDED,
            Job.metric.in_(("roc_auc", "r2")),
            ~Job.score_only,
        )
        .subquery()
    )
    best = select(Job).join(ranked, ranked.c.id == Job.id).where(ranked.c.place == 1)
    return db.session.scalars(best.order_by(Job.id.desc()).limit(5)).all()
