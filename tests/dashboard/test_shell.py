"""The frame of every page: navigation, the pill, warnings, live fragments."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, before_render_template
from sqlalchemy import event

from dashboard import idle
from dashboard.clock import now
from dashboard.db import Job, QueueState, User, Worker
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import get_storage
from deploy import announce
from tests import factories
from tests.page import PageClient, words_of

PAGE = "/settings/profile"
MOMENT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _start_worker() -> None:
    with writing() as session:
        session.add(Worker(name="worker-1", queue="train", host="here", pid=1, seen_at=now()))


def test_navigation_leads_to_pages(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    page = browser.get(PAGE)
    names = [a.text for a in page.select(".mainnav a")]
    assert names == ["Overview", "Datasets", "Jobs", "Leaderboards", "Models", "Queue"]
    for link in page.select(".mainnav a"):
        opened = browser.get(str(link["href"]))
        assert opened.find(".mainnav a[aria-current]").text == link.text


def test_no_navigation_without_an_account(app: Flask) -> None:
    assert not PageClient(app).get("/login").select("nav")


def test_the_bar_of_a_phone_leads_to_the_queue(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/queue")
    bar = {words_of(link): link for link in page.select(".tabbar a")}
    assert list(bar) == ["Overview", "Datasets", "Jobs", "Boards", "Models", "Queue"]
    assert bar["Queue"]["href"] == "/queue"
    assert bar["Queue"]["aria-current"] == "page"


def test_ready_and_the_set_up_link_are_said_together(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever saw the first words alone waited for a link, on a busy machine for a minute."""
    seen_before: list[str] = []

    def make_token() -> str:
        seen_before.append(capsys.readouterr().out)
        return "abc"

    monkeypatch.setattr(announce, "find_address", lambda: "http://127.0.0.1:1")
    monkeypatch.setattr(announce, "is_ready", lambda _address: True)
    monkeypatch.setattr(announce, "make_token", make_token)
    announce.main()
    assert seen_before == [""]
    said = capsys.readouterr().out
    assert said.index("is ready at http://127.0.0.1:1") < said.index("127.0.0.1:1/setup/abc")


def test_ready_is_said_also_where_no_link_can_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make_token() -> str:
        raise OSError("database is locked")

    monkeypatch.setattr(announce, "find_address", lambda: "http://127.0.0.1:1")
    monkeypatch.setattr(announce, "is_ready", lambda _address: True)
    monkeypatch.setattr(announce, "make_token", make_token)
    announce.main()
    said = capsys.readouterr().out
    assert "is ready at http://127.0.0.1:1" in said
    assert "cannot be made: database is locked" in said


def test_every_component_passes_the_checks_of_every_page(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/_dev/components")
    assert page.select(".status[data-state=lost]")


def test_components_are_hidden_from_people(app: Flask, member: User) -> None:
    app.testing = False
    PageClient(app, member).get("/_dev/components", status=404)


def test_pill_says_what_the_queue_does(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    assert browser.get(PAGE).find(".pill").text == "Queue is empty"
    for state in ("queued", "queued", "running"):
        factories.make_job(state=state)
    assert browser.get(PAGE).find(".pill").text == "1 running, 2 queued"


def test_pill_says_that_the_queue_is_paused(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    with writing() as session:
        session.add(QueueState(paused_at=now(), paused_by="Ana"))
    assert browser.get(PAGE).find(".pill").text == "Queue is paused"
    for state in ("queued", "queued", "running"):
        factories.make_job(state=state)
    assert browser.get(PAGE).find(".pill").text == "Paused, 1 running, 2 queued"
    assert "Paused, 1 running, 2 queued" in browser.live("/_live/pill").text


def test_live_part_is_sent_again_only_when_it_changed(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    first = browser.live("/_live/pill")
    again = first.text.partition('hx-get="')[2].partition('"')[0]
    assert "LIVE-VERSION" not in again
    assert browser.live(again, status=204).data == b""
    factories.make_job(state="running")
    changed = browser.live(again)
    assert "1 running" in changed.text
    assert again not in changed.text


def test_warning_while_no_worker_is_alive(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    assert "No worker is running, so jobs wait" in browser.get(PAGE).text
    _start_worker()
    assert "No worker is running" not in browser.get(PAGE).text


def test_warning_when_the_disk_is_nearly_full(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 812_000_000)
    page = PageClient(app, member).get(PAGE)
    assert "The disk is nearly full: 812 MB are left" in page.text


def test_no_warnings_before_signing_in(app: Flask) -> None:
    assert "No worker" not in PageClient(app).get("/login").text


def test_frame_asks_the_database_little(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    browser.get("/settings/appearance")  # what it shows itself is asked nothing for
    assert len([s for s in statements if s.startswith("SELECT")]) <= 4


def test_hostile_names_are_shown_as_text(app: Flask) -> None:
    user = factories.make_user(name="<script>alert(1)</script> " + "x" * 60)
    page = PageClient(app, user).get(PAGE)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html


@pytest.mark.parametrize("path", ["/_live/pill", "/_live/queue", "/_live/overview"])
def test_what_is_idle_is_answered_without_being_drawn(
    app: Flask, member: User, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = PageClient(app, member)
    factories.make_succeeded_job(member)
    monkeypatch.setattr(idle, "now", lambda: MOMENT)
    again = browser.live(path).text.partition('hx-get="')[2].partition('"')[0]
    drawn: list[str] = []
    before_render_template.connect(lambda *_, template, **__: drawn.append(template.name), app)
    browser.live(again.replace("&amp;", "&"), status=204)
    browser.live(again.replace("&amp;", "&"), status=204)
    assert not drawn
    factories.make_job(member)
    assert browser.live(again.replace("&amp;", "&")).status_code == 200


def test_what_is_idle_is_drawn_anew_after_a_minute_and_for_somebody_else(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, other = PageClient(app, member), PageClient(app, factories.make_user())
    job = factories.make_succeeded_job(member, name="old")
    monkeypatch.setattr(idle, "now", lambda: MOMENT)
    again = browser.live("/_live/overview").text.partition('hx-get="')[2].partition('"')[0]
    other.live(again)
    with writing() as session:
        session.get_one(Job, job.id).name = "new"
    browser.live(again, status=204)
    monkeypatch.setattr(idle, "now", lambda: MOMENT + timedelta(seconds=61))
    assert "new" in browser.live(again).text
