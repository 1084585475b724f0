"""What is known about the storage: room, what is used, and problems of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from dashboard.db import Dataset, FileLook, FileProblem, Model, Prediction
from dashboard.extensions import db
from dashboard.retention.asking import THE_LOOK
from dashboard.retention.service import next_look
from dashboard.room import free_for_database, free_for_files

SHOWN = 200
AREAS = {"datasets": "Datasets", "jobs": "Jobs and models", "predictions": "Predictions",
         "other": "Not known"}  # fmt: skip
# What the files of an area come with.
MADE_OF: Mapping[str, type[Dataset | Model | Prediction]] = {
    "datasets": Dataset, "jobs": Model, "predictions": Prediction,
}  # fmt: skip


@dataclass(frozen=True)
class Used:
    """What one area of the storage holds; not `is_counted` where its first files came later."""

    title: str
    files: int
    size_bytes: int
    is_counted: bool = True


@dataclass(frozen=True)
class StorageSummary:
    """What the storage page shows."""

    free_bytes: int | None
    database_free_bytes: int | None
    reserve_bytes: int
    look: FileLook | None
    used: Sequence[Used]
    problems: Sequence[FileProblem]
    counts: Mapping[str, int]

    @property
    def is_short(self) -> bool:
        """Whether uploads and new jobs are refused."""
        known = (self.free_bytes, self.database_free_bytes)
        return any(free is not None and free < self.reserve_bytes for free in known)

    @property
    def counted_anew_at(self) -> datetime | None:
        """When what is used is counted the next time; None while it is being counted."""
        return next_look(self.look) if self.look and self.look.finished_at else None


def find_look() -> FileLook | None:
    """Return the row about looking through the storage, or None before the first time."""
    return db.session.get(FileLook, THE_LOOK)


def count_problems(look: FileLook | None) -> dict[str, int]:
    """Return how many problems of each kind the last look found."""
    found: dict[str, Any] = look.found if look else {}
    return {kind: int(found.get(kind, 0)) for kind in ("orphan", "missing")}


def list_problems(limit: int = SHOWN) -> Sequence[FileProblem]:
    """List problems of files, those with missing files first."""
    order = (FileProblem.kind, FileProblem.key)
    return db.session.scalars(select(FileProblem).order_by(*order).limit(limit)).all()


def summarise_storage() -> StorageSummary:
    """Return what the storage page shows."""
    look = find_look()
    areas = (look.found if look else {}).get("areas", {})
    return StorageSummary(
        free_bytes=free_for_files(),
        database_free_bytes=free_for_database(),
        reserve_bytes=current_app.config["SETTINGS"].reserve_bytes,
        look=look,
        used=[
            Used(title, areas[area]["files"], areas[area]["bytes"],
                 areas[area]["files"] > 0 or not _have_come(area, look))
            for area, title in AREAS.items()
            if area in areas
        ],
        problems=list_problems(),
        counts=count_problems(look),
    )  # fmt: skip


def _have_come(area: str, look: FileLook | None) -> bool:
    """Tell whether an area has files that the last look that ended cannot have met."""
    if look is None or area not in MADE_OF:
        return False
    record = MADE_OF[area]
    found = select(record.id).limit(1)
    if look.finished_at is not None:
        found = found.where(record.created_at >= look.started_at)
    return db.session.scalar(found) is not None
