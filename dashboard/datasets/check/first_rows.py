"""The first rows of an upload, shown while its whole file is being read behind them.

They are read here and now, from the file's beginning, so that a changed choice shows at once
however large the file is and whatever the light worker is busy with. Nothing of them is kept.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, cast

from dashboard.db import Dataset
from dashboard.errors import NotFound
from dashboard.storage import get_storage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beginning:
    """An upload as the beginning of its file shows it; on the page it stands for the record.

    All but `refusal`, which says why there are no rows, are named as those of a `Dataset`.
    """

    options: Mapping[str, Any]
    dialect: Mapping[str, Any] | None
    columns: Sequence[Mapping[str, Any]]
    preview: Sequence[Mapping[str, Any]]
    refusal: str | None
    state: str = "reading"
    problems: Sequence[Mapping[str, Any]] = field(default_factory=list)
    rows: int | None = None

    @property
    def n_columns(self) -> int:
        """How many columns the rows have."""
        return len(self.columns)

    @property
    def column_names(self) -> list[str]:
        """Their names."""
        return [column["name"] for column in self.columns]


Shown = Dataset | Beginning


def find_first_rows(upload: Dataset) -> Beginning | None:
    """Read the first rows of an upload as its options say now.

    Returns
    -------
    Beginning or None
        None where the record says as much or more: the file was read, or is being read for
        another kind of column only; and where the beginning alone says nothing.
    """
    if upload.state != "reading" or upload.original_key is None:
        return None
    try:
        first = _read(upload)
    except NotFound:
        return None
    except Exception:  # the worker reads the file as well, and says what is wrong with it
        log.exception("upload %s: its first rows cannot be shown", upload.id)
        return None
    if first is None or (upload.preview and _is_as_before(first, upload)):
        return None
    return first


def _read(upload: Dataset) -> Beginning | None:
    # Here, as pyarrow loads pandas with the first of the arrays that the reader makes: no web
    # process needs it that shows no rows.
    from tasks.engine.reader.dialects import ReadOptions
    from tasks.engine.table.first_rows import read_first_rows

    options = {name: value for name, value in upload.options.items() if name != "columns"}
    with get_storage().seekable(upload.original_key or "") as place:
        # A zip archive is read in many small pieces, each of which a bucket would be asked for.
        far = None if isinstance(place, Path) else BufferedReader(cast(RawIOBase, place))
        with far or cast(Path, place).open("rb") as file:
            first = read_first_rows(
                file, file_name=upload.file_name, options=ReadOptions(**options)
            )
    if first is None:
        return None
    return Beginning(
        options=upload.options,
        dialect=first.dialect,
        columns=first.columns,
        preview=first.preview,
        refusal=first.refusal.message if first.refusal else None,
    )


def _is_as_before(first: Beginning, upload: Dataset) -> bool:
    return first.dialect == upload.dialect and first.column_names == upload.column_names
