"""Predictions: a model applied to new rows."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.model import Model
from dashboard.extensions import Record


class Prediction(Record):
    """One application of a model: `rows` from a form or the API, or a whole file.

    States: ``queued``, ``running``, ``ready``, ``failed``. A file whose columns are looked at
    first is ``checking``, and ``matched`` until somebody says that it is to be predicted;
    `finished_at` is then when that look ended.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        # Tidying looks for old ones that may go, every minute.
        Index("ix_predictions_kind_state_created", "kind", "state", "created_at"),
        # Files that never came: few, however many predictions there are.
        Index("ix_predictions_kind_input", "kind", "input_key", "created_at"),
        LASTING_IDS,
    )

    id: Mapped[Id]
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))  # rows, file
    state: Mapped[str] = mapped_column(String(10), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    rows: Mapped[Json | None]
    answer: Mapped[Json | None]
    file_name: Mapped[str | None] = mapped_column(String(255))
    token: Mapped[str] = mapped_column(String(32))
    input_key: Mapped[str | None] = mapped_column(String(200))
    output_key: Mapped[str | None] = mapped_column(String(200))
    n_rows: Mapped[int | None]
    # Of a file: {column of the model: column of the file}, where a person said so; and what was
    # found when its columns were held against those of the training data, see `engine.matching`.
    mapping: Mapped[Json | None]
    matching: Mapped[Json | None] = mapped_column(deferred=True)
    warnings: Mapped[Json] = mapped_column(default=list)
    failure: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(default=now)
    finished_at: Mapped[Moment | None]

    model: Mapped[Model] = relationship(lazy="joined")
