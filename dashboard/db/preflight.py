"""Preflights: requests that were checked before a job of them is submitted."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.dataset import Dataset
from dashboard.extensions import Record


class Preflight(Record):
    """A request held against its data; kept for a day, so that the same is not done twice.

    States: ``queued``, ``running``, ``ready``, ``failed``.
    """

    __tablename__ = "preflights"
    __table_args__ = LASTING_IDS

    id: Mapped[Id]
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("datasets.id", ondelete="CASCADE"), index=True
    )
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # A hash of who asked, the dataset and the request: see `dashboard.jobs.preflight.checks`.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    # What it asks for, as the columns of a job.
    asked: Mapped[Json]
    n_jobs: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    # See `tasks.engine.preflight.checking`; what is known by then, while it runs.
    answer: Mapped[Json | None]
    failure: Mapped[Json | None]
    # Tidying looks for old ones every minute.
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)

    dataset: Mapped[Dataset] = relationship()
