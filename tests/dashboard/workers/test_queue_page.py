"""The page of the queue: what everyone sees, and what admins may do there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from dashboard import queue as broker
from dashboard.clock import now
from dashboard.db import Job, JobUsage, User, Worker
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.workers import last_day
from dashboard.workers.last_day import read_last_day
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The hints that were sent; the broker takes all of them."""
    found: list[tuple[str, int]] = []

    def wake(name: str, count: int = 1) -> bool:
        found.append((name, count))
        return True

    monkeypatch.setattr(broker, "wake", wake)
    return found


def add_worker(name: str = "worker-1", **values: Any) -> Worker:
    worker = Worker(**{"name": name, "queue": "train", "host": "here", "pid": 1} | values)
    with writing() as session:
        session.add(worker)
    return worker


def seen_ago(seconds: float) -> datetime:
    return now() - timedelta(seconds=seconds)


def test_qu4_without_a_worker_the_page_says_how_to_start_one(app: Flask, viewer: User) -> None:
    page = PageClient(app, viewer).get("/queue")
    assert len(page.select(".notice")) == 1
    assert "No worker is running, so jobs wait. Start one with make worker" in page.text
    assert page.find("#queue-live .notice code").text == "make worker"


def test_qu1_workers_say_what_they_do(app: Flask, viewer: User) -> None:
    job = make_job(name="forest", state="running", progress=0.18)
    add_worker(state="busy", job_id=job.id, rss_bytes=900_000_000)
    with writing() as session:
        for cores in (0.2, 1.8):
            usage = {"attempt": 1, "cpu_cores": cores, "memory_bytes": 700_000_000}
            session.add(JobUsage(job_id=job.id, **usage))
    add_worker("worker-2", seen_at=seen_ago(35), state="busy", rss_bytes=5)
    add_worker("worker-3", state="drained", drain=True)
    add_worker("worker-4", state="busy", drain=True)
    add_worker("worker-5", state="idle")
    add_worker("light", queue="light")
    page = PageClient(app, viewer).get("/queue")
    states = {
        str(row["data-worker"]): str(row["data-state"]) for row in page.select("tr[data-worker]")
    }
    assert states == {
        "worker-1": "busy", "worker-2": "silent", "worker-3": "drained", "worker-4": "draining",
        "worker-5": "idle", "light": "idle",
    }  # fmt: skip
    busy = page.find("tr[data-worker=worker-1]").text
    assert "forest" in busy
    assert "18%" in busy
    assert "1.8 cores" in busy
    assert "700 MB of 4.0 GB" in busy
    assert "No news since just now" in " ".join(page.find("tr[data-worker=worker-2]").text.split())
    assert "2 of 3 workers busy, 1 drained" in page.text


def test_waiting_jobs_stand_in_their_order(app: Flask, member: User) -> None:
    other = make_user()
    dataset = make_dataset(other)
    theirs = [make_job(other, dataset, name=f"theirs-{n}") for n in range(2)]
    mine = make_job(member, dataset, name="mine", priority=-1)
    page = PageClient(app, member).get("/queue")
    rows = page.select("tr[id^=waiting-]")
    assert [row["id"] for row in rows] == [f"waiting-{job.id}" for job in (*theirs, mine)]
    assert not rows[0].select("button")
    assert [b.text for b in rows[2].select("button")] == ["Cancel mine"]  # the only one of mine
    assert rows[2].select_one(".tag").text == "low"
    assert "Your jobs take turns with other people's" in page.text


def test_waiting_jobs_say_when_they_start_and_how_much_work_they_are(
    app: Flask, viewer: User
) -> None:
    dataset = make_dataset(viewer)
    size = {"n_rows": 200, "n_columns": 3, "parameters": {}}
    make_succeeded_job(viewer, dataset=dataset, run_seconds=240.0, **size)
    first, second = (make_job(viewer, dataset, **size) for _ in range(2))
    browser = PageClient(app, viewer)
    page = browser.get("/queue")
    assert "2 jobs, about 10 min of work" in page.text
    assert [words_of(cell) for cell in page.select(".starts")] == ["– no value"] * 2
    add_worker(state="idle")
    page = browser.get("/queue")
    starts = [words_of(page.find(f"#waiting-{job.id} .starts")) for job in (first, second)]
    assert starts == ["starts in less than a minute", "starts in about 3 min"]
    make_job(viewer, dataset, **size | {"n_rows": None})
    assert "of work" not in browser.get("/queue").text


