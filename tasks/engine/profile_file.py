"""The profile of a table as a file: more about each column, in pieces that can be read alone.

A Parquet file with one row per column in file order, ``name`` and ``details`` (JSON); what is
known of the table as a whole stands as JSON in the schema's metadata.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GROUP_COLUMNS = 200
SUMMARY = b"summary"


def write_profile(
    path: Path, details: Iterable[Mapping[str, Any]], summary: Mapping[str, Any]
) -> None:
    """Write a profile.

    Parameters
    ----------
    path : Path
        The file to write.
    details : iterable of Mapping
        One per column, in file order, each with its ``name``.
    summary : Mapping
        What is known of the table as a whole.
    """
    rows = [(each["name"], json.dumps(each)) for each in details]
    schema = pa.schema(
        [("name", pa.string()), ("details", pa.string())],
        metadata={SUMMARY: json.dumps(summary).encode()},
    )
    table = pa.Table.from_arrays(
        [pa.array([row[n] for row in rows], pa.string()) for n in (0, 1)], schema=schema
    )
    pq.write_table(table, path, row_group_size=GROUP_COLUMNS, compression="zstd")


def read_details(path: Path, offset: int, limit: int) -> list[dict[str, Any]]:
    """Read the details of some columns.

    Parameters
    ----------
    path : Path
        A file that `write_profile` wrote.
    offset, limit : int
        The first column, from 0, and how many.
    """
    file = pq.ParquetFile(path)
    found: list[dict[str, Any]] = []
    start = 0
    for group in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if start + size > offset and len(found) < limit:
            texts = file.read_row_group(group, columns=["details"]).column(0)
            piece = texts.slice(max(0, offset - start), limit - len(found))
            found.extend(json.loads(text) for text in piece.to_pylist())
        start += size
    return found


def read_summary(path: Path) -> dict[str, Any]:
    """Read what is known of the table as a whole."""
    metadata = pq.read_schema(path).metadata or {}
    summary: dict[str, Any] = json.loads(metadata.get(SUMMARY, b"{}"))
    return summary
