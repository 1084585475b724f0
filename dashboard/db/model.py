"""Models: the fitted artefact of a succeeded job."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.job import Job
from dashboard.extensions import Record


class Model(Record):
    """A fitted model. States: ``verifying``, ``ready``, ``refused``."""

    __tablename__ = "models"
    __table_args__ = LASTING_IDS

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

    job: Mapped[Job] = relationship(lazy="joined")

    @property
    def offered(self) -> dict[str, Any]:
        """What can be downloaded, by format."""
        return {
            name: file for name, file in self.files.items() if "key" in file and name != "check"
        }
