"""Models: the fitted artefact of a succeeded job."""

from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.job import Job
from dashboard.extensions import Record

ALIAS_CHARS, NOTE_CHARS, WORDS_CHARS = 60, 2000, 300
# The goodness of a model without a score: it stands behind all others, on every database.
NO_SCORE = -1e300


class Model(Record):
    """A fitted model. States: ``verifying``, ``ready``, ``refused``.

    What lists are filtered and sorted by is repeated from the job, so that an index finds the
    first page of a hundred thousand.
    """

    __tablename__ = "models"
    __table_args__ = (
        # An alias stands for one model of a table, in all its versions, and a target.
        Index("ix_models_family_target_alias", "family_id", "target", "alias", unique=True),
        # All that the list is filtered and sorted by: rows themselves are wide.
        Index(
            "ix_models_listed",
            *("goodness", "id", "archived_at", "family_id", "estimator", "owner_id"),
            *("size_bytes", "words"),
        ),
        # The same of one table and target, which is too long to stand beside the words.
        Index(
            "ix_models_family_target",
            *("family_id", "target", "goodness", "id", "archived_at", "estimator", "owner_id"),
        ),
        Index(
            "ix_models_owner",
            *("owner_id", "goodness", "id", "archived_at", "family_id", "estimator", "words"),
        ),
        LASTING_IDS,
    )

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="verifying")
    failure: Mapped[Json | None]
    # {format: {key, size_bytes, sha256}} for bundle, joblib, skops, check; for onnx see
    # `models.conversion`
    files: Mapped[Json] = mapped_column(default=dict)
    # What the model needs to read rows: dialect, columns, features, target, task. It may hold
    # thousands of columns, so it is read when it is asked for.
    schema: Mapped[Json] = mapped_column("input_schema", default=dict, deferred=True)
    classes: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(default=now)
    verified_at: Mapped[Moment | None]

    # what people say about it
    alias: Mapped[str | None] = mapped_column(String(ALIAS_CHARS))
    note: Mapped[str] = mapped_column(String(NOTE_CHARS), default="", server_default="")
    archived_at: Mapped[Moment | None]

    # repeated from the job and its dataset
    owner_id: Mapped[int] = mapped_column(server_default="0")
    family_id: Mapped[int] = mapped_column(server_default="0")
    target: Mapped[str] = mapped_column(String(500), server_default="")
    estimator: Mapped[str] = mapped_column(String(100), server_default="")
    # The score, negative where less is better: so that the best is always the greatest.
    goodness: Mapped[float] = mapped_column(Float, default=NO_SCORE, server_default="-1e300")
    size_bytes: Mapped[int] = mapped_column(default=0, server_default="0")  # of the bundle
    # Name and target in small letters, as far as an index can hold them: what is searched.
    words: Mapped[str] = mapped_column(String(WORDS_CHARS), server_default="")

    job: Mapped[Job] = relationship(lazy="joined")

    @property
    def offered(self) -> dict[str, Any]:
        """What can be downloaded, by format."""
        return {
            name: file for name, file in self.files.items() if "key" in file and name != "check"
        }


class ModelStar(Record):
    """That a person starred a model."""

    __tablename__ = "model_stars"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    model_id: Mapped[int] = mapped_column(
        ForeignKey("models.id", ondelete="CASCADE"), primary_key=True, index=True
    )
