"""Who looks at the parts of a file, in whichever of the web's processes each of them comes in.

What was seen of plain text stands in the transfer's record. What unpacks gzip or zstd cannot be
written down, so a process keeps it, and looks at the parts that other processes took where they
lie in the storage; of a bucket, which does not give them back, on this machine (`spool`). So each
process unpacks a file once at most.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

from flask import current_app

from dashboard.datasets.upload import spool
from dashboard.datasets.upload.watching import Watcher
from dashboard.storage import get_storage
from dashboard.storage.base import CHUNK_BYTES
from tasks.engine.reader.pieces import ZstdPieces

KEPT = 64
# What unpacks zstd may hold 128 MB, if the file was packed so.
ZSTD_KEPT = 4
# Who is further behind gives up, since the sender waits: it takes about a second to unpack so
# much. Whether the file can be read is then said when it is read.
MOST_BYTES_BEHIND = 64 << 20


class Watched(NamedTuple):
    """A file that comes in parts, and what its record says was seen of it; `where` it lies."""

    token: str
    file_name: str
    options: Mapping[str, Any]
    seen: Mapping[str, Any]
    where: tuple[str, str]


class Watchers:
    """The watchers of this process."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, Watcher] = OrderedDict()
        self.lock = Lock()

    def find(self, file: Watched, offset: int) -> Watcher | None:
        """Return a watcher that has seen all that comes before a part; None where there is none.

        Raises
        ------
        TooLarge, ValidationFailed
            When parts that others took show that the file cannot be read.
        NotFound
            When the file is no more.
        """
        with self.lock:
            watcher = self.kept.pop(file.token, None)
        if watcher and watcher.seen == offset:
            return watcher
        if offset == 0:
            return new_watcher(file.file_name, file.options)
        if not file.seen.get("is_packed"):
            if file.seen.get("seen") != offset:
                return None
            return new_watcher(file.file_name, file.options, file.seen)
        if watcher is None or watcher.seen > offset:
            watcher = new_watcher(file.file_name, file.options)
        return watcher if _catch_up(watcher, file, offset) else None

    def keep(self, file: Watched, watcher: Watcher, offset: int, part: BinaryIO) -> None:
        """Keep a watcher for the next part; the one that waited longest may have to go.

        Parameters
        ----------
        file : Watched
            Whose parts it looked at.
        watcher : Watcher
            Has seen all up to the end of the part.
        offset : int
            Where the part begins.
        part : BinaryIO
            It is kept for other processes where the storage does not give it back.
        """
        if watcher.packed and get_storage().browser_origin is not None:
            spool.keep(file.token, offset, part)
        with self.lock:
            self.kept[file.token] = watcher
            held = [t for t, w in self.kept.items() if isinstance(w.packed, ZstdPieces)]
            for longest in held[:-ZSTD_KEPT]:
                del self.kept[longest]
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)


def new_watcher(
    file_name: str, options: Mapping[str, Any], seen: Mapping[str, Any] | None = None
) -> Watcher:
    """Return a watcher of a file, of what comes behind that which its record says was seen."""
    limit = current_app.config["SETTINGS"].max_upload_bytes
    return Watcher(file_name, limit_bytes=limit, options=options, watched=seen)


def _catch_up(watcher: Watcher, file: Watched, offset: int) -> bool:
    """Have a watcher look at what it has not seen of a file; False where that cannot be had."""
    if offset - watcher.seen > MOST_BYTES_BEHIND:
        return False
    stored = get_storage().open_unfinished(*file.where) or spool.open_kept(file.token)
    if stored is None:
        return False
    with stored:
        stored.seek(watcher.seen)
        while watcher.seen < offset:
            chunk = stored.read(min(CHUNK_BYTES, offset - watcher.seen))
            if not chunk:  # the record knew too much: the machine lost its power, say
                return False
            watcher.look(chunk)
    return True


watchers = Watchers()
