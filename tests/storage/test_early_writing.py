"""Writing to the disk that is begun before anybody waits for it."""

import ctypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.storage import Storage, local, local_folder, local_parts
from dashboard.storage.landing import SOON_BYTES, Landing
from dashboard.storage.local import LocalStorage
from dashboard.storage.local_folder import BEGIN_TO_WRITE, write_soon


def test_a_landing_tells_of_some_megabytes_at_once(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with (tmp_path / "file").open("w+b", buffering=0) as file:
        landing = Landing(file, lambda _chunk: None, lambda start, end: told.append((start, end)))
        for _ in range(5):
            landing.write(b"x" * (SOON_BYTES // 2))
    assert told == [(0, SOON_BYTES), (SOON_BYTES, 2 * SOON_BYTES)]


def test_a_folder_begins_to_write_what_lands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[int, ...]] = []
    monkeypatch.setattr(local_parts, "write_soon", lambda *given: begun.append(given))
    landing = LocalStorage(tmp_path / "files").land(tmp_path, lambda _chunk: None)
    for _ in range(5):
        landing.write(b"x" * (SOON_BYTES // 2))
    place = landing.file.fileno()
    landing.close()
    assert begun == [(place, 0, SOON_BYTES), (place, SOON_BYTES, SOON_BYTES)]


def test_only_a_folder_begins_to_write_a_file_that_is_announced(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    monkeypatch.setattr(local, "write_soon", begun.append)
    path = tmp_path / "made"
    path.write_bytes(b"x")
    storage.announce(path)
    assert len(begun) == isinstance(storage, LocalStorage)
    assert path.read_bytes() == b"x"


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "sync_file_range"), reason="only the C library of Linux can"
)
def test_the_system_takes_a_part_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int, int]] = []
    answers: list[object] = []
    ask = local_folder._file_range()

    def watch(descriptor: int, offset: Any, length: Any, what: int) -> None:
        asked.append((offset.value, length.value, what))
        answers.append(ask(descriptor, offset, length, what))

    monkeypatch.setattr(local_folder, "_file_range", lambda: watch)
    with (tmp_path / "file").open("w+b", buffering=0) as file:
        file.write(b"x" * 10_000)
        write_soon(file.fileno(), 4_096, 5_000)
        write_soon(file.fileno(), 1 << 40, 1 << 33)
        write_soon(file.fileno())
    assert asked == [
        (4_096, 5_000, BEGIN_TO_WRITE), (1 << 40, 1 << 33, BEGIN_TO_WRITE), (0, 0, BEGIN_TO_WRITE),
    ]  # fmt: skip
    assert answers == [0, 0, 0]


def test_another_system_begins_when_it_likes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_folder._file_range.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    try:
        with (tmp_path / "file").open("w+b") as file:
            write_soon(file.fileno())
    finally:
        local_folder._file_range.cache_clear()
