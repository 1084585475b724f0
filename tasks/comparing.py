"""What the child does to compare two versions of a dataset."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dashboard.storage import Storage, open_storage
from tasks.child import Send
from tasks.engine.profile.differences import compare_profiles
from tasks.engine.profile.row_differences import compare_rows
from tasks.failures import parsing, reading

READ_AGAIN = "Upload the file again"


def compare_versions(payload: dict[str, Any], send: Send) -> None:
    """Compare the rows and the distributions of two tables.

    The payload has ``storage``, and ``before`` and ``after`` with ``name``, ``table_key``,
    ``profile_key`` and ``columns``.
    """
    storage = open_storage(**payload["storage"])
    old, new = payload["before"], payload["after"]

    def report(fraction: float) -> None:
        send({"type": "progress", "fraction": fraction, "message": "Comparing rows"})

    with (
        reading(storage, old["table_key"], f"The table of {old['name']}", READ_AGAIN) as before,
        reading(storage, new["table_key"], f"The table of {new['name']}", READ_AGAIN) as after,
        parsing(),
    ):
        rows = compare_rows(before, after, _identifiers(old) & _identifiers(new), report)
    profiles = [_profiles(storage, side) for side in (old, new)]
    answer = {"rows": rows, "distributions": compare_profiles(*profiles)}
    send({"type": "done", "values": {"answer": answer}})


def _identifiers(side: Mapping[str, Any]) -> set[str]:
    return {column["name"] for column in side["columns"] if column["kind"] == "identifier"}


def _profiles(storage: Storage, side: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of a version with their details; older versions have none apart."""
    columns: Sequence[Mapping[str, Any]] = side["columns"]
    if side["profile_key"] is None:
        return [dict(column) for column in columns]
    what = f"The profile of {side['name']}"
    with reading(storage, side["profile_key"], what, READ_AGAIN) as path, parsing():
        details = _read_details(path)
    return [{**column, **details.get(column["name"], {})} for column in columns]


def _read_details(path: Path) -> dict[str, dict[str, Any]]:
    table = pq.ParquetFile(path).read(columns=["name", "details"])
    pairs = zip(table["name"].to_pylist(), table["details"].to_pylist(), strict=True)
    return {name: json.loads(details) for name, details in pairs}
