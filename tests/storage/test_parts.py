"""Files that come in parts, and files that land before they have a key, in both storages."""

import contextlib
import hashlib
import http.client
import io
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.errors import Conflict, NotFound
from dashboard.storage import FoundFile, Storage, StorageFull, keys
from dashboard.storage.base import PART_BYTES
from dashboard.storage.keys import BadKeyError
from dashboard.storage.landing import Landing
from dashboard.storage.local import LocalStorage
from dashboard.storage.s3 import S3Storage

KEY = keys.dataset_original(7, "ab" * 8)
PARTS = [bytes([n]) * PART_BYTES for n in (1, 2)] + [b"the end"]
WHOLE = b"".join(PARTS)


def begin_and_send(storage: Storage, n_parts: int = 3) -> str:
    unfinished = storage.begin(KEY)
    for n, part in enumerate(PARTS[:n_parts]):
        offset = n * PART_BYTES
        assert storage.append(KEY, unfinished, offset, io.BytesIO(part)) == offset + len(part)
    return unfinished


def unfinished_files(storage: Storage) -> list[FoundFile]:
    return [found for found in storage.list_files() if found.unfinished]


def test_parts_become_one_file(storage: Storage) -> None:
    unfinished = begin_and_send(storage)
    assert not storage.exists(KEY)
    assert storage.received(KEY, unfinished) == len(WHOLE)
    storage.finish(KEY, unfinished, len(WHOLE))
    with storage.open(KEY) as stream:
        assert hashlib.sha256(stream.read()).digest() == hashlib.sha256(WHOLE).digest()
    assert [found.key for found in storage.list_files()] == [KEY]


def test_a_part_that_comes_twice_and_a_finish_that_is_done_twice_do_no_harm(
    storage: Storage,
) -> None:
    unfinished = begin_and_send(storage, 2)
    assert storage.append(KEY, unfinished, 0, io.BytesIO(PARTS[0])) >= PART_BYTES
    assert storage.received(KEY, unfinished) == 2 * PART_BYTES
    storage.append(KEY, unfinished, 2 * PART_BYTES, io.BytesIO(PARTS[2]))
    for _ in range(2):
        storage.finish(KEY, unfinished, len(WHOLE))
    with storage.local_copy(KEY) as path:
        assert path.read_bytes() == WHOLE


def test_a_file_is_not_finished_before_all_of_it_is_there(storage: Storage) -> None:
    unfinished = begin_and_send(storage, 2)
    with pytest.raises(Conflict, match="16,777,216 of 16,777,223 bytes"):
        storage.finish(KEY, unfinished, len(WHOLE))
    assert not storage.exists(KEY)
    assert storage.received(KEY, unfinished) == 2 * PART_BYTES


def test_what_is_there_can_be_read_where_the_storage_gives_it_back(storage: Storage) -> None:
    unfinished = begin_and_send(storage, 2)
    stream = storage.open_unfinished(KEY, unfinished)
    assert (stream is None) == isinstance(storage, S3Storage)
    if stream is not None:
        with stream:
            assert stream.read() == PARTS[0] + PARTS[1]
        storage.abort(KEY, unfinished)
        with pytest.raises(NotFound):
            storage.open_unfinished(KEY, unfinished)


def test_a_gap_does_not_count_as_received(storage: Storage) -> None:
    unfinished = begin_and_send(storage, 1)
    storage.append(KEY, unfinished, 2 * PART_BYTES, io.BytesIO(PARTS[2]))
    assert storage.received(KEY, unfinished) == PART_BYTES
    with pytest.raises(Conflict):
        storage.finish(KEY, unfinished, len(WHOLE))


def test_nothing_is_left_of_an_aborted_file_and_a_late_part_finds_it_gone(
    storage: Storage,
) -> None:
    unfinished = begin_and_send(storage, 1)
    assert [found.unfinished for found in unfinished_files(storage)] == [unfinished]
    for _ in range(2):
        storage.abort(KEY, unfinished)
    assert list(storage.list_files()) == []
    acts = [
        lambda: storage.received(KEY, unfinished),
        lambda: storage.finish(KEY, unfinished, len(WHOLE)),
        lambda: storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(PARTS[1])),
    ]
    if not isinstance(storage, LocalStorage):
        acts.pop()  # S3 says NoSuchUpload here, moto fails with a 500
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert list(storage.list_files()) == []


def test_a_landed_file_is_stored_with_its_hash(storage: Storage, tmp_path: Path) -> None:
    seen: list[bytes] = []
    landing = storage.land(tmp_path, seen.append)
    for part in (b"one,", b"two"):
        landing.write(part)
    landing.seek(0)
    stored = storage.write(KEY, landing)  # type: ignore[arg-type]
    landing.close()
    assert (stored.size_bytes, stored.sha256) == (7, hashlib.sha256(b"one,two").hexdigest())
    with storage.open(KEY) as stream:
        assert stream.read() == b"one,two"
    assert seen == [b"one,", b"two"]
    assert [found.key for found in storage.list_files()] == [KEY]


