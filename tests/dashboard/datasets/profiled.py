"""Datasets with real files in the storage: a table that was read, and its profile."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.storage import get_storage, keys
from tasks.engine.profile.profile_file import read_details, write_profile
from tasks.engine.profile.profiling import profile_table
from tests.engine.tables import read
from tests.factories import make_dataset

NASTY = "<script>alert(1)</script>"
FORMULA = "=cmd()"


def make_read_dataset(
    owner: User,
    text: str,
    folder: Path,
    *,
    summary: Mapping[str, Any] | None = None,
    details: bool = True,
    **overrides: Any,
) -> Dataset:
    """Read a CSV text and make the dataset that it is, with its files in the storage."""
    parquet, dialect, columns = read(text, folder)
    n_rows = columns[0]["count"] + columns[0]["missing"]
    dataset = make_dataset(
        owner, **{"columns": columns, "dialect": dialect, "rows": n_rows} | overrides
    )
    table_key = keys.dataset_table(dataset.id, dataset.token, 1)
    get_storage().put_file(table_key, parquet)
    profile_key = keys.dataset_profile(dataset.id, dataset.token, 1)
    if details:
        path = folder / "profile.parquet"
        profile = profile_table(parquet, dialect)
        names = [column["name"] for column in profile.columns]
        write_profile(path, names, profile.details, summary or {"rows": n_rows})
        get_storage().put_file(profile_key, path)
    return change(dataset, table_key=table_key, profile_key=profile_key if details else None)


def details_of(dataset: Dataset, name: str) -> dict[str, Any]:
    """Return what a dataset's profile file holds about a column."""
    with get_storage().local_copy(str(dataset.profile_key)) as path:
        return next(found for found in read_details(path) if found["name"] == name)


def change(record: Any, **values: Any) -> Any:
    """Write some values of a record."""
    with writing() as session:
        row = session.get_one(type(record), record.id)
        for name, value in values.items():
            setattr(row, name, value)
    return record
