"""The upload page: cut connections, reloads, cancels, a bucket; the checks UP-2 and UP-3."""

import gzip
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3
import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import select

from dashboard.datasets.upload import watching
from dashboard.datasets.upload.watching import Counts, count_bytes
from dashboard.db import Dataset, Transfer, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES
from tasks.engine.reader.limits import ReadLimits
from tests.browser.conftest import Watched
from tests.storages import s3_server as s3_server

pytestmark = pytest.mark.usefixtures("no_broker")

CONTENT = b"a,b\n" + b"1,2\n" * (5 * PART_BYTES // 4)
COUNTED = """
async ([beside, bytes, lineEnd]) => {
  const address = new URL('part-counts.js', new URL(beside, location.href)).href;
  const { countPart } = await import(address);
  return countPart(new Blob([new Uint8Array(bytes)]), lineEnd);
}
"""
WATCH_BAR = """
window.values = [];
setInterval(() => {
  const bar = document.querySelector('#upload-progress progress');
  if (bar && !document.getElementById('upload-progress').hidden) window.values.push(bar.value);
}, 20);
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes(CONTENT)
    return path


class Line:
    """The line between a tab and the world."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def be(self, *, bytes_per_s: int = -1, offline: bool = False) -> None:
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s}
        self.session.send("Network.emulateNetworkConditions", {"offline": offline, **speed})


def begin(window: Watched, member: User, file: Path) -> tuple[Page, Line]:
    """Choose a file over a slow line, and wait until a part of it is there."""
    window.sign_in(member)
    page = window.go("/datasets/new")
    line = Line(page)
    line.be(bytes_per_s=5_000_000)  # slow enough for all that a test does meanwhile
    page.evaluate(WATCH_BAR)
    page.set_input_files("input[type=file]", file)
    expect(page.locator("#upload-progress")).to_contain_text("rows.csv, 42 MB")
    wait_for_bar(page, 0.3)
    return page, line


def wait_for_bar(page: Page, share: float) -> None:
    page.wait_for_function(
        "share => document.querySelector('#upload-progress progress').value > share", arg=share
    )


def stored(app: Flask) -> bytes:
    """Return the bytes of the one upload that there is."""
    db.session.rollback()
    upload = db.session.scalars(select(Dataset)).one()
    assert upload.original_key is not None
    assert db.session.scalars(select(Transfer)).all() == []
    with get_storage().open(upload.original_key) as stream:
        return stream.read()


