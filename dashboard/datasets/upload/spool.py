"""Parts of packed files on their way to a bucket, kept on this machine until the last one came.

A bucket gives no part back before all are there, and the next part may come to another of the
web's processes: that one has to unpack what came before. Where the parts cannot be had, because
there is no room, or another machine took one, the file is judged when it is read.
"""

import logging
import os
import shutil
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from dashboard.config import Settings

FOLDER = "packed"
# Nobody else drops the parts of an upload that goes on, or was discarded, at another machine.
OLD_S = 86_400
log = logging.getLogger(__name__)


def keep(token: str, offset: int, part: BinaryIO) -> None:
    """Keep one part; where that cannot be, nothing of its file is kept any more.

    Parameters
    ----------
    token : str
        Of the upload.
    offset : int
        Where in the file the part begins.
    part : BinaryIO
        Its bytes, from the start on.
    """
    try:
        if offset == 0:
            _begin(token)
        with _path(token).open("r+b") as kept:
            if kept.seek(0, os.SEEK_END) >= offset and _has_room():
                kept.seek(offset)
                part.seek(0)
                shutil.copyfileobj(part, kept)
                return
    except FileNotFoundError:  # another machine took the first part
        return
    except OSError as problem:
        log.warning("parts of an upload are not kept: %s", problem)
    drop(token)


def open_kept(token: str) -> BinaryIO | None:
    """Open what is kept of a file; None where nothing is."""
    with suppress(FileNotFoundError):
        return _path(token).open("rb")
    return None


def drop(token: str) -> None:
    """Delete what is kept of a file, if anything is."""
    _path(token).unlink(missing_ok=True)


def drop_left_behind(moment: datetime) -> None:
    """Delete what this machine keeps of files that no part came of for a day.

    Parameters
    ----------
    moment : datetime
        Now.
    """
    _drop_before(moment.timestamp() - OLD_S)


def _drop_before(oldest: float) -> None:
    for kept in (_settings().home / FOLDER).glob("*"):
        with suppress(FileNotFoundError):
            if kept.stat().st_mtime < oldest:
                kept.unlink()


def _begin(token: str) -> None:
    path = _path(token)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _drop_before(time.time() - OLD_S)
    path.touch(mode=0o600)


def _has_room() -> bool:
    settings = _settings()
    return shutil.disk_usage(settings.home).free > settings.reserve_bytes


def _path(token: str) -> Path:
    return _settings().home / FOLDER / token


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
