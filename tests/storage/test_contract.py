"""One contract over a local folder and a bucket on a real S3 protocol."""

import hashlib
import io
import string
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from errno import EXDEV
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import NotFound, TooLarge, Unavailable
from dashboard.storage import FoundFile, Storage, StorageFull, keys, open_storage
from dashboard.storage.base import CHUNK_BYTES
from dashboard.storage.keys import BadKeyError
from dashboard.storage.local import LocalStorage
from dashboard.storage.s3 import S3Storage

KEY = keys.dataset_original(7, "ab" * 8)


def test_what_is_written_is_read_back(storage: Storage) -> None:
    content = bytes(range(256)) * 5000
    stored = storage.write(KEY, io.BytesIO(content))
    assert (stored.size_bytes, stored.sha256) == (
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    with storage.open(KEY) as stream:
        assert stream.read() == content
    with storage.local_copy(KEY) as path:
        assert path.read_bytes() == content
    assert storage.exists(KEY)
    storage.check()


def test_last_write_wins_and_nothing_is_left_after_delete(storage: Storage) -> None:
    storage.write(KEY, io.BytesIO(b"one"))
    storage.write(KEY, io.BytesIO(b"two"))
    with storage.open(KEY) as stream:
        assert stream.read() == b"two"
    storage.delete(KEY)
    storage.delete(KEY)
    assert not storage.exists(KEY)
    with pytest.raises(NotFound):
        storage.open(KEY)
    with pytest.raises(NotFound), storage.local_copy(KEY):
        pass


def test_prefix_takes_its_own_files_only(storage: Storage) -> None:
    other = keys.dataset_original(77, "ab" * 8)
    for key in (KEY, other):
        storage.write(key, io.BytesIO(b"x"))
    storage.delete_prefix(keys.dataset_prefix(7))
    assert not storage.exists(KEY)
    assert storage.exists(other)


def test_everything_that_lies_there_is_listed_by_owner(storage: Storage) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    keys_ = [keys.job_artefact(job, lease * 8, name) for job in (1, 10, 2)
             for lease in ("ab", "cd") for name in ("bundle", "check")]  # fmt: skip
    for key in [KEY, *keys_]:
        storage.write(key, io.BytesIO(b"12345"))
    found = list(storage.list_files())
    assert sorted(f.key for f in found) == sorted([KEY, *keys_])
    assert {(f.size_bytes, f.unfinished) for f in found} == {(5, None)}
    assert all(begun < f.modified_at < begun + timedelta(minutes=5) for f in found)
    owners = [owner for owner, _files in groupby(f.key.split("/")[:2] for f in found)]
    assert len(owners) == 4


def test_listing_goes_on_where_files_are_deleted_meanwhile(storage: Storage) -> None:
    made = [keys.job_artefact(job, "ab" * 8, "bundle") for job in range(30)]
    for key in made:
        storage.write(key, io.BytesIO(b"x"))
    for found in storage.list_files():
        storage.delete(found.key)
    assert list(storage.list_files()) == []


def test_an_unfinished_file_is_listed_and_can_be_discarded(
    storage: Storage, tmp_path: Path
) -> None:
    storage.write(KEY, io.BytesIO(b"x"))
    if isinstance(storage, LocalStorage):
        (storage.root / KEY).with_name(".part-abc123").write_bytes(b"half")
    else:
        storage.client.create_multipart_upload(  # type: ignore[attr-defined]
            Bucket=storage.bucket,
            Key=f"some/prefix/{KEY}",  # type: ignore[attr-defined]
        )
    [half] = [f for f in storage.list_files() if f.unfinished]
    for _ in range(2):
        storage.discard_unfinished(half)
    assert [f.key for f in storage.list_files()] == [KEY]


def test_a_foreign_file_is_listed_under_its_own_name(storage: Storage) -> None:
    if isinstance(storage, LocalStorage):
        (storage.root / "notes of ours.txt").write_text("x")
    else:
        storage.client.put_object(  # type: ignore[attr-defined]
            Bucket=storage.bucket,
            Key="some/prefix/notes of ours.txt",
            Body=b"x",  # type: ignore[attr-defined]
        )
    assert [f.key for f in storage.list_files()] == ["notes of ours.txt"]
    half = FoundFile("notes of ours.txt", 1, datetime.now(UTC), "notes of ours.txt")
    if isinstance(storage, LocalStorage):
        with pytest.raises(BadKeyError):
            storage.discard_unfinished(half)


def test_local_writes_leave_the_room_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files", keep_free_bytes=1_000_000)
    free = [1_000_000 + 3 * CHUNK_BYTES]

    def chunks() -> Iterator[bytes]:
        while True:
            free[0] -= CHUNK_BYTES
            yield b"x" * CHUNK_BYTES

    monkeypatch.setattr(storage, "_free", lambda: free[0])
    endless = chunks()

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return next(endless)

    with pytest.raises(StorageFull) as refusal:
        storage.write(KEY, Endless())
    assert refusal.value.code == "DISK_FULL"
    assert free[0] >= 1_000_000
    assert list((tmp_path / "files").rglob("*")) == []


def test_all_but_some_files_below_a_prefix_are_deleted(storage: Storage) -> None:
    mine = [keys.job_fold(1, "ab" * 8, n) for n in range(3)]
    other = keys.job_fold(1, "cd" * 8, 0)
    for key in [*mine, other]:
        storage.write(key, io.BytesIO(b"x"))
    prefix = keys.attempt_prefix(1, "ab" * 8)
    assert storage.keep_only(prefix, {mine[1], other}) == 2
    assert [storage.exists(key) for key in [*mine, other]] == [False, True, False, True]
    assert storage.keep_only(keys.attempt_prefix(9, "ab" * 8), ()) == 0


def test_a_bucket_that_keeps_some_of_the_files_is_told(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers 200, and says in the answer what it did not delete."""
    if not isinstance(storage, S3Storage):
        return
    storage.write(KEY, io.BytesIO(b"x"))
    answer = {"Errors": [{"Key": "some/prefix/x", "Code": "AccessDenied", "Message": "No"}]}
    monkeypatch.setattr(storage.client, "delete_objects", lambda **_: answer)
    with pytest.raises(Unavailable, match="did not delete some/prefix/x: No"):
        storage.delete_prefix(keys.dataset_prefix(7))


def test_a_folder_that_somebody_removes_meanwhile_costs_no_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, real, removed = LocalStorage(tmp_path), tempfile.mkstemp, []

    def remove_first(**where: Any) -> tuple[int, str]:
        if not removed:
            removed.append(where["dir"])
            where["dir"].rmdir()
        return real(**where)

    monkeypatch.setattr(tempfile, "mkstemp", remove_first)
    key = keys.job_fold(1, "ab" * 8, 1)
    storage.write(key, io.BytesIO(b"x"))
    assert removed
    assert storage.exists(key)


class Cut(io.RawIOBase):
    """A stream that breaks off."""

    def __init__(self) -> None:
        self.left = 3

    def read(self, size: int = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise ConnectionResetError("cut")
        return b"x" * 1000


def test_half_a_file_is_never_kept(storage: Storage) -> None:
    with pytest.raises(ConnectionResetError):
        storage.write(KEY, Cut())
    with pytest.raises(TooLarge):
        storage.write(KEY, io.BytesIO(b"x" * 5000), limit_bytes=4999)
    assert not storage.exists(KEY)


def test_a_file_that_is_moved_is_stored(storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_bytes(b"old")
    storage.move_file(KEY, path)
    path.write_bytes(b"new")
    storage.move_file(KEY, path)
    with storage.open(KEY) as file:
        assert file.read() == b"new"


def test_a_local_folder_takes_a_file_of_its_disk_over_and_copies_one_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, path = LocalStorage(tmp_path / "files"), tmp_path / "made"
    path.write_bytes(b"one")
    place = path.stat().st_ino
    local.move_file(KEY, path)
    with local.local_copy(KEY) as stored:
        assert (stored.stat().st_ino, stored.stat().st_mode & 0o777) == (place, 0o600)
    assert not path.exists()

    path.write_bytes(b"two")
    replace = Path.replace

    def across(self: Path, target: Path) -> Path:
        if self == path:
            raise OSError(EXDEV, "another disk")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", across)
    local.move_file(KEY, path)
    with local.open(KEY) as file:
        assert file.read() == b"two"
    assert [found.key for found in local.list_files()] == [KEY]


def test_local_folder_holds_nothing_of_a_write_that_failed(tmp_path: Path) -> None:
    storage = open_storage((tmp_path / "files").as_uri())
    with pytest.raises(ConnectionResetError):
        storage.write(KEY, Cut())
    assert list((tmp_path / "files").rglob("*")) == []


@given(st.text(st.sampled_from(string.printable), max_size=40))
def test_no_text_of_a_person_becomes_a_key(text: str) -> None:
    for make in (
        lambda: keys.dataset_original(1, text),
        lambda: keys.job_artefact(1, "ab" * 8, text),
        lambda: keys.job_fold(text, "ab" * 8, 1),  # type: ignore[arg-type]
        lambda: keys.prediction_file(1, "ab" * 8, text + "/../x"),
    ):
        try:
            key = make()
        except BadKeyError:
            continue
        assert keys.check_key(key) == key
        assert ".." not in key


@pytest.mark.parametrize(
    "key", ["../secret_key", "/etc/passwd", "datasets/1/../../x", "jobs/1/x y"]
)
def test_foreign_keys_are_refused(key: str, storage: Storage) -> None:
    with pytest.raises(BadKeyError):
        storage.exists(key)