def test_up_2_a_cut_connection_costs_a_moment_and_the_bar_never_falls(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.allowed.add("ERR_INTERNET_DISCONNECTED")
    page, line = begin(window, member, file)
    expect(page.locator("[data-upload-text]")).to_contain_text(
        re.compile(r"\d+%, [\d.]+ MB/s, \d+ s left")
    )
    line.be(offline=True)
    note = page.locator("[data-upload-note]")
    expect(note).to_contain_text(re.compile(r"Connection lost\. Trying again in \d s"))
    page.wait_for_timeout(2500)  # some tries fail
    expect(note).to_contain_text("Connection lost.")
    window.check_accessibility()
    values = page.evaluate("window.values")
    assert values == sorted(values)
    line.be()
    page.evaluate("document.querySelector('[data-upload-now]')?.click()")  # or it goes by itself
    page.wait_for_url("**/uploads/*")
    assert stored(app) == CONTENT


def test_the_same_file_goes_on_after_a_reload(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    page, line = begin(window, member, file)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator("h1").click()  # a page that nobody touched may not ask
    page.reload()
    assert asked == ["beforeunload"]
    db.session.rollback()
    there = db.session.scalars(select(Transfer)).one().received_bytes
    assert there >= PART_BYTES
    offsets: list[int] = []
    page.on("request", lambda request: note_offset(request.url, offsets))
    line.be()
    page.set_input_files("input[type=file]", file)
    page.wait_for_url("**/uploads/*")
    assert min(offsets) >= there
    assert stored(app) == CONTENT
    page.goto(f"{window.address}/datasets/new")
    assert asked == ["beforeunload"]  # not where nothing goes on


def note_offset(url: str, offsets: list[int]) -> None:
    found = re.search(r"offset=(\d+)", url)
    if found:
        offsets.append(int(found[1]))


def test_up_3_cancel_leaves_nothing_and_another_file_can_be_chosen(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path, tmp_path: Path
) -> None:
    window = browse()
    page, line = begin(window, member, file)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#upload-progress")).to_be_hidden()
    expect(page.locator("input[type=file]")).to_have_value("")
    expect(page.locator(".error-summary")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    db.session.rollback()
    assert db.session.scalars(select(Dataset)).all() == []
    assert list(get_storage().list_files()) == []
    line.be()
    other = tmp_path / "other.csv"
    other.write_bytes(b"a,b\n1,2\n")
    page.set_input_files("input[type=file]", other)
    page.wait_for_url("**/uploads/*")
    assert stored(app) == b"a,b\n1,2\n"


def test_who_is_signed_out_meanwhile_loses_nothing(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.allowed |= {"status of 401", "status of 400"}
    page, line = begin(window, member, file)
    with writing() as session:
        session.get_one(User, member.id).session_version += 1
    expect(page.locator("[data-upload-note]")).to_contain_text("You have been signed out")
    line.be()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    window.page = opened.value
    window.sign_in_by_hand(member)
    page.wait_for_url("**/uploads/*")
    assert stored(app) == CONTENT


@pytest.mark.long
def test_two_tabs_with_the_same_file_make_one_upload(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.allowed.add("status of 409")
    page, line = begin(window, member, file)
    other = window.open()
    other.goto(f"{window.address}/datasets/new")
    other.set_input_files("input[type=file]", file)
    other.wait_for_url("**/uploads/*")
    line.be()
    page.wait_for_url("**/uploads/*")
    assert page.url == other.url
    assert stored(app) == CONTENT


class TestBucket:
    """The browser sends its parts to the bucket."""

    @pytest.fixture
    def few_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watching, "ReadLimits", partial(ReadLimits, max_rows=5_000_000))

    @pytest.fixture
    def environ(
        self, environ: dict[str, str], s3_server: str, monkeypatch: pytest.MonkeyPatch,
        request: pytest.FixtureRequest,
    ) -> dict[str, str]:  # fmt: skip
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        name = request.node.name.replace("_", "-")[:40]
        boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1").create_bucket(
            Bucket=name
        )
        return environ | {"STORAGE_URL": f"s3://{name}/x", "S3_ENDPOINT_URL": s3_server}

    def test_parts_go_to_the_bucket(
        self, app: Flask, member: User, browse: Callable[..., Watched], file: Path, s3_server: str
    ) -> None:
        window = browse()
        window.allowed.add(f"another host: {s3_server}")
        window.sign_in(member)
        page = window.go("/datasets/new")
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
        page.set_input_files("input[type=file]", file)
        page.wait_for_url("**/uploads/*")
        assert len(sent) == 6
        # The first one tells the server what the file is.
        assert [url.startswith(s3_server) for url in sent] == [False, *[True] * 5]
        assert stored(app) == CONTENT

    @pytest.mark.long
    @pytest.mark.usefixtures("app", "few_rows")
    def test_too_many_rows_are_told_while_the_parts_go_to_the_bucket(
        self, member: User, browse: Callable[..., Watched], file: Path, s3_server: str
    ) -> None:
        window = browse()
        window.allowed |= {f"another host: {s3_server}", "status of 422"}
        window.sign_in(member)
        page = window.go("/datasets/new")
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
        page.set_input_files("input[type=file]", file)
        words = "rows.csv has more than 5,000,000 rows, the limit on this server"
        expect(page.locator(".error-summary a")).to_have_text(words)
        # The third part would have too many: it is not sent any more, and the others are gone.
        assert [url.startswith(s3_server) for url in sent] == [False, True]
        db.session.rollback()
        assert db.session.scalars(select(Transfer)).all() == []

    def test_parts_are_counted_as_the_server_counts_them(
        self, member: User, browse: Callable[..., Watched]
    ) -> None:
        window = browse()
        window.sign_in(member)
        page = window.go("/datasets/new")
        imported = page.locator('script[type=module][src*="upload"]').get_attribute("src") or ""
        for piece in (b"a\nb,c\n\nd", b"no end", b"", b'"\n"\n', b"\n", b"a\rb\r\n"):
            for line_end in (b"\n", b"\r"):
                found = page.evaluate(COUNTED, [imported, list(piece), ord(line_end)])
                assert Counts(**found) == count_bytes(piece, line_end)

    @pytest.mark.long
    def test_through_the_server_where_the_bucket_does_not_let_us(
        self, app: Flask, member: User, browse: Callable[..., Watched], file: Path, s3_server: str
    ) -> None:
        window = browse()
        window.allowed |= {f"another host: {s3_server}", "ERR_FAILED"}
        window.sign_in(member)
        page = window.go("/datasets/new")
        page.route(f"{s3_server}/**", lambda route: route.abort())
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
        page.set_input_files("input[type=file]", file)
        page.wait_for_url("**/uploads/*")
        assert [url.startswith(s3_server) for url in sent] == [False, True, *[False] * 5]
        assert stored(app) == CONTENT

    @pytest.mark.long
    def test_a_packed_file_goes_through_the_server(
        self, app: Flask, member: User, browse: Callable[..., Watched], tmp_path: Path
    ) -> None:
        window = browse()
        window.sign_in(member)
        page = window.go("/datasets/new")
        packed = tmp_path / "rows.csv.gz"
        packed.write_bytes(
            gzip.compress(random.Random(1).randbytes(3 * PART_BYTES).hex().encode())
        )
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
        page.set_input_files("input[type=file]", packed)
        page.wait_for_url("**/uploads/*")
        assert len(sent) >= 2
        assert all(url.startswith(window.address) for url in sent)
