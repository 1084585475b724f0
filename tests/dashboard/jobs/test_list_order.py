"""Lists of jobs by what jobs belong to, however many of those there are, and what a page costs."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, insert

from dashboard.db import Dataset, Job, JobFold, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.pages import list_jobs
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import segments_of
from dashboard.preferences import change_preferences
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


def copy_rows(row: Dataset | Job | User, changes: list[dict[str, object]]) -> None:
    table = type(row).__table__
    same = {c.name: getattr(row, c.key) for c in table.columns if c.name != "id"}
    with writing() as session:
        session.execute(insert(type(row)), [same | change for change in changes])


def test_all_jobs_of_many_datasets_and_owners_are_listed_in_few_queries(app: Flask) -> None:
    owner = make_user(name="Zoe")
    dataset = make_dataset(owner, name="zoo")
    job = make_job(owner, dataset)
    many = range(10, 1110)
    copy_rows(dataset, [
        {"id": n, "family_id": n, "token": f"t{n}", "name": f"a{9999 - n}"} for n in many
    ])  # fmt: skip
    copy_rows(owner, [{"id": n, "email": f"{n}@x", "name": f"Ann {9999 - n}"} for n in many])
    copy_rows(job, [{"dataset_id": n, "owner_id": n, "name": f"{n}"} for n in many])
    statements: list[str] = []
    note = lambda *a: statements.append(a[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for sort in ("dataset", "owner"):
            up, down = (
                page_of(segments_of(JobFilters(), way + sort), 0, 5000) for way in ("", "-")
            )
            assert len(set(up)) == len(up) == 1101
            assert up == down[::-1]
            assert up[-1] == job.id
            names = [db.session.get_one(Job, one).name for one in up[:3]]
            assert names == ["1109", "1108", "1107"]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum("ORDER BY" in text for text in statements) == 4 * 3  # the names, then two parts


@pytest.mark.parametrize(
    ("state", "reads_queue"),
    [(None, True), ("active", True), ("queued", True), ("succeeded", False), ("failed", False)],
)
def test_the_queue_is_read_where_jobs_that_wait_may_be_listed(
    app: Flask, member: User, state: str | None, *, reads_queue: bool
) -> None:
    make_job(member, make_dataset(member))
    found = list_jobs(filters=JobFilters(state=state))
    assert (found.places is not None) == reads_queue
    assert len(found.items) == reads_queue


def test_jl_7_a_page_of_fifty_jobs_is_no_large_one(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for n in range(50):
        make_succeeded_job(member, dataset_id=dataset.id, score=n / 100, split_hash=f"{n}" * 8)
    page = PageClient(app, member).get("/jobs")
    assert len(page.select("tr[data-job-id]")) == 50
    assert len(page.select("*")) < 3000


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", ["late"]), ("Asia/Tokyo", ["early", "late"]), ("America/New_York", [])],
)
def test_days_of_the_filters_are_of_the_zone_that_the_address_names(
    app: Flask, member: User, zone: str, shown: list[str]
) -> None:
    dataset = make_dataset(member)
    for name, hour in (("early", "2026-11-28T20:00Z"), ("late", "2026-11-29T04:00Z")):
        make_job(member, dataset, name=name, created_at=datetime.fromisoformat(hour))
    page = PageClient(app, member).get(f"/jobs?from=2026-11-29&to=2026-11-29&zone={zone}")
    assert sorted(link.text for link in page.select("tr[data-job-id] a.strong")) == shown
    assert f"From: 2026-11-29 ({zone})" in page.text


def test_a_zone_that_is_none_is_said_and_days_are_of_utc(app: Flask, member: User) -> None:
    make_job(member, created_at=datetime(2026, 11, 29, tzinfo=UTC))
    page = PageClient(app, member).get("/jobs?from=2026-11-29&zone=../etc&density=odd")
    assert len(page.select("tr[data-job-id]")) == 1
    for text in ("There is no filter like zone=../etc", "There is no filter like density=odd"):
        assert text in page.text


@pytest.mark.parametrize(
    ("query", "zone"),
    [
        ("from=2026-11-29", "UTC"),
        ("to=2026-11-29&zone=", "UTC"),
        ("from=2026-11-29&zone=../etc", "UTC"),
        ("from=2026-11-29&zone=Asia/Tokyo", "Asia/Tokyo"),
        ("from=some-day&zone=Asia/Tokyo", "Europe/Rome"),
        ("zone=../etc", "Europe/Rome"),
    ],
)
def test_the_form_sends_the_zone_again_that_the_days_were_read_in(
    app: Flask, member: User, query: str, zone: str
) -> None:
    change_preferences(user=member, zone="Europe/Rome", digits="3", shortcuts=True)
    make_job(member)
    page = PageClient(app, member).get(f"/jobs?{query}")
    assert page.find("form.filters input[name=zone]")["value"] == zone
    assert {name.get_text() for name in page.select("[data-zone-name]")} == {zone}
    days = [chip for chip in map(words_of, page.select("a.chip")) if "2026-11-29" in chip]
    assert all(f"2026-11-29 ({zone})" in chip for chip in days)
    assert bool(days) == ("2026-11-29" in query)


def test_the_zone_that_a_person_chose_is_sent_with_the_days(app: Flask, member: User) -> None:
    change_preferences(user=member, zone="Europe/Rome", digits="3", shortcuts=True)
    make_job(member)
    page = PageClient(app, member).get("/jobs")
    assert page.select("form.filters input[name=zone]")[0]["value"] == "Europe/Rome"


def test_jobs_have_all_tags_that_are_asked_for(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for tags in (["a"], ["b"], ["a", "b"]):
        make_job(member, dataset, name="+".join(tags), tags=tags)
    client = PageClient(app, member)
    for query in ("tag=a&tag=b", "tag=a,b"):
        page = client.get(f"/jobs?{query}")
        assert [link.text for link in page.select("tr[data-job-id] a.strong")] == ["a+b"]
        chips = {chip.text.split(",")[0].strip(): chip["href"] for chip in page.select("a.chip")}
        assert chips == {"Tag: a": "/jobs?tag=b", "Tag: b": "/jobs?tag=a"}
        assert len(page.select("input[name=tag][checked]")) == 2


def test_the_address_says_how_close_rows_stand(app: Flask, member: User) -> None:
    make_job(member)
    client = PageClient(app, member)
    page = client.get("/jobs?density=compact&sort=name")
    assert page.select("html")[0]["data-density"] == "compact"
    assert page.select("#density")[0]["href"] == "/jobs?density=comfortable&sort=name"
    assert client.get("/jobs").select("html")[0]["data-density"] == "comfortable"


def test_a_filter_whose_choice_no_job_has_is_shown_kept_and_taken_away(
    app: Flask, member: User
) -> None:
    make_job(member)
    idle, unused = make_user(name="Zoe"), make_dataset(member, name="unused")
    client = PageClient(app, member)
    chosen = {
        "estimator=Ridge": ("Estimator: Ridge regression", "Ridge"),
        f"owner={idle.id}": ("Owner: Zoe", str(idle.id)),
        "owner=99999": ("Owner: #99999", "99999"),
        f"owner={member.id}": (f"Owner: {member.name} (me)", "me"),
        f"dataset_id={unused.id}": ("Dataset: unused v1", str(unused.id)),
        "dataset_id=99999": ("Dataset: #99999", "99999"),
    }
    for query, (words, value) in chosen.items():
        page = client.get(f"/jobs?{query}")
        (chip,) = page.select("a.chip")
        assert (words_of(chip).split(" ,")[0], chip["href"]) == (words, "/jobs")
        kept = page.select(f"#filter-{query.split('=')[0]} option[selected]")
        assert [option["value"] for option in kept] == [value]


def test_a_score_of_some_folds_says_so_and_stands_behind_the_others(
    any_app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    high, low = (make_succeeded_job(member, dataset_id=dataset.id, score=s) for s in (0.9, 0.6))
    kept = make_job(member, dataset, state="succeeded", score=0.95, partial=True, attempt=1)
    stopped = make_job(member, dataset, state="cancelled", attempt=1)
    unscored = make_job(member, dataset, state="failed", attempt=1)
    with writing() as session:
        for job in (kept, stopped):
            session.add_all(
                JobFold(job_id=job.id, fold=n, attempt=1, fit_seconds=1, scores={"roc_auc": score})
                for n, score in enumerate((0.7, 0.8, 0.75), start=1)
            )
    for sort, whole in (("-score", [high, low]), ("score", [low, high])):
        page = PageClient(any_app, member).get(f"/jobs?sort={sort}")
        rows = {int(str(row["data-job-id"])): row for row in page.select("tr[data-job-id]")}
        order = [*whole, kept, unscored, stopped]
        assert list(rows) == [job.id for job in order]
    for job, words in ((stopped, "0.750 ROC AUC after 3 of 5 folds"),
                       (kept, "0.950 ROC AUC after 3 of 5 folds")):  # fmt: skip
        (cell,) = rows[job.id].select(".aside > .muted")
        assert words_of(cell) == words
    assert not rows[high.id].select(".aside > .muted")
    assert words_of(rows[unscored.id].select(".aside")[0]) == "– no value"