def test_viewer_sees_no_button_on_the_page(app: Flask, viewer: User) -> None:
    add_worker()
    make_job(viewer)
    page = PageClient(app, viewer).get("/queue")
    assert page.select("tr[id^=waiting-]")
    assert not page.select("#queue-live button")


def test_qu2_run_next_changes_the_order_that_everyone_sees(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [make_job(member, dataset) for _ in range(3)]
    mine, others = PageClient(app, member), PageClient(app, make_user(role="viewer"))
    page = mine.get("/queue")
    mine.submit(page, {}, form=f"form[action='/queue/next/{jobs[2].id}']", status=303)
    html = others.live("/_live/queue").text
    places = [html.index(f"waiting-{job.id}") for job in (jobs[2], jobs[0], jobs[1])]
    assert places == sorted(places)
    back = f"/jobs/{jobs[1].id}"
    answer = mine.post(f"/queue/next/{jobs[1].id}", {"back": back}, status=303)
    assert answer.response.headers["Location"] == back
    others.post(f"/queue/next/{jobs[1].id}", status=403)
    PageClient(app, make_user()).post(f"/queue/next/{jobs[1].id}", status=403)


def test_admin_puts_a_job_before_all(app: Flask, admin: User) -> None:
    dataset = make_dataset(admin)
    make_job(make_user(), dataset, priority=1)
    last = make_job(make_user(), dataset)
    browser = PageClient(app, admin)
    browser.post(f"/queue/next/{last.id}", status=303)
    rows = browser.get("/queue").select("tr[id^=waiting-]")
    assert rows[0]["id"] == f"waiting-{last.id}"
    assert rows[0].select_one(".tag").text == "next"
    assert '"priority": "normal"' in browser.http.get(f"/jobs/{last.id}/config.json").text
    copied = browser.get(f"/jobs/new?from={last.id}")
    assert copied.find("#field-priority option[selected]")["value"] == "high"


ADMIN_ONLY = ("/queue/pause", "/queue/resume", "/queue/retry-failed", "/queue/workers/1/drain",
              "/queue/workers/1/resume")  # fmt: skip


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_qu3_only_admins_have_the_buttons_and_the_right(app: Flask, role: str) -> None:
    add_worker(state="idle")
    make_job(state="failed", finished_at=now())
    browser = PageClient(app, make_user(role=role))
    assert not browser.get("/queue").select("#queue-live form")
    for url in ADMIN_ONLY:
        browser.post(url, status=403)
    assert db.session.get_one(Worker, 1).drain is False


def test_pause_and_resume_are_said_on_every_page(
    app: Flask, admin: User, viewer: User, sent: list[tuple[str, int]]
) -> None:
    add_worker(state="idle")
    browser, reader = PageClient(app, admin), PageClient(app, viewer)
    browser.submit(browser.get("/queue"), {}, form="form[action='/queue/pause']", status=303)
    words = f"The queue was paused by {admin.name}, so no job starts"
    assert words in reader.get("/settings/profile").text
    assert reader.get("/queue").text.count(words) == 1
    assert words in reader.live("/_live/queue").text
    browser.submit(browser.get("/queue"), {}, form="form[action='/queue/resume']", status=303)
    assert "paused" not in reader.get("/settings/profile").text
    assert sent == [("train", 1)]


def test_draining_and_resuming_a_worker(app: Flask, admin: User) -> None:
    worker = add_worker(state="busy")
    light = add_worker("light", queue="light")
    browser = PageClient(app, admin)
    page = browser.get("/queue")
    assert not page.find("tr[data-worker=light]").select("button")
    where = f"/queue/workers/{worker.id}"
    browser.submit(page, {}, form=f"form[action='{where}/drain']", status=303)
    page = browser.get("/queue")
    assert page.find("tr[data-worker=worker-1]")["data-state"] == "draining"
    browser.submit(page, {}, form=f"form[action='{where}/resume']", status=303)
    assert browser.get("/queue").find("tr[data-worker=worker-1]")["data-state"] == "busy"
    browser.post(f"/queue/workers/{light.id}/drain", status=303)
    assert "Only workers that train can be drained" in browser.get("/queue").text
    assert db.session.get_one(Worker, light.id).drain is False
    browser.post("/queue/workers/999/drain", status=404)


@pytest.mark.parametrize(
    ("state", "drain", "ago", "said"),
    [
        ("left", True, 1, "Drained"),  # between the end of its process and the next one
        ("left", False, 1, "Starting"),
        ("drained", False, 1, "Starting"),
        ("left", True, 40, "Stopped since"),  # nobody starts it anew
        ("left", False, 40, "Stopped since"),
        ("drained", False, 40, "No news since"),
        ("stopped", True, 1, "Stopped since"),
    ],
)
def test_resumed_worker_is_starting_until_its_process_is_there(
    state: str, drain: bool, ago: float, said: str, *, app: Flask, admin: User
) -> None:
    add_worker(state=state, drain=drain, seen_at=seen_ago(ago), rss_bytes=5)
    page = PageClient(app, admin).get("/queue")
    assert words_of(page.select("tr[data-worker] td")[0]).startswith(said)
    assert ("Every worker is drained" in page.text) is (said == "Drained")
    assert ("No worker is running" in page.text) is ("since" in said)


def test_warning_when_every_worker_is_drained(app: Flask, viewer: User) -> None:
    add_worker(state="drained", drain=True)
    assert "Every worker is drained" in PageClient(app, viewer).get("/settings/profile").text


def test_failures_of_the_last_hour_run_again(app: Flask, admin: User) -> None:
    browser = PageClient(app, admin)
    assert not browser.get("/queue").select("#retry-failed")
    jobs = [make_job(state="failed", finished_at=seen_ago(600)) for _ in range(2)]
    page = browser.get("/queue")
    assert "Run the last hour's 2 failures again" in page.text
    browser.submit(page, {}, form="form[action='/queue/retry-failed']", status=303)
    assert "2 jobs queued again" in browser.get("/queue").html
    assert {db.session.get_one(Job, job.id).state for job in jobs} == {"queued"}


def test_last_day_counts_and_takes_medians(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    for ago, wait, run in ((60, 1, 10), (90, 3, 20), (7200, 8, 60)):
        end = seen_ago(ago)
        start = end - timedelta(seconds=run)
        made = {"finished_at": end, "started_at": start,
                "created_at": start - timedelta(seconds=wait)}  # fmt: skip
        make_succeeded_job(owner, dataset=dataset, **made)
    make_job(owner, dataset, state="lost", finished_at=seen_ago(30), started_at=None)
    make_job(owner, dataset, state="failed", finished_at=seen_ago(90_000))
    make_job(owner, dataset, state="cancelled", finished_at=seen_ago(60))
    make_succeeded_job(owner, dataset=dataset, attempt=2, created_at=seen_ago(500_000),
                       started_at=seen_ago(400_000), finished_at=seen_ago(12_000))  # fmt: skip
    day = read_last_day()
    assert (day.succeeded, day.failed, day.failed_last_hour) == (4, 1, 1)
    assert (len(day.hours), day.hours[-1], day.hours[-3]) == (24, (2, 1), (1, 0))
    assert (round(day.median_wait_s or 0), round(day.median_run_s or 0)) == (3, 20)


def test_last_day_of_many_jobs_is_kept_for_a_moment(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    monkeypatch.setattr(last_day, "MANY", 2)
    counts = []
    for _ in range(4):
        make_job(owner, dataset, state="failed", finished_at=seen_ago(60))
        counts.append(read_last_day().failed)
    assert counts == [1, 2, 2, 2]
    monkeypatch.setattr("dashboard.kept.time.monotonic", lambda: float("inf"))
    assert read_last_day().failed == 4


def test_last_day_of_a_new_installation(app: Flask, viewer: User) -> None:
    day = read_last_day()
    assert (day.succeeded, day.failed, day.median_wait_s, day.median_run_s) == (0, 0, None, None)
    browser = PageClient(app, viewer)
    page = browser.get("/queue")
    assert "No job succeeded or failed in the last 24 hours" in page.text
    assert not page.select(".hour-bars")
    make_job(state="failed", finished_at=seen_ago(60))
    page = browser.get("/queue")
    assert page.find(".hour-bars")["aria-label"].endswith("0, 1; 1 of them failed")
    assert "No job succeeded or failed" not in page.text
