"""What every storage can do. Keys come from `dashboard.storage.keys` and from nowhere else."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from dashboard.errors import Unavailable
from dashboard.storage.files import FoundFile, StoredFile
from dashboard.storage.landing import Landing

CHUNK_BYTES = 1 << 20
# Of a file that comes in parts each has so many bytes, but for the last. S3 takes 10,000 parts of
# at least 5 MB.
PART_BYTES = 8 << 20
MOST_PARTS = 10_000
GONE = "There is no such upload. It may have been cancelled, or nothing came for a day"


def incomplete(there: int, whole: int) -> str:
    """Return the words for a file that cannot be finished: not yet, or not at all."""
    if there > whole:
        return f"{there:,} bytes are there, more than the {whole:,} of the file. Upload it again"
    return f"{there:,} of {whole:,} bytes are there. Send the rest, then finish"


class StorageFull(Unavailable):
    """There is no room left."""

    code = "DISK_FULL"


class Storage(Protocol):
    """Files by key. A key holds a whole file or nothing, never a part of one.

    Every method raises `BadKeyError` for a key that is not of ours.
    """

    def write(self, key: str, stream: BinaryIO, *, limit_bytes: int | None = None) -> StoredFile:
        """Store a stream without holding it in memory.

        Raises
        ------
        TooLarge
            When the stream is longer than `limit_bytes`; nothing is kept.
        StorageFull
            When there is no room; nothing is kept.
        """

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Store a local file, which stays."""

    def move_file(self, key: str, path: Path) -> None:
        """Store a local file, which may be gone then: without a copy where that can be done."""

    def announce(self, path: Path) -> None:
        """Begin what takes long of a whole local file that `move_file` is given later."""

    def land(self, folder: Path, watch: Callable[[bytes], None]) -> Landing:
        """Open a file for bytes that come in before it is known under which key they are kept.

        Given to `write`, it is taken over without a copy where that can be done.

        Parameters
        ----------
        folder : Path
            Where it may wait when the storage itself has no place for it.
        watch : callable
            Is given all bytes before they are written; what it raises ends the writing.
        """

    def begin(self, key: str) -> str:
        """Begin a file that comes in parts; return what the storage knows it by meanwhile."""

    def append(self, key: str, unfinished: str, offset: int, content: BinaryIO) -> int:
        """Store one part.

        Parameters
        ----------
        key, unfinished : str
            Which file; as `begin` was given it and answered.
        offset : int
            Where the part belongs, a multiple of `PART_BYTES`.
        content : BinaryIO
            `PART_BYTES` bytes, or fewer in the last part; a file that can be gone through twice,
            so that no part is held in memory.

        Returns
        -------
        int
            Up to where the file is there. A part that is there already is not written again; one
            that does not follow on what is there may not be written, and then it is less than
            `offset`.

        Raises
        ------
        NotFound
            When the file is no more.
        StorageFull
            When there is no room; the parts before are kept.
        """

    def received(self, key: str, unfinished: str) -> int:
        """Return how many bytes are there from the start on, without a gap.

        Raises
        ------
        NotFound
            When the file is no more.
        """

    def open_unfinished(self, key: str, unfinished: str) -> BinaryIO | None:
        """Open what is there of an unfinished file; None where it cannot be read before its end.

        Raises
        ------
        NotFound
            When the file is no more.
        """

    def finish(self, key: str, unfinished: str, size_bytes: int) -> None:
        """Make a whole file of the parts; doing it twice does no harm.

        Raises
        ------
        Conflict
            When not exactly `size_bytes` are there.
        NotFound
            When the file is no more.
        """

    def abort(self, key: str, unfinished: str) -> None:
        """Delete the parts of a file that is not wanted, if there are any."""

    @property
    def browser_origin(self) -> str | None:
        """Where a browser may send parts itself: scheme, host, port; None where it cannot."""

    def part_url(self, key: str, unfinished: str, number: int, length: int) -> str | None:
        """Return an address to which a browser may PUT one part for an hour, or None.

        Parameters
        ----------
        key, unfinished : str
            Which file.
        number : int
            Which part, from 1.
        length : int
            How many bytes it has; the storage takes no other number of them.
        """

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading from its start.

        Raises
        ------
        NotFound
            When nothing is stored there.
        """

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """Give a local path to the file's bytes for a while; it must not be changed.

        Raises
        ------
        NotFound
            When nothing is stored there.
        """

    def seekable(self, key: str) -> AbstractContextManager[Path | BinaryIO]:
        """Give a file of which little is read, here and there: its path, or what can be sought in.

        Raises
        ------
        NotFound
            When nothing is stored there.
        """

    def exists(self, key: str) -> bool:
        """Tell whether something is stored."""

    def delete(self, key: str) -> None:
        """Delete a file, if there is one."""

    def delete_prefix(self, prefix: str) -> None:
        """Delete every file whose key begins with a prefix that ends in a slash."""

    def keep_only(self, prefix: str, keys: Collection[str]) -> int:
        """Delete every file below a prefix but for some, unfinished ones too; return how many."""

    def list_files(self) -> Iterator[FoundFile]:
        """List everything that lies in the storage, in constant memory.

        All files of one dataset, job or prediction come one after the other. What is written or
        deleted meanwhile may be listed or not. Unfinished files are listed too.

        Raises
        ------
        Unavailable
            When the storage does not answer.
        """

    def discard_unfinished(self, found: FoundFile) -> None:
        """Delete an unfinished file that a listing found."""

    def check(self) -> None:
        """Do nothing when the storage answers.

        Raises
        ------
        Unavailable
            When it does not.
        """

    def free_bytes(self) -> int | None:
        """Return the room that is left, in bytes; None where that has no meaning."""
