"""Packed files whose parts come in several of the web's processes: looked at all the same."""

import base64
import functools
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from flask import Flask

from dashboard import queue
from dashboard.datasets.upload import parts, spool, watchers, watching
from dashboard.datasets.upload.parts import receive_part
from dashboard.datasets.upload.transfers import begin_transfer
from dashboard.datasets.upload.watchers import ZSTD_KEPT, Watched, Watchers
from dashboard.datasets.upload.watching import Watcher
from dashboard.db import Dataset, User
from dashboard.errors import DomainError, TooLarge, ValidationFailed
from dashboard.extensions import db
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES
from tasks.engine.reader.limits import ReadLimits
from tests.factories import make_user

Pack = Callable[[bytes], bytes]


@functools.cache
def lines() -> bytes:
    """Return 40 MB that no packing makes small; not made where these tests are only collected."""
    return base64.encodebytes(random.Random(1).randbytes(30_000_000))


@functools.cache
def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


@functools.cache
def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.csv", content)
    return out.getvalue()


gzipped = functools.cache(partial(gzip.compress, compresslevel=1))
PACKS = {"gzip": gzipped, "zstd": zstd, "zip": zipped}
# Each way to pack and each number of processes once; `make test-all` tries the others too.
SENT = [
    pytest.param(
        pack, number, id=f"{name}-{number}", marks=[] if number == usual else [pytest.mark.long]
    )
    for usual, (name, pack) in enumerate(PACKS.items(), start=1)
    for number in (1, 2, 3)
]


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take packed files of which 30 MB come out, at most."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    few = partial(ReadLimits, max_unpacked_bytes=30_000_000)
    monkeypatch.setattr(watching, "ReadLimits", few)


def send(
    user: User, content: bytes, processes: list[Watchers], monkeypatch: pytest.MonkeyPatch
) -> int:
    """Send a file, each part to the next process; return how many parts were taken."""
    begun = begin_transfer(user=user, file_name="x.csv", size_bytes=len(content))
    taken = 0
    for offset in range(0, len(content), PART_BYTES):
        monkeypatch.setattr(parts, "watchers", processes[taken % len(processes)])
        part = io.BytesIO(content[offset : offset + PART_BYTES])
        try:
            receive_part(user=user, upload_id=begun.upload_id, offset=offset, content=part)
        except DomainError as refusal:
            refusal.args = (taken, *refusal.args)
            raise
        taken += 1
    return taken


@pytest.mark.parametrize(("pack", "n_processes"), SENT)
def test_unpacked_bytes_count_in_all_processes_together(
    stored_app: Flask, monkeypatch: pytest.MonkeyPatch, pack: Pack, n_processes: int
) -> None:
    content = pack(lines())
    assert len(content) > 3 * PART_BYTES
    user = make_user()
    with pytest.raises(TooLarge, match="unpacks to more than 30,000,000 bytes") as refusal:
        send(user, content, [Watchers() for _ in range(n_processes)], monkeypatch)
    assert refusal.value.args[0] == 2  # the third part, of four
    assert db.session.query(Dataset).count() == 0
    assert not list((stored_app.config["SETTINGS"].home / spool.FOLDER).glob("*"))


def test_of_a_whole_file_nothing_is_kept_on_this_machine(
    stored_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(ReadLimits, max_unpacked_bytes=10**9)
    monkeypatch.setattr(watching, "ReadLimits", few)
    folder, kept = stored_app.config["SETTINGS"].home / spool.FOLDER, []
    note = parts.note_progress

    def look(*args: Any) -> None:
        kept.append([path.stat().st_size for path in folder.glob("*")])
        note(*args)

    monkeypatch.setattr(parts, "note_progress", look)
    send(make_user(), gzipped(lines()), [Watchers(), Watchers()], monkeypatch)
    is_bucket = get_storage().browser_origin is not None
    assert kept == [[n * PART_BYTES] * (n > 0) if is_bucket else [] for n in range(4)]
    assert not list(folder.glob("*"))


def test_without_room_for_the_parts_the_file_comes_in_all_the_same(
    stored_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(ReadLimits, max_unpacked_bytes=10**9)
    monkeypatch.setattr(watching, "ReadLimits", few)
    monkeypatch.setattr(spool, "_has_room", lambda: False)
    assert send(make_user(), gzipped(lines()), [Watchers(), Watchers()], monkeypatch) == 4
    assert not list((stored_app.config["SETTINGS"].home / spool.FOLDER).glob("*"))


def test_rows_are_counted_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = lines().count(b"\n")
    few = partial(ReadLimits, max_rows=rows - 1000)
    monkeypatch.setattr(watching, "ReadLimits", few)
    assert send(make_user(), gzipped(lines()), [Watchers(), Watchers()], monkeypatch) == 4
    few = partial(ReadLimits, max_rows=rows // 2)
    monkeypatch.setattr(watching, "ReadLimits", few)
    with pytest.raises(ValidationFailed, match="rows, the limit"):
        send(make_user(), gzipped(lines()), [Watchers(), Watchers()], monkeypatch)


def test_who_is_too_far_behind_leaves_it_to_the_reader(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "MOST_BYTES_BEHIND", PART_BYTES - 1)
    content = gzipped(lines())
    assert send(make_user(), content, [Watchers(), Watchers()], monkeypatch) == 4


def test_few_that_unpack_zstd_are_kept_and_none_of_a_whole_file(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, head = Watchers(), zstd(lines()[:200_000])
    for token in map(str, range(ZSTD_KEPT + 2)):
        watcher = Watcher("x", limit_bytes=10**9)
        watcher.look(head)
        process.keep(Watched(token, "x", {}, {}, ("", "")), watcher, 0, io.BytesIO())
    plain = Watched("plain", "x", {}, {}, ("", ""))
    process.keep(plain, Watcher("x", limit_bytes=10**9), 0, io.BytesIO())
    assert list(process.kept) == ["2", "3", "4", "5", "plain"]
    process = Watchers()
    send(make_user(), lines()[: PART_BYTES + 1000], [process], monkeypatch)
    assert not process.kept
