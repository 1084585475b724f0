"""A search in the form of a new job and on the page of its batch, without JavaScript."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.dashboard.searches.acts import (
    finish,
    go_on,
    jobs_of,
    read,
    run,
    search_to_end,
    submit,
    take,
    tell_folds,
)
from tests.factories import make_dataset
from tests.page import Page, PageClient, values_of, words_of

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def open_form(pages: PageClient, member: User, strategy: str = "random") -> Page:
    dataset = make_dataset(member, name="churn.csv")
    address = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    return update(pages, pages.get(address), {"search.strategy": strategy})


def update(pages: PageClient, page: Page, values: dict[str, str]) -> Page:
    return pages.submit(page, values | {"action": "update"}, form="#job-form", status=200)


def send(pages: PageClient, page: Page, values: dict[str, str], status: int = 422) -> Page:
    return pages.submit(page, values, form="#job-form", status=status)


def last_batch() -> Batch:
    db.session.rollback()
    return db.session.scalars(select(Batch).order_by(Batch.id.desc()).limit(1)).one()


def test_ranges_and_lists_are_searched_and_one_value_is_kept(
    pages: PageClient, member: User
) -> None:
    page = open_form(pages, member, "tpe")
    assert "a range such as 0.01..1 log" in page.text
    values = {"parameters.C": "0.01 .. 10 log", "parameters.max_iter": "50..200 step 10",
              "parameters.solver": "lbfgs, saga", "parameters.tol": "0.001",
              "search.jobs": "30", "search.minutes": "1.5",
              "search.stop_hopeless": "no"}  # fmt: skip
    page = update(pages, page, values)
    assert "This will try up to 30 candidates" in page.text
    send(pages, page, values, 303)
    plan = last_batch().plan
    assert plan["space"] == {
        "C": {"low": 0.01, "high": 10.0, "log": True, "step": None},
        "max_iter": {"low": 50, "high": 200, "log": False, "step": 10},
        "solver": {"values": ["lbfgs", "saga"]},
    }
    assert (plan["strategy"], plan["jobs"], plan["time_limit_s"]) == ("tpe", 30, 90)
    assert (plan["stop_hopeless"], plan["fixed"]) == (False, {"tol": 0.001})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"parameters.C": "1, 2, 3", "parameters.max_iter": "50, 100"},
         "6 candidates, up to 30 fits,"),
        ({"parameters.C": "1, 2", "parameters.max_iter": "50..100 step 10",
          "search.stop_hopeless": "no"}, "12 candidates, 60 fits,"),
        ({"parameters.C": "1, 2, 3", "search.jobs": "2"}, "2 candidates, up to 10 fits,"),
        # Those that the estimator does not take are none.
        ({"parameters.solver": "lbfgs, saga", "parameters.l1_ratio": "0.0, 1.0"}, "3 candidates"),
        ({"parameters.C": "1, 2, 3", "search.minutes": "5"}, "up to 3 candidates, 15 fits,"),
        ({}, "candidates, then fit the best one on all rows. How many shows once"),
        ({"parameters.C": "1, x"}, "candidates, then fit the best one on all rows. How many"),
        ({"parameters.max_iter": "1..2000"}, "These values make 2,000 candidates. The limit is"),
    ],
)  # fmt: skip
def test_a_grid_says_how_large_it_is(
    values: dict[str, str], words: str, pages: PageClient, member: User
) -> None:
    page = update(pages, open_form(pages, member, "grid"), values)
    assert words in page.find("#candidates").text
    # The same is answered as one types, without the page around it.
    form = values_of(page.find("#job-form")) | values
    part = pages.http.post("/jobs/candidates", data=form, headers={"HX-Request": "true"})
    text = part.get_data(as_text=True)
    assert words in re.sub(r"</?strong>", "", text)
    assert "Start the search" not in text


def test_how_long_a_candidate_takes_is_told_once_there_is_one(
    pages: PageClient, member: User
) -> None:
    page = open_form(pages, member, "grid")
    assert words_of(page.find("#candidates")).endswith("Each takes \N{EN DASH} no value")
    page = update(pages, page, {"parameters.C": "1, 2"})
    assert "Each takes not run on this size yet" in words_of(page.find("#candidates"))


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "search.strategy", "Write into the fields of parameters a range such as 0.01..1 log"),
        ({"parameters.C": "0..1"}, "parameters.C", "above 0; 0 is not"),
        ({"parameters.C": "2..1"}, "parameters.C", "2.0 is not below 1.0"),
        ({"parameters.C": "1..2 log step 1"}, "parameters.C", "must be"),
        ({"parameters.C": "1, x"}, "parameters.C", "x is not"),
        ({"parameters.C": "1, 2", "search.jobs": "many"}, "search.jobs", "from 1 to 1,000"),
        ({"parameters.C": "1, 2", "search.minutes": "soon"}, "search.minutes", '"soon" is not'),
    ],
)
def test_what_cannot_be_searched_is_told_at_its_field(
    values: dict[str, str], field: str, words: str, pages: PageClient, member: User
) -> None:
    page = send(pages, open_form(pages, member), values)
    assert words in page.errors[field]
    assert db.session.query(Job).count() == 0


def test_a_range_without_a_search_is_told_from_a_wrong_value(
    pages: PageClient, member: User
) -> None:
    page = open_form(pages, member, "")
    page = send(pages, page, {"parameters.C": "0.1..10 log"})
    words = "0.1..10 log is a range. Choose a strategy under Search"
    assert words in page.errors["parameters.C"]


def test_the_page_of_a_search_tells_how_far_it_is_and_what_the_score_is_worth(
    pages: PageClient, member: User
) -> None:
    batch = submit(member, 3, time_limit_s=600)
    page = pages.get(f"/batches/{batch.id}")
    assert "Random search of C, 3 candidates, none starts after 10 min" in page.text
    # Of how many jobs there will be at last nobody knows: none is "done of" those made so far.
    made = len(page.select("tr[data-job-id]"))
    assert words_of(page.find(".percent")) == f"{made} jobs so far: {made} queued"
    assert "little too good" not in page.text
    best = take()
    tell_folds(best, [0.84, 0.85, 0.79, 0.86, 0.90])
    finish(best, 0.848)
    early = take()
    tell_folds(early, [0.6, 0.61])
    finish(early, 0.6, partial=True)
    page = pages.get(f"/batches/{batch.id}")
    assert "3 of 3 candidates made, 1 stopped early" in page.text
    assert "chosen out of 2 candidates by this very score, so it is likely a little too good" in (
        page.text
    )
    assert "Stopped after 2 of 5 folds: ROC AUC 0.605, the best has" in page.text
    order = [row["data-job-id"] for row in page.select("tr[data-job-id]")]
    assert order[0] == str(best.job_id)
    live = pages.live(f"/_live/batches/{batch.id}/progress")
    assert "1 stopped early" in live.get_data(as_text=True)


def test_stop_and_keep_and_extend_work_from_the_page(pages: PageClient, member: User) -> None:
    batch = submit(member, 3)
    run(0.7)
    extend = f"form[action='/batches/{batch.id}/extend']"
    page = pages.follow(pages.sure(f"/batches/{batch.id}/keep"))
    assert "The model of the best so far is made" in page.html
    assert [job.state for job in jobs_of(batch)] == ["succeeded", *["cancelled"] * 2, "queued"]
    page = pages.submit(page, {"jobs": "x", "minutes": "y"}, form=extend, status=422)
    assert page.errors == {
        "jobs": "Further candidates must be a whole number from 1 to 1,000",
        "minutes": "Minutes must be a number from 0.02 (one second)",
    }
    page = pages.follow(pages.submit(page, {"jobs": "2", "minutes": ""}, form=extend, status=303))
    assert "The search goes on" in page.html
    go_on(batch)
    assert read(batch).plan["jobs"] == 5


def test_a_grid_of_which_all_was_tried_is_not_extended(pages: PageClient, member: User) -> None:
    space = {"C": [0.1, 1.0], "max_iter": [50, 100]}
    batch = submit(member, 3, strategy="grid", space=space)
    extend = f"form[action='/batches/{batch.id}/extend']"
    page = pages.get(f"/batches/{batch.id}")
    assert "Every combination of its values" not in page.text
    assert page.find("#extend-live")["hx-trigger"] == "every 5s"
    assert page.find(extend).has_attr("data-keep")  # with what is typed
    pages.submit(page, {"jobs": "10"}, form=extend, status=303)
    go_on(batch)
    assert len(jobs_of(batch)) == 4
    page = pages.get(f"/batches/{batch.id}")
    assert not page.select(extend)
    assert "Every combination of its values is a candidate already" in page.text
    live = pages.live(f"/_live/batches/{batch.id}/extend").get_data(as_text=True)
    assert "Every combination of its values is a candidate already" in live
    assert "Begin one" not in live
    for score in (0.7, 0.8, 0.9, 0.6):
        run(score)
    go_on(batch)
    run(0.9)  # the winner
    go_on(batch)
    live = pages.live(f"/_live/batches/{batch.id}/extend").get_data(as_text=True)
    assert "Begin one" in live


def test_what_is_searched_has_columns_and_the_names_are_short(
    pages: PageClient, member: User
) -> None:
    space = {"C": [0.25, 1.0], "max_iter": [50, 100]}
    batch = search_to_end(member, 0.6, 0.7, 0.8, 0.5, strategy="grid", space=space)
    *_, last, final = jobs_of(batch)
    with writing() as session:
        session.merge(last).name = "mine"
    page = pages.get(f"/batches/{batch.id}")
    heads = [words_of(head) for head in page.select(".jobs-table thead th")]
    assert [head for head in heads if head in space] == ["C", "max_iter"]
    names = {row["id"]: row.select_one(".main a").text for row in page.select("tr[data-job-id]")}
    first, *_ = jobs_of(batch)
    assert names[f"job-{first.id}"] == f"#{first.id}"
    assert names[f"job-{final.id}"] == f"#{final.id} (best of 4)"
    assert names[f"job-{last.id}"] == "mine"
    cells = [words_of(cell) for cell in page.find(f"#job-{first.id}").select("td")]
    assert "0.25" in cells
    assert "50" in cells
    # Whoever asks for other columns gets them.
    other = pages.get(f"/batches/{batch.id}?cols=status,owner")
    assert not other.select("th a[href*='param%3AC'], th a[href*='param:C']")


def test_candidates_break_no_page(pages: PageClient, member: User) -> None:
    batch = submit(member, 2)
    first = run(0.7)
    second = run(0.6)
    go_on(batch)
    winner = take()
    finish(winner, 0.7)
    for address in (f"/jobs/{first}", f"/jobs/{winner.job_id}", "/jobs", "/", "/datasets",
                    "/models", f"/compare?jobs={first},{second},{winner.job_id}",
                    f"/jobs/new?from={first}"):  # fmt: skip
        pages.get(address)
    assert "Save scores" in pages.get(f"/jobs/{first}").text
    assert "Save model" in pages.get(f"/jobs/{winner.job_id}").text


@pytest.mark.sampled(3)
@pytest.mark.parametrize("strategy", ["", "random"])
@pytest.mark.parametrize("text", ["banana..1 log", "0.1..", "0.1 .. x"])
def test_what_looks_like_a_range_and_is_none_is_told_with_how_to_write_one(
    text: str, strategy: str, pages: PageClient, member: User
) -> None:
    page = send(pages, open_form(pages, member, strategy), {"parameters.C": text})
    told = page.errors["parameters.C"]
    assert f'"{text}" is no range' in told
    assert "0.01..1 log" in told
