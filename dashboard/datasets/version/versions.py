"""Further versions of a dataset: another file, or the same file read in another way.

Another reading is a row of its own that names the same file: a table of 5 GB is not stored twice
because one column of it became text. The file goes with the last version that names it
(`purging`, and `retention.ownership` for what a crash left).
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_owner
from dashboard.datasets.check.column_choices import check_choices
from dashboard.datasets.check.options import change_options
from dashboard.datasets.queries import find_dataset, get_dataset, missing
from dashboard.datasets.reading import ask_reading
from dashboard.datasets.upload.sources import say_absence
from dashboard.datasets.version.families import join_family, lock_family
from dashboard.datasets.version.type_fit import check_types
from dashboard.db import Dataset, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.paging import read_number
from dashboard.room import check_room

# What every reading of a file shares.
OF_THE_FILE = ("name", "owner_id", "file_name", "original_key", "size_bytes", "sha256")


def begin_version(*, user: User, dataset_id: int) -> int:
    """Return the family that an upload must name to become a dataset's next version.

    Parameters
    ----------
    user : User
        Who uploads.
    dataset_id : int
        Any version of the dataset.

    Returns
    -------
    int
        For `Dataset.family_id` of the upload; `families.join_family` does the rest.

    Raises
    ------
    NotFound
        When there is no such dataset.
    Forbidden
        When it belongs to somebody else.
    """
    dataset = get_dataset(user=user, dataset_id=dataset_id)
    require_owner(user, dataset, "dataset")
    return dataset.family_id or dataset.id


def find_former(version_of: object) -> Dataset | None:
    """Return the dataset that an address, a form or the API names by its id, None without one."""
    return find_dataset(read_number("" if version_of is None else str(version_of), 0, LARGEST_ID))


def family_of(user: User, version_of: object) -> int | None:
    """Return the family that a form or the API names by a dataset's id; None without one.

    Raises
    ------
    ValidationFailed
        When it is no number of a dataset.
    Forbidden
        When that dataset belongs to somebody else.
    """
    if version_of is None or version_of == "":
        return None
    former = find_former(version_of)
    if former is None:
        words = f"There is no dataset {str(version_of)[:40]}; it may have been deleted"
        raise ValidationFailed({"version_of": f"{words}, so nothing can be its next version"})
    return begin_version(user=user, dataset_id=former.id)


def make_reading(*, user: User, dataset_id: int, options: Mapping[str, Any]) -> Dataset:
    """Read a dataset's file in another way, as a new version.

    Parameters
    ----------
    user : User
        Who asks.
    dataset_id : int
        The version whose file and options are taken.
    options : Mapping
        What is to differ from its options; see `options.change_options`.

    Returns
    -------
    Dataset
        The new version, in state ``reading``. The same request, while its answer is still being
        read, gives the same version: a double click makes one.

    Raises
    ------
    NotFound
        When there is no such dataset.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it is still being read.
    ValidationFailed
        When nothing would differ, or not one cell of a column can have the type chosen for it.
    StorageFull
        When there is no room for another table.
    """
    former = get_dataset(user=user, dataset_id=dataset_id)
    require_owner(user, former, "dataset")
    if former.state == "reading":
        raise Conflict(f"{former.label} is still being read")
    check_choices(set(former.column_names), options.get("columns") or {})
    options = _without_unusable(former, options)
    check_types(former, change_options(former.options, options))
    check_room(former.size_bytes)
    with writing() as session:
        versions = lock_family(session, dataset_id)
        former = _living(versions, dataset_id)
        merged = change_options(former.options, options)
        if merged == former.options:
            raise ValidationFailed({"columns": "That is how the file is read now"})
        source = {"kind": "version", "of": former.id}
        for twin in versions:
            is_same = twin.options == merged and twin.source.get("of") == former.id
            if is_same and twin.state == "reading" and twin.deleted_at is None:
                return twin
        dataset = _add(session, user, former, merged, source)
    queue.wake(queue.LIGHT)
    return dataset


def _without_unusable(former: Dataset, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Take back types that no cell could have; earlier versions of Trainyard kept them, unused.

    A reading refuses the file for them now, whatever was asked for.
    """
    told = {
        problem.get("column")
        for problem in former.problems or ()
        if (problem["code"], problem["severity"]) == ("CHOICE_UNUSABLE", "warning")
    }
    columns = changes.get("columns") or {}
    gone = {name: None for name in told if name is not None and name not in columns}
    return {**changes, "columns": {**gone, **columns}} if gone else dict(changes)


def _living(versions: Any, dataset_id: int) -> Dataset:
    found = [row for row in versions if row.id == dataset_id and row.deleted_at is None]
    if not found:
        raise missing(dataset_id)
    former: Dataset = found[0]
    if former.original_key is None:
        raise Conflict(say_absence(former))
    return former


def _add(
    session: Session,
    user: User,
    former: Dataset,
    options: Mapping[str, Any],
    source: Mapping[str, Any],
) -> Dataset:
    by = {} if user.id == former.owner_id else {"by": user.name}
    dataset = Dataset(
        **{name: getattr(former, name) for name in OF_THE_FILE},
        token=secrets.token_hex(8),
        family_id=former.family_id,
        options=dict(options),
        source={**source, **by},
        message="Waiting to be read",
    )
    session.add(dataset)
    session.flush()
    join_family(session, dataset)
    ask_reading(session, dataset)
    return dataset
