"""The scores of succeeded jobs, one row for each metric: what leaderboards are read from."""

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.db.columns import LASTING_IDS, Id, Moment
from dashboard.db.dataset import Dataset
from dashboard.extensions import Record

_HAS_WINNER = text("winner_id IS NOT NULL")


class ScoreGroup(Record):
    """Jobs that may be ranked together: one version, one target, the same folds."""

    __tablename__ = "score_groups"
    __table_args__ = (UniqueConstraint("dataset_id", "target", "split_hash"), LASTING_IDS)

    id: Mapped[Id]
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(500))
    split_hash: Mapped[str] = mapped_column(String(64))

    dataset: Mapped[Dataset] = relationship(lazy="joined")


class JobScore(Record):
    """A job's mean score over all of its folds by one metric.

    Jobs that were stopped after some folds have none. What is asked of leaderboards is repeated
    from the job and stands in the index, which alone finds the best ones of a hundred thousand.
    """

    __tablename__ = "job_scores"
    __table_args__ = (
        UniqueConstraint("job_id", "metric"),
        # The list of jobs is sorted by it.
        Index("ix_job_scores_metric", "metric", "score", "job_id"),
        Index(
            "ix_job_scores_ranking",
            *("group_id", "metric", "score", "finished_at", "job_id", "estimator", "owner_id"),
            "winner_id",
        ),
        # Of the few that have one: it is looked for when a job is deleted.
        Index(
            "ix_job_scores_winner",
            "winner_id",
            sqlite_where=_HAS_WINNER,
            postgresql_where=_HAS_WINNER,
        ),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("score_groups.id", ondelete="CASCADE"))
    metric: Mapped[str] = mapped_column(String(50))
    # The class that the metric is about, of those that are about one.
    positive: Mapped[str | None] = mapped_column(String(500))
    score: Mapped[float] = mapped_column(Float)
    finished_at: Mapped[Moment]
    estimator: Mapped[str] = mapped_column(String(100))
    owner_id: Mapped[int]
    # Of a candidate: the winner with the same settings, which stands on leaderboards in its place.
    winner_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