def test_a_landed_file_is_not_copied_but_named(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files")
    landing = storage.land(tmp_path, lambda _chunk: None)
    landing.write(b"x" * 1000)
    inode = os.fstat(landing.file.fileno()).st_ino
    assert list((tmp_path / "files").iterdir()) == []
    storage.write(KEY, landing)  # type: ignore[arg-type]
    landing.close()
    assert (tmp_path / "files" / KEY).stat().st_ino == inode


def test_where_a_file_cannot_be_named_later_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files")
    monkeypatch.setattr(Landing, "link_to", lambda *_: False)
    landing = storage.land(tmp_path, lambda _chunk: None)
    landing.write(b"x" * 1000)
    landing.seek(0)
    stored = storage.write(KEY, landing)  # type: ignore[arg-type]
    landing.close()
    assert stored.sha256 == hashlib.sha256(b"x" * 1000).hexdigest()
    assert (tmp_path / "files" / KEY).read_bytes() == b"x" * 1000


def test_a_refused_landing_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    def refuse(_chunk: bytes) -> None:
        raise Conflict("no")

    landing = storage.land(tmp_path, refuse)
    with pytest.raises(Conflict):
        landing.write(b"x")
    landing.close()
    assert list(storage.list_files()) == []


def test_parts_leave_the_room_that_is_kept_and_lose_none_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files", keep_free_bytes=1000)
    unfinished = storage.begin(KEY)
    storage.append(KEY, unfinished, 0, io.BytesIO(PARTS[0]))
    monkeypatch.setattr(storage, "_free", lambda: PART_BYTES + 999)
    with pytest.raises(StorageFull):
        storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(PARTS[1]))
    landing = storage.land(tmp_path, lambda _chunk: None)
    with pytest.raises(StorageFull):
        landing.write(PARTS[1])
    landing.close()
    monkeypatch.undo()
    assert storage.received(KEY, unfinished) == PART_BYTES
    storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(PARTS[2]))
    storage.finish(KEY, unfinished, PART_BYTES + len(PARTS[2]))


def test_half_a_part_that_a_dead_writer_left_is_written_anew(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files")
    unfinished = begin_and_send(storage, 1)
    with (storage.root / unfinished).open("ab") as file:
        file.write(b"x" * 1000)
    storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(PARTS[1]))
    storage.append(KEY, unfinished, 2 * PART_BYTES, io.BytesIO(PARTS[2]))
    storage.finish(KEY, unfinished, len(WHOLE))
    assert (storage.root / KEY).read_bytes() == WHOLE


@pytest.mark.parametrize(
    "unfinished", ["../secret", "datasets/7/abababababababab/original", "/etc/passwd", ".part-x",
                   "datasets/8/abababababababab/.part-x"],
)  # fmt: skip
def test_no_other_file_is_taken_for_an_unfinished_one(tmp_path: Path, unfinished: str) -> None:
    storage = LocalStorage(tmp_path / "files")
    for act in (
        lambda: storage.append(KEY, unfinished, 0, io.BytesIO(b"x")),
        lambda: storage.abort(KEY, unfinished),
        lambda: storage.finish(KEY, unfinished, 1),
    ):
        with pytest.raises(BadKeyError):
            act()


def put(url: str, content: bytes) -> int:
    """Send a part as a browser does, which names no type."""
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc)) as line:
        line.request("PUT", f"{parts.path}?{parts.query}", content)
        return line.getresponse().status


def test_a_browser_sends_parts_to_the_bucket_itself(storage: Storage) -> None:
    unfinished = storage.begin(KEY)
    if isinstance(storage, LocalStorage):
        assert storage.browser_origin is None
        assert storage.part_url(KEY, unfinished, 1, PART_BYTES) is None
        return
    for number in (2, 1, 3):  # in any order
        content = PARTS[number - 1]
        url = storage.part_url(KEY, unfinished, number, len(content))
        assert url is not None
        assert "content-length" in parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0]
        assert url.startswith(f"{storage.browser_origin}/")
        assert put(url, content) == 200
    storage.finish(KEY, unfinished, len(WHOLE))
    with storage.open(KEY) as stream:
        assert stream.read() == WHOLE


@pytest.mark.parametrize("length", [1, PART_BYTES - 1, PART_BYTES + 1])
def test_a_part_of_another_length_is_not_there_and_can_be_sent_anew(
    storage: Storage, length: int
) -> None:
    """A bucket that does not look at what was signed takes it."""
    if not isinstance(storage, S3Storage):
        return
    unfinished = begin_and_send(storage, 3)
    storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(b"x" * length))
    assert storage.received(KEY, unfinished) < 2 * PART_BYTES
    with pytest.raises(Conflict, match="Send the rest"):
        storage.finish(KEY, unfinished, len(WHOLE))
    with pytest.raises(Conflict, match="Send the rest"):  # not even if it would add up
        storage.finish(KEY, unfinished, PART_BYTES + length + len(PARTS[2]))
    storage.append(KEY, unfinished, PART_BYTES, io.BytesIO(PARTS[1]))
    storage.finish(KEY, unfinished, len(WHOLE))
    with storage.open(KEY) as stream:
        assert stream.read() == WHOLE


def test_a_file_in_memory_still_goes_the_old_way(storage: Storage) -> None:
    assert storage.write(KEY, io.BytesIO(b"x")).size_bytes == 1
