"""A dataset's files as answers, for pages and API alike."""

from werkzeug.wrappers import Response

from dashboard.datasets.upload.sources import say_absence
from dashboard.db import Dataset
from dashboard.downloads import send_original, send_table
from dashboard.errors import Conflict
from dashboard.storage import get_storage
from tasks.engine.table.tables import stream_csv


def original_file(dataset: Dataset) -> Response:
    """Answer with the bytes as they were uploaded.

    Raises
    ------
    Conflict
        When they are not stored yet.
    Unavailable
        When as many files are being handed out as can be at once.
    """
    if dataset.original_key is None:
        raise Conflict(say_absence(dataset))
    return send_original(
        get_storage().open(dataset.original_key),
        file_name=dataset.file_name,
        size_bytes=dataset.size_bytes,
        sha256=dataset.sha256,
    )


def table_csv(dataset: Dataset) -> Response:
    """Answer with the table as UTF-8 RFC 4180 CSV, values exactly as in the file.

    Raises
    ------
    Conflict
        When the file was not read, or was refused.
    NotFound
        When the table is missing from the storage.
    Unavailable
        When as many tables are being handed out as can be at once.
    """
    if dataset.table_key is None:
        raise Conflict(f"{dataset.file_name} has no table: it is {dataset.state}")
    name = f"{dataset.name.removesuffix('.csv')}.csv"
    return send_table(get_storage().seekable(dataset.table_key), stream_csv, file_name=name)
