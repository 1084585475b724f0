"""A dataset's files as answers, for pages and API alike."""

import tempfile
from typing import BinaryIO, cast

from werkzeug.wrappers import Response

from dashboard.db import Dataset
from dashboard.downloads import send_stream
from dashboard.errors import Conflict
from dashboard.storage import get_storage
from tasks.engine.tables import write_csv


def original_file(dataset: Dataset) -> Response:
    """Answer with the bytes as they were uploaded.

    Raises
    ------
    Conflict
        When they are not stored yet.
    """
    if dataset.original_key is None:
        raise Conflict("The file is not there yet. Try again in a few seconds")
    return send_stream(
        get_storage().open(dataset.original_key),
        file_name=dataset.file_name,
        media_type="application/octet-stream",
        size_bytes=dataset.size_bytes,
        sha256=dataset.sha256,
    )


def table_csv(dataset: Dataset) -> Response:
    """Answer with the table as UTF-8 RFC 4180 CSV, values exactly as in the file.

    Raises
    ------
    Conflict
        When the file was not read, or was refused.
    """
    if dataset.table_key is None:
        raise Conflict(f"{dataset.file_name} has no table: it is {dataset.state}")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with get_storage().local_copy(dataset.table_key) as path:
        write_csv(path, cast(BinaryIO, out))
    size = out.tell()
    out.seek(0)
    return send_stream(
        cast(BinaryIO, out),
        file_name=f"{dataset.name.removesuffix('.csv')}.csv",
        media_type="text/csv",
        size_bytes=size,
    )
