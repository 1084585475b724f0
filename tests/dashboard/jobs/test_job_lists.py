"""The checks of the list of jobs that need no browser: filters, order, columns, views, export."""

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.changing.marking import archive_job
from dashboard.jobs.listing.filtering import JobFilters, read_filters
from dashboard.jobs.listing.lists import read_listing
from dashboard.jobs.listing.pages import list_jobs
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import segments_of
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


def ids_of(query: dict[str, str], user: User | None = None) -> list[int]:
    return [view.job.id for view in read_listing(query, user).views]


def rows_of(page: Any) -> list[int]:
    return [int(row["data-job-id"]) for row in page.select("tr[data-job-id]")]


def test_each_filter_leaves_the_jobs_that_match(any_app: Flask) -> None:
    me, other = make_user(), make_user()
    dataset = make_dataset(me)
    old = now() - timedelta(days=40)
    first = make_job(me, dataset, state="failed", created_at=old, name="Pear ÄPFEL")
    second = make_job(other, state="succeeded", tags=["base line"], estimator="Ridge")
    third = make_job(me, state="cancelled", failure={"code": "X", "message": "100%_odd"})
    with writing() as session:
        session.get_one(Job, third.id).archived_at = now()
    day = (old.date()).isoformat()
    asked: dict[tuple[str, str], list[int]] = {
        ("state", "failed"): [first.id],
        ("dataset_id", str(dataset.id)): [first.id],
        ("estimator", "Ridge"): [second.id],
        ("owner", "me"): [first.id],
        ("owner", str(other.id)): [second.id],
        ("tag", "base line"): [second.id],
        ("to", day): [first.id],
        ("from", (old + timedelta(days=1)).date().isoformat()): [second.id],
        ("archived", "true"): [third.id],
        ("archived", "any"): [third.id, second.id, first.id],
        ("q", "äpfel"): [first.id],
        ("q", "BASE LINE"): [second.id],
        ("q", "%_"): [],
        ("q", f"#{second.id}"): [second.id],
    }
    for (name, value), wanted in asked.items():
        assert ids_of({name: value}, me) == wanted, (name, value)
    assert ids_of({"q": "%_", "archived": "any"}, me) == [third.id]


@pytest.mark.parametrize("part", ["state=nowhere", "dataset_id=x", "owner=9e9", "estimator=Magic",
                                  "from=yesterday", "to=2026-13-01", "archived=maybe",
                                  "sort=price", "sort=metric:beauty", "sort=-roc_auc",
                                  "cols=price"])  # fmt: skip
def test_what_is_unknown_is_left_out_and_said(part: str, app: Flask, member: User) -> None:
    job = make_job(member)
    page = PageClient(app, member).get(f"/jobs?{part}")
    assert rows_of(page) == [job.id]
    assert f"There is no filter like {part}" in page.text


def test_a_chip_takes_its_filter_away_and_nothing_else(app: Flask, member: User) -> None:
    make_job(member, name="pear", tags=["a"], state="failed")
    page = PageClient(app, member).get("/jobs?q=pear&tag=a&state=failed&sort=name&page=1")
    chips = {words_of(a): parse_qs(urlsplit(str(a["href"])).query) for a in page.select("a.chip")}
    assert chips == {
        "Tag: a , remove this filter": {"q": ["pear"], "state": ["failed"], "sort": ["name"]},
        "Search: pear , remove this filter": {"tag": ["a"], "state": ["failed"], "sort": ["name"]},
    }


def test_jl_3_an_address_gives_the_same_jobs_to_somebody_else(
    app: Flask, member: User, viewer: User
) -> None:
    for n in range(60):
        make_succeeded_job(member, score=0.5 + n / 200, estimator="Ridge" if n % 2 else "Lasso")
    path = "/jobs?state=succeeded&estimator=Ridge&sort=-score&per=50&page=1"
    mine, theirs = (rows_of(PageClient(app, user).get(path)) for user in (member, viewer))
    assert mine == theirs
    assert len(mine) == 30


