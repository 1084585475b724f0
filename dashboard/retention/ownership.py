"""Whose is a file of the storage? What follows from its key and from the records of its owner.

Nothing here reads a file or deletes one. The rule that keeps this safe: a record can come to name
a file only while the lease (or the token) that stands in the file's key is held, or while another
record that names it is. So a file that is named by nothing, under a lease that is no longer held,
will never be named. Two are made when the job is over, below the lease of its other files: a
model's ONNX, so the job counts as busy while its conversion waits or runs, and results to which
something was added, which are named within seconds or never.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text

from dashboard.chores.service import CONVERT
from dashboard.db import Chore, Dataset, Job, JobAttempt, JobFold, Model, Prediction, Transfer
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import HELD
from dashboard.extensions import db
from dashboard.storage import FoundFile

RECORDS: Mapping[str, Any] = {"datasets": Dataset, "jobs": Job, "predictions": Prediction}
# A file's own time is only a second net, and allows for clocks that differ.
GRACE = timedelta(minutes=10)
GRACE_OF_DELETED = timedelta(days=1)
GRACE_OF_UNFINISHED = timedelta(days=1)
_FOLDER = re.compile(r"(datasets|jobs|predictions)/([0-9]{1,19})/([0-9a-f]{8,32})/")
_GIVEN = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = :table"),
    "postgresql": text(
        "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)"
    ),
}
# What each reading of a dataset writes anew.
_OF_A_READING = frozenset({"table", "profile", "rejects"})
# What jobs write below their dataset: no record names it, and it goes with the dataset.
OF_ALL_JOBS = "baselines"
_NAME = re.compile(r"([a-z_]+)(?:-([0-9]{1,9}))?")


class Verdict(StrEnum):
    """What is to be done with a file."""

    KEEP = "keep"
    REMOVE = "remove"  # ours, and nothing will ever name it
    ORPHAN = "orphan"  # not known to be ours: a person decides


@dataclass(frozen=True)
class Place:
    """What a key says: area, number of the owner, its lease or token, name and number."""

    area: str
    owner_id: int
    token: str
    name: str
    number: int | None


@dataclass
class Owner:
    """What the records say about the files of one dataset, job or prediction."""

    named: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    busy: bool = False  # files may be written that will be named later
    reading: int = 0  # of a dataset: how often it was read
    coming: set[str] = field(default_factory=set)  # unfinished files of which parts may come


def find_place(found: FoundFile) -> Place | None:
    """Return what a file's key says, or None for a key that was not made by us."""
    folder = _FOLDER.match(found.key)
    if folder is None or int(folder[2]) > LARGEST_ID:
        return None
    rest = found.key[folder.end() :]
    if found.unfinished and "/" not in rest:
        return Place(folder[1], int(folder[2]), folder[3], "", None)
    name = _NAME.fullmatch(rest)
    if name is None:
        return None
    number = int(name[2]) if name[2] else None
    return Place(folder[1], int(folder[2]), folder[3], name[1], number)


def judge(
    found: FoundFile,
    place: Place | None,
    owner: Owner | None,
    *,
    highest: int,
    moment: datetime,
    shared: Collection[str] = (),
) -> Verdict:
    """Decide what is to be done with a file.

    Parameters
    ----------
    found : FoundFile
        The file, listed before the records were read.
    place : Place or None
        What its key says.
    owner : Owner or None
        What the records say; None where there is no such row.
    highest : int
        The highest number that a row of that kind ever had. A file of a higher one is from a
        database that was lost, or newer than the backup that was restored.
    moment : datetime
        Now.
    shared : collection of str
        Keys that records of other numbers name; see `find_shared`.
    """
    age = moment - found.modified_at
    named = shared if owner is None else owner.named | set(shared)
    if found.key in named:
        return Verdict.KEEP
    if place is None or (owner is None and place.owner_id > highest):
        return Verdict.ORPHAN
    if found.unfinished or owner is None:
        is_coming = owner is not None and found.unfinished in owner.coming
        grace = GRACE_OF_UNFINISHED if found.unfinished else GRACE_OF_DELETED
        return Verdict.REMOVE if age > grace and not is_coming else Verdict.KEEP
    if age <= GRACE or (place.area == "datasets" and place.name == OF_ALL_JOBS):
        return Verdict.KEEP
    if place.token not in owner.tokens:
        return Verdict.ORPHAN
    return _judge_left_over(place, owner)


