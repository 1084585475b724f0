"""The profile file: more about each column than lists need, and about the table as a whole.

Parquet, so that a page of 50 columns out of 20,000 is read without the others. Columns: ``name``
and ``details`` (JSON, with the ``name`` again); the table's ``summary`` (JSON) is in the metadata.
Web reads it, so nothing but Arrow is needed.

details of a column
    ``histogram`` and ``small``: ``edges`` (numbers; ISO text for dates) or ``labels``, and
    ``counts``. Where all values are whole, ``whole`` may be true: each bin holds as many whole
    numbers, so edges are halves (-0.5, 1.5, 3.5), and the last one may be beyond the greatest
    value by more than 0.5. Edges of whole days are the first day of each bin, and the last one is
    the day after it, or 9999-12-31 where there is none.
    ``top``: up to 20 of ``value`` and ``count``. ``quantiles``: by share as text, of numbers and
    dates. ``lengths`` of a text: ``min``, ``median``, ``max``, in characters.
    ``about``: true where a sample of rows was used.
summary
    ``rows``; ``sampled_rows``, or null where all were used; ``duplicate_rows``;
    ``correlations``: ``columns``, ``values`` (a square), ``kinds``; ``likely_target`` or null.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 200
SUMMARY = b"summary"


def write_profile(
    path: Path, names: Sequence[str], details: Sequence[str], summary: Mapping[str, Any]
) -> None:
    """Write a profile: the columns' names, their details as JSON, and the table's summary."""
    schema = pa.schema(
        {"name": pa.string(), "details": pa.string()}, {SUMMARY: json.dumps(summary).encode()}
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, len(names), GROUP_ROWS):
            part = slice(start, start + GROUP_ROWS)
            writer.write_table(pa.table([names[part], details[part]], schema=schema))


def read_details(
    path: Path | BinaryIO, offset: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """Read the details of some columns, in file order."""
    file = pq.ParquetFile(path)
    end = file.metadata.num_rows if limit is None else offset + limit
    groups = range(offset // GROUP_ROWS, min(file.num_row_groups, -(-end // GROUP_ROWS)))
    if not groups:
        return []
    found = file.read_row_groups(list(groups), columns=["details"]).column(0)
    first = groups.start * GROUP_ROWS
    return [json.loads(text.as_py()) for text in found[offset - first : end - first]]


def read_summary(path: Path | BinaryIO) -> dict[str, Any]:
    """Read what is known of the table as a whole."""
    metadata = pq.read_schema(path).metadata or {}
    return cast(dict[str, Any], json.loads(metadata[SUMMARY]))