def test_jl_4_a_filter_goes_back_to_the_first_page(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for _ in range(51):
        make_job(member, dataset, state="failed")
    page = PageClient(app, member).get("/jobs?page=2&sort=name")
    assert len(rows_of(page)) == 1
    form = page.find("form[data-filters]")
    assert {str(field["name"]) for field in form.select("input[type=hidden]")} == {
        "sort",
        "zone",
    }
    tabs = [parse_qs(urlsplit(str(a["href"])).query) for a in page.select("nav.tabs a")]
    assert all("page" not in query for query in tabs)


def test_jl_7_a_page_costs_the_same_number_of_queries(app: Flask, member: User) -> None:
    def count(path: str) -> int:
        statements: list[str] = []
        event.listen(
            db.engine, "before_cursor_execute", note := lambda *a: statements.append(a[2])
        )
        pages.get(path)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    pages, dataset = PageClient(app, member), make_dataset(member)
    path = "/jobs?cols=status,score,tags,note,param:C,metric:accuracy&sort=-metric:accuracy"
    make_succeeded_job(member, dataset_id=dataset.id)
    pages.get(path)
    few = count(path)
    for n in range(30):
        make_succeeded_job(member, dataset_id=dataset.id, score=n / 100, split_hash=f"{n}" * 8)
    assert count(path) <= few + 1


def values(query: dict[str, str], value: Any) -> list[Any]:
    return [value(view.job) for view in read_listing(query).views]


@pytest.mark.parametrize("sort", ["name", "score", "duration", "estimator", "state",
                                  "owner", "dataset", "submitted", "metric:accuracy",
                                  "param:C"])  # fmt: skip
def test_each_sort_shows_every_job_once_on_its_pages(sort: str, any_app: Flask) -> None:
    owner = make_user(name="Zoe")
    dataset = make_dataset(owner)
    made = [
        make_job(owner, dataset, state="failed"),
        make_succeeded_job(owner, dataset_id=dataset.id, score=0.9),
        make_succeeded_job(make_user(name="ada"), score=0.7, parameters={}),
        make_job(owner, dataset, estimator="Ridge", parameters={"alpha": 3}, state="cancelled"),
        make_succeeded_job(owner, dataset_id=dataset.id, parameters={"C": 0.1}),
    ]
    for order in (sort, f"-{sort}"):
        every = page_of(segments_of(JobFilters(), order), 0, 100)
        assert sorted(every) == [job.id for job in made]
        by_two = [page_of(segments_of(JobFilters(), order), n, 2) for n in (0, 2, 4)]
        assert sum(by_two, []) == every
        # With the number of all, those behind the middle are read from the end.
        by_two = [page_of(segments_of(JobFilters(), order), n, 2, 5) for n in (0, 2, 4, 6)]
        assert sum(by_two, []) == every
        failed = page_of(segments_of(JobFilters(state="failed"), order), 0, 100)
        assert failed == [made[0].id]


def test_what_is_missing_comes_last_in_both_directions(any_app: Flask) -> None:
    dataset = make_dataset()
    low, high = (make_succeeded_job(dataset_id=dataset.id, score=s).id for s in (0.2, 0.8))
    none = make_job(dataset=dataset, state="failed").id
    for key in ("score", "metric:roc_auc"):
        assert ids_of({"sort": key}) == [low, high, none]
        assert ids_of({"sort": f"-{key}"}) == [high, low, none]


def test_a_setting_that_was_not_given_stands_at_its_default(any_app: Flask) -> None:
    """C of a logistic regression is 1 unless it is given; Ridge has no C."""
    dataset = make_dataset()

    def make(**overrides: Any) -> int:
        return make_job(dataset=dataset, state="failed", **overrides).id

    half, two = make(parameters={"C": 0.5}), make(parameters={"C": 2})
    default, ridge = make(parameters={}), make(estimator="Ridge", parameters={"alpha": 1})
    one = make(parameters={"C": 1})
    assert ids_of({"sort": "param:C"}) == [half, one, default, two, ridge]
    assert ids_of({"sort": "-param:C"}) == [two, one, default, half, ridge]


def test_a_default_is_shown_as_one(app: Flask, member: User) -> None:
    given = make_job(member, state="failed", parameters={"C": 0.25})
    left = make_job(member, state="failed", parameters={})
    page = PageClient(app, member).get("/jobs?cols=param:C,param:alpha")
    assert words_of(page.select(f"#job-{given.id} td.number")[0]) == "0.25"
    assert words_of(page.select(f"#job-{left.id} td.number")[0]) == "1 default"
    assert words_of(page.select(f"#job-{left.id} td.number")[1]) == "– no value"


def test_columns_are_chosen_kept_and_stand_in_the_address(app: Flask, member: User) -> None:
    make_succeeded_job(member)
    pages = PageClient(app, member)
    page = pages.get("/jobs?state=succeeded")
    form = "form[action='/jobs/columns']"
    chosen = {"cols": ["score", "param:C", "metric:accuracy"]}
    page = pages.follow(pages.submit(page, chosen, form=form, status=303))
    heads = ["Score", "C", "Accuracy"]
    assert [words_of(th) for th in page.select("thead th")][2:-1] == heads
    for path, wanted in (("/jobs", heads), ("/jobs?cols=owner", ["Owner"])):
        assert [words_of(th) for th in pages.get(path).select("thead th")][2:-1] == wanted
    refused = pages.post("/jobs/columns", {"cols": "price", "back": "/jobs"}, status=303)
    page = pages.follow(refused)
    assert 'There is no column "price"' in page.text
    other = PageClient(app, make_user()).get("/jobs")
    assert "Duration" in [words_of(th) for th in other.select("thead th")]


def test_a_view_is_saved_opened_renamed_replaced_and_deleted(app: Flask, member: User) -> None:
    make_job(member, name="pear", state="failed")
    pages = PageClient(app, member)
    page = pages.get("/jobs?q=pear&sort=-score&cols=score&page=1")
    page = pages.follow(
        pages.submit(page, {"name": "My  pears"}, form="form[action='/jobs/views']", status=303)
    )
    link = page.find(".saved-view > a")
    assert words_of(link) == "My pears"
    assert parse_qs(urlsplit(str(link["href"])).query) == {
        "q": ["pear"], "sort": ["-score"], "cols": ["score"],
    }  # fmt: skip
    pages.get(str(link["href"]))
    again = pages.submit(page, {"name": "My pears"}, form="form[action='/jobs/views']", status=303)
    assert 'You have a view "My pears" already' in pages.follow(again).text
    rename = ".saved-view form[action$='/rename']"
    page = pages.follow(pages.submit(page, {"name": "Fruit"}, form=rename, status=303))
    assert words_of(page.find(".saved-view > a")) == "Fruit"
    action = str(page.find(rename)["action"]).replace("rename", "replace")
    page = pages.follow(pages.post(action, {"back": "/jobs?state=failed"}, status=303))
    assert str(page.find(".saved-view > a")["href"]) == "/jobs?state=failed"
    theirs = PageClient(app, make_user())
    assert not theirs.get("/jobs").select(".saved-view")
    delete = action.replace("replace", "delete")
    theirs.post(delete, status=403)
    page = pages.follow(pages.sure(delete))
    assert not page.select(".saved-view")


def read_csv(pages: PageClient, path: str) -> list[dict[str, str]]:
    answer = pages.http.get(path)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_jl_11_the_export_has_every_matching_job_in_full(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    score = 0.1 + 0.2
    for n in range(60):
        make_succeeded_job(
            member, dataset_id=dataset.id, score=score + n, name=f"=cmd|{n}", parameters={"C": n}
        )
    make_job(member, dataset, state="failed")
    pages = PageClient(app, member)
    query = "state=succeeded&sort=-score&per=50&page=2&cols=score,submitted,param:C,metric:roc_auc"
    rows = read_csv(pages, f"/jobs.csv?{query}")
    assert len(rows) == 60
    assert [row["param:C"] for row in rows] == [str(n) for n in reversed(range(60))]
    assert rows[-1]["score"] == rows[-1]["metric:roc_auc"] == repr(score)
    assert rows[0]["created_at"].endswith("Z")
    assert rows[0]["name"] == "'=cmd|59"
    assert read_csv(pages, f"/jobs.csv?{query}&raw=true")[0]["name"] == "=cmd|59"
    link = pages.get(f"/jobs?{query}").find(".page-head a.btn")
    assert parse_qs(urlsplit(str(link["href"])).query)["sort"] == ["-score"]


def test_the_list_says_how_many_jobs_are_ones_own(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    make_job(member)
    assert words_of(pages.get("/jobs").find(".page-head .lead")) == "1 job on this server"
    make_job(make_user())
    page = pages.get("/jobs?state=active")
    assert words_of(page.find(".page-head .lead")) == "2 jobs on this server, 1 of them yours"
    assert "yours" not in words_of(pages.get("/jobs?estimator=Ridge").find(".page-head .lead"))


def test_archived_jobs_are_in_no_list_until_they_are_asked_for(app: Flask, member: User) -> None:
    kept, gone = (make_job(member, state="failed", batch_id=7) for _ in range(2))
    archive_job(user=member, job_id=gone.id)
    page = PageClient(app, member).get("/jobs")
    assert rows_of(page) == [kept.id]
    assert "1 job on this server" in page.text
    assert ids_of({"archived": "any"}) == ids_of({"batch_id": "7"}) == [gone.id, kept.id]


def test_the_best_on_its_leaderboard_is_told_in_words(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    worse, best = (
        make_succeeded_job(member, dataset_id=dataset.id, score=score) for score in (0.7, 0.9)
    )
    alone = make_succeeded_job(member, score=0.99)
    page = PageClient(app, member).get("/jobs")
    told = {job.id: "Best on its leaderboard" in words_of(page.find(f"#job-{job.id}"))
            for job in (worse, best, alone)}  # fmt: skip
    assert told == {worse.id: False, best.id: True, alone.id: False}


def test_a_page_far_behind_the_last_one_says_so(app: Flask, member: User) -> None:
    make_job(member)
    page = PageClient(app, member).get("/jobs?page=999999999")
    assert "There is no page 999,999,999" in page.text
    assert list_jobs(filters=JobFilters(), page=5).items == []


def test_times_that_cannot_be_are_no_error() -> None:
    filters, ignored = read_filters({"from": "0001-01-01", "to": "9999-12-31"})
    assert ignored == []
    assert filters.until is not None
    assert read_filters({"from": "0001-01-01T00:00:00+23:00"})[1] != []


@pytest.mark.parametrize("day", ["2028-02-29", "9999-12-31"])
def test_an_end_may_be_any_day_to_come(day: str, app: Flask, member: User) -> None:
    job = make_job(member)
    assert ids_of({"to": day}) == [job.id]
    assert rows_of(PageClient(app, member).get(f"/jobs?to={day}")) == [job.id]