def _judge_left_over(place: Place, owner: Owner) -> Verdict:
    if place.area == "datasets":
        is_of_reading = place.name in _OF_A_READING
        is_older = is_of_reading and (place.number or 0) < owner.reading
        if is_older or not owner.busy:
            return Verdict.REMOVE if is_of_reading else Verdict.ORPHAN
        return Verdict.KEEP
    return Verdict.KEEP if owner.busy else Verdict.REMOVE


def find_highest(area: str) -> int:
    """Return the highest number that a dataset, job or prediction ever had; 0 without one.

    The database remembers it of rows that are gone, too: else the files of the newest row would be
    nobody's when it is deleted.
    """
    table = RECORDS[area].__tablename__
    given = _GIVEN[db.session.get_bind().dialect.name]
    there = db.session.scalar(select(func.max(RECORDS[area].id)))
    return max(there or 0, db.session.scalar(given, {"table": table}) or 0)


def find_shared(found: Iterable[FoundFile]) -> set[str]:
    """Return the keys of some files that a dataset names, whichever its number is.

    Another reading of a file names it where the version lies that it was made from, which may be
    gone. A dataset can come to name a file only while another one that does so is held, so what
    nothing names will never be named.
    """
    keys = [file.key for file in found if file.key.startswith("datasets/")]
    named = select(Dataset.original_key).where(Dataset.original_key.in_(keys))
    return {key for key in db.session.scalars(named) if key} if keys else set()


def load_owners(area: str, ids: Iterable[int]) -> dict[int, Owner]:
    """Read what the records say about some owners; those that are gone are left out."""
    return _LOADERS[area](list(ids))


def _load_datasets(ids: list[int]) -> dict[int, Owner]:
    columns = (Dataset.id, Dataset.token, Dataset.state, Dataset.reading)
    keys = (Dataset.original_key, Dataset.table_key, Dataset.profile_key, Dataset.rejects_key)
    owners = {
        row.id: Owner(
            named={row._mapping[key] for key in keys if row._mapping[key]},
            tokens={row.token},
            busy=row.state == "reading" or row.original_key is None,
            reading=row.reading,
        )
        for row in db.session.execute(select(*columns, *keys).where(Dataset.id.in_(ids)))
    }
    coming = select(Transfer.dataset_id, Transfer.unfinished).where(
        Transfer.dataset_id.in_(owners), Transfer.unfinished.is_not(None)
    )
    for dataset_id, unfinished in db.session.execute(coming):
        owners[dataset_id].coming.add(str(unfinished))
    return owners


def _load_predictions(ids: list[int]) -> dict[int, Owner]:
    columns = (Prediction.id, Prediction.token, Prediction.state)
    keys = (Prediction.input_key, Prediction.output_key)
    rows = select(*columns, *keys).where(Prediction.id.in_(ids))
    return {
        row.id: Owner(
            named={key for key in (row.input_key, row.output_key) if key},
            tokens={row.token},
            busy=row.state in {"queued", "running", "checking"},
        )
        for row in db.session.execute(rows)
    }


def _load_jobs(ids: list[int]) -> dict[int, Owner]:
    jobs = select(Job.id, Job.state, Job.lease, Job.results_key, Job.out_of_fold_key)
    owners = {}
    for row in db.session.execute(jobs.where(Job.id.in_(ids))):
        named = {key for key in (row.results_key, row.out_of_fold_key) if key}
        tokens = {row.lease} if row.lease else set()
        owners[row.id] = Owner(named, tokens, row.state in HELD)
    # After the jobs: an attempt that begins meanwhile is known, or the job is seen as held.
    attempts = select(JobAttempt.job_id, JobAttempt.lease).where(JobAttempt.job_id.in_(owners))
    for job_id, lease in db.session.execute(attempts):
        owners[job_id].tokens.add(lease)
    folds = select(JobFold.job_id, JobFold.key).where(JobFold.job_id.in_(owners))
    for job_id, key in db.session.execute(folds):
        owners[job_id].named |= {key} if key else set()
    # Before what models name: a conversion that ends meanwhile has written there what it made.
    converted = select(Model.job_id).join(Chore, Chore.subject_id == Model.id)
    converted = converted.where(Chore.kind == CONVERT, Chore.state.in_(("queued", "running")))
    for job_id in db.session.scalars(converted.where(Model.job_id.in_(owners))):
        owners[job_id].busy = True
    models = select(Model.job_id, Model.files).where(Model.job_id.in_(owners))
    for job_id, files in db.session.execute(models):
        owners[job_id].named |= {file["key"] for file in files.values() if "key" in file}
    return owners


_LOADERS = {
    "datasets": _load_datasets,
    "jobs": _load_jobs,
    "predictions": _load_predictions,
}
