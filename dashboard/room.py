"""Room that is kept for the database: what would fill the disk is refused before it is full.

Uploads and new jobs leave `RESERVE_BYTES` free. Jobs that were accepted may use half of that, so
that they end well if that can be; then the storage itself takes nothing more
(`dashboard.storage.local`), because on a full disk not even the reason could be written down.
"""

import shutil
from pathlib import Path

from flask import current_app
from sqlalchemy.engine import make_url

from dashboard.config import Settings
from dashboard.filters import size
from dashboard.storage import StorageFull, get_storage


def free_for_files() -> int | None:
    """Return the bytes that are left for files; None where that has no end, as in a bucket."""
    return get_storage().free_bytes()


def free_for_database() -> int | None:
    """Return the bytes that are left on the database's own disk; None when it is on a server."""
    settings: Settings = current_app.config["SETTINGS"]
    path = make_url(settings.database_url).database if settings.is_sqlite else None
    return shutil.disk_usage(Path(path).parent).free if path else None


def check_room(size_bytes: int, *, copies: int = 1) -> None:
    """Check that a file would leave the reserve.

    Parameters
    ----------
    size_bytes : int
        How large it is.
    copies : int, default 1
        How often it will be stored.

    Raises
    ------
    StorageFull
        When too little room would be left.
    """
    short = _shortage(copies * size_bytes)
    if short is not None:
        raise StorageFull(
            f"The server has no room for this file ({size(size_bytes)}). "
            f"An admin can free space; {size(short)} is left"
        )


def check_room_for_jobs() -> None:
    """Check that the reserve is free before a job is taken on.

    Raises
    ------
    StorageFull
        When too little room is left.
    """
    short = _shortage(0)
    if short is not None:
        raise StorageFull(
            f"The server has no room for the files of a new job. "
            f"An admin can free space; {size(short)} is left"
        )


def _shortage(files_bytes: int) -> int | None:
    """Return what is left where too little would be, or None when there is room."""
    reserve = current_app.config["SETTINGS"].reserve_bytes
    for free, wanted in ((free_for_files(), files_bytes), (free_for_database(), 0)):
        if free is not None and free < wanted + reserve:
            return free
    return None
