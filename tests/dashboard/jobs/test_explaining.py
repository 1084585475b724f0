"""Asking why a job's model predicts what it does: by page and API, and what comes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.chores.failures import WORKER_DIED
from dashboard.chores.service import EXPLAIN, LEARN, beat, claim_next_chore
from dashboard.clock import now
from dashboard.config import load_settings
from dashboard.db import Chore, Job, User
from dashboard.db.states import ATTEMPTS_OF_ANY_KIND
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.explain import explaining
from dashboard.jobs.explain.views import ExplainView
from dashboard.jobs.page.results import read_results
from dashboard.jobs.running import adding
from dashboard.jobs.service import delete_job
from dashboard.storage import get_storage
from tasks import dispatcher
from tests.dashboard.api.test_api import Api
from tests.dashboard.jobs.test_results import RESULTS, job_with
from tests.factories import make_job, make_model, make_user
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
PARTS = [
    {"label": "<b>island</b>", "n": 300, "error": 0.4, "difference": 0.2, "low": 0.14,
     "high": 0.26, "verdict": "worse"},
    {"label": "north", "n": 20, "error": 0.5, "difference": 0.3, "low": None, "high": None,
     "verdict": "few"},
]  # fmt: skip
TIED = [{"label": "yes", "n": 400, "error": 0.2, "difference": 0.0, "low": -0.01, "high": 0.01,
         "verdict": "tied"}]  # fmt: skip
TOLD: dict[str, Any] = {
    "importance": {
        "metric": "roc_auc", "of": 60, "rows": 900, "repeats": 3, "spread_over": "folds",
        "lacking": [4, 5], "folds": 5, "differing": [],
        "columns": [{"name": "age", "mean": 0.21, "std": 0.02, "folds": 3},
                    {"name": "city", "mean": -0.001, "std": 0.004, "folds": 3}],
    },
    "dependence": [
        {"name": "age", "kind": "number", "values": [18.0, 90.0], "deciles": [20.0, 80.0],
         "rows": 200,
         "lines": [{"class": "yes", "mean": [0.2, 0.7], "low": [0.1, 0.5], "high": [0.3, 0.9]}]},
        {"name": "city", "kind": "category", "values": ["Oslo", "Rome"], "counts": [5, 4],
         "rows": 200,
         "lines": [{"class": "yes", "mean": [0.4, 0.5], "low": [0.1, 0.2], "high": [0.6, 0.8]}]},
    ],
    "coefficients": {"names": ["age", "city_Oslo"], "of": 2, "scale": "standard",
                     "rows": [{"class": "yes", "weights": [1.5, -0.2]}]},
    "slices": {"measure": "wrong", "error": 0.2, "n": 1000, "left_out": 0,
               "columns": [{"name": "region", "differs": 0.14, "parts": PARTS},
                           {"name": "member", "differs": -0.01, "parts": TIED}]},
    "seconds": 3.0,
}  # fmt: skip
CURVE = {
    "metric": "roc_auc", "whole": True,
    "points": [{"share": 0.5, "rows": 80, "mean": 0.7, "std": 0.02, "folds": 5},
               {"share": 1.0, "rows": 160, "mean": 0.8, "std": 0.02, "folds": 5}],
    "gain": {"mean": 0.1, "low": 0.05, "high": 0.15, "folds": 5},
}  # fmt: skip
BOOM = {"code": "MEM_LIMIT", "message": "It needed more than 4 GB", "hint": "Use fewer columns"}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def job(app: Flask, member: User) -> Job:
    """Make a job that succeeded, with charts and a model."""
    made = job_with(RESULTS, owner=member)
    make_model(made)
    return made


def claim() -> Any:
    """Take the next chore of the lane."""
    found = claim_next_chore(worker="light", lane="explain")
    assert found is not None
    return found


def answered(job: Job, kind: str, **answer: Any) -> None:
    """Ask for something and end its chore."""
    with writing() as session:
        session.add(Chore(kind=kind, subject_id=job.id))
    explaining.finish(claim=claim(), kind=kind, **answer)


def test_a_page_offers_what_costs_and_asks_once(pages: PageClient, job: Job) -> None:
    page = pages.get(f"/jobs/{job.id}")
    offered = words_of(page.find("#what-matters"))
    assert "Takes less than a minute on a machine that is free; other work" in offered
    assert "Would more data help?" in words_of(page.find("#more-data button"))
    for _ in range(2):
        pages.post(f"/jobs/{job.id}/explain", {"what": "explanation"}, status=303)
    kinds = db.session.scalars(select(Chore.kind)).all()
    assert kinds == [EXPLAIN]
    page = pages.get(f"/jobs/{job.id}")
    assert "Working out what matters and where it errs" in page.text
    assert not page.select("#what-matters button")
    assert page.find("#more-data button")


def test_it_does_not_wait_in_the_turn_of_short_chores(pages: PageClient, job: Job) -> None:
    pages.post(f"/jobs/{job.id}/explain", {"what": "learning_curve"}, status=303)
    assert claim_next_chore(worker="light") is None
    assert claim_next_chore(worker="light", lane="fetch") is None
    assert claim().kind == LEARN


def test_a_fall_of_r2_by_more_than_1_is_explained(job: Job) -> None:
    columns = [{"name": "age", "mean": 1.4, "std": 0.1, "folds": 5},
               {"name": "city", "mean": 0.2, "std": 0.1, "folds": 5}]  # fmt: skip
    told = {"importance": TOLD["importance"] | {"metric": "r2", "columns": columns}}
    view = ExplainView(job, {"explanation": told}, (), frozenset())
    assert "age takes 1.400 away, more than 1" in " ".join(view.importance_words)
    columns[0]["mean"] = 0.9
    assert "more than 1" not in " ".join(view.importance_words)


def test_what_was_worked_out_is_shown(pages: PageClient, job: Job) -> None:
    answered(job, EXPLAIN, answer=TOLD)
    answered(job, LEARN, answer=CURVE)
    page = pages.get(f"/jobs/{job.id}")
    matters = words_of(page.find("#what-matters"))
    assert "How much ROC AUC falls" in matters
    assert "2 of 60 columns were looked at" in matters
    assert "3 of 5 folds were measured" in matters
    assert "age 0.210" in page.find("#chart-importance")["aria-label"]
    assert "goes from 0.2 (at 18) to 0.7 (at 90)" in page.find("#chart-dependence-0")["aria-label"]
    assert "80% of these rows lie there" in words_of(page.find("#how-it-depends"))
    assert 'above 0 speaks for "yes"' in words_of(page.find("#coefficients"))
    assert "not per unit of the column" in words_of(page.find("#coefficients"))
    more = words_of(page.find("#more-data"))
    assert "got better by 0.100 (0.050 to 0.150), so more rows would probably help" in more
    for name in ("importance", "dependence-0", "dependence-1", "coefficients", "curve"):
        figure = pages.http.get(f"/jobs/{job.id}/charts/{name}.json").get_json()
        assert figure["traces"]
        assert figure["table"]["rows"]
    assert page.find("#chart-calibration")  # what was there stays


def test_of_several_classes_no_band_is_drawn_and_none_is_told(pages: PageClient, job: Job) -> None:
    age, city = TOLD["dependence"]
    lines = [line | {"class": name} for name in ("a", "b", "c") for line in age["lines"]]
    answered(job, EXPLAIN, answer=TOLD | {"dependence": [age | {"lines": lines}, city]})
    said = words_of(pages.get(f"/jobs/{job.id}").find("#how-it-depends"))
    assert "80%" not in said
    figure = pages.http.get(f"/jobs/{job.id}/charts/dependence-0.json").get_json()
    assert not [trace for trace in figure["traces"] if "fill" in trace]


def test_parts_of_a_column_are_chosen_by_the_address(pages: PageClient, job: Job) -> None:
    answered(job, EXPLAIN, answer=TOLD)
    errs = pages.get(f"/jobs/{job.id}").find("#where-it-errs")
    assert (
        "It is worse by more than chance where region is <b>island</b>: 40% in 300 rows"
        in words_of(errs)
    )
    rows = [words_of(row) for row in errs.select("tbody tr")]
    assert "+20.0 points" in rows[0]
    assert "+14.0 to +26.0 points" in rows[0]
    assert "too few rows to tell" in rows[1]
    assert "points" not in rows[1]
    errs = pages.get(f"/jobs/{job.id}?slice=member").find("#where-it-errs")
    assert words_of(errs.select_one("option[selected]")) == "member"
    assert "tied with all rows" in words_of(errs)
    pages.get(f"/jobs/{job.id}?slice=nothing").find("#where-it-errs tbody tr")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(-0.02, 0.04, "no more than chance"), (-0.06, -0.01, "would probably not help")],
)
def test_a_gain_is_not_claimed_beyond_chance(
    pages: PageClient, job: Job, low: float, high: float, words: str
) -> None:
    gain = {"mean": (low + high) / 2, "low": low, "high": high, "folds": 5}
    answered(job, LEARN, answer=CURVE | {"gain": gain})
    assert words in words_of(pages.get(f"/jobs/{job.id}").find("#more-data"))


def test_why_there_is_no_answer_is_said_until_there_is_one(pages: PageClient, job: Job) -> None:
    answered(job, EXPLAIN, failure=BOOM)
    page = pages.get(f"/jobs/{job.id}")
    assert "It needed more than 4 GB" in words_of(page.find("#what-matters"))
    assert page.find("#what-matters button")
    pages.submit(page, {}, form="#what-matters form", status=303)
    said = words_of(pages.get(f"/jobs/{job.id}").find("#what-matters"))
    assert "It stands here once it is worked out" in said  # and not that it failed, too
    assert "It needed more than 4 GB" not in said
    answered(job, EXPLAIN, answer=TOLD)
    assert "explanation_failure" not in read_results(db.session.get_one(Job, job.id))


class Watched:
    """A storage that is touched only while the database is not held."""

    def __init__(self, storage: Any, meanwhile: Callable[[], None]) -> None:
        self.storage, self.meanwhile = storage, meanwhile

    def __getattr__(self, name: str) -> Any:
        assert not db.session().in_transaction()
        if name == "write":
            self.meanwhile()
            self.meanwhile = lambda: None
        return getattr(self.storage, name)


def test_answers_that_come_at_once_are_both_kept_and_no_file_is_touched_in_a_transaction(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        session.add(Chore(kind=EXPLAIN, subject_id=job.id))
        session.add(Chore(kind=LEARN, subject_id=job.id))
    job_id, former, first, second = job.id, str(job.results_key), claim(), claim()

    def be_faster() -> None:
        explaining.finish(claim=second, kind=LEARN, failure=BOOM)

    watched = Watched(get_storage(), be_faster)
    monkeypatch.setattr(adding, "get_storage", lambda: watched)
    explaining.finish(claim=first, kind=EXPLAIN, answer=TOLD)
    kept = db.session.get_one(Job, job_id, populate_existing=True)
    results = read_results(kept)
    assert results["explanation"]
    assert results["learning_curve_failure"] == BOOM
    assert set(db.session.scalars(select(Chore.state))) == {"done", "failed"}
    lying = [file.key for file in get_storage().list_files() if "/results" in file.key]
    assert lying == [kept.results_key]
    stale = Job(id=job_id, results_key=former)  # a page that was begun before sees it all
    assert read_results(stale) == results


def test_why_a_dead_worker_gave_no_answer_is_kept_when_the_database_is_free(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        session.add(Chore(kind=EXPLAIN, subject_id=job.id))
    job_id, held = job.id, claim()
    with writing() as session:
        chore = session.get_one(Chore, held.chore_id)
        chore.heartbeat_at, chore.attempt = now() - timedelta(hours=1), ATTEMPTS_OF_ANY_KIND
    watched = Watched(get_storage(), lambda: None)
    monkeypatch.setattr(adding, "get_storage", lambda: watched)
    dispatcher.recover(load_settings(), now())
    results = read_results(db.session.get_one(Job, job_id, populate_existing=True))
    assert results["explanation_failure"] == WORKER_DIED


def test_it_can_be_stopped_and_the_worker_hears_it(pages: PageClient, job: Job) -> None:
    pages.post(f"/jobs/{job.id}/explain", {"what": "explanation"}, status=303)
    held = claim()
    assert beat(claim=held)
    pages.post(f"/jobs/{job.id}/explain/stop", {"what": "explanation"}, status=303)
    assert not beat(claim=held)
    explaining.finish(claim=held, kind=EXPLAIN, answer=TOLD)  # too late
    assert "explanation" not in read_results(db.session.get_one(Job, job.id))
    assert pages.get(f"/jobs/{job.id}").find("#what-matters button")


def test_the_part_that_waits_ends_with_a_way_to_the_answer(pages: PageClient, job: Job) -> None:
    pages.post(f"/jobs/{job.id}/explain", {"what": "explanation"}, status=303)
    live = pages.get(f"/jobs/{job.id}").find("#explain-live")
    assert "every 2s" in live["hx-trigger"]
    address = live["hx-get"]
    explaining.finish(claim=claim(), kind=EXPLAIN, answer=TOLD)
    text = pages.http.get(address).get_data(as_text=True)
    assert "Show it" in text
    assert "every 2s" not in text


def test_a_job_that_is_deleted_meanwhile_gets_no_answer(
    job: Job, member: User, pages: PageClient
) -> None:
    pages.post(f"/jobs/{job.id}/explain", {"what": "explanation"}, status=303)
    held = claim()
    delete_job(user=member, job_id=job.id)
    explaining.finish(claim=held, kind=EXPLAIN, answer=TOLD)
    assert db.session.scalars(select(Chore.state)).all() == ["done"]


def test_others_see_no_button_and_may_not_ask(app: Flask, job: Job, viewer: User) -> None:
    pages = PageClient(app, viewer)
    page = pages.get(f"/jobs/{job.id}")
    assert not page.select("#what-matters button")
    assert "It has not been worked out yet" in words_of(page.find("#what-matters"))


def test_the_api_asks_says_and_stops(app: Flask, job: Job, member: User) -> None:
    api, path = Api(app, member), f"/jobs/{job.id}"
    asked = {"asked": ["learning_curve"]}
    assert api.call("POST", f"{path}/learning-curve", 202) == asked
    assert api.call("GET", f"{path}/results")["asked"] == ["learning_curve"]
    api.call("DELETE", f"{path}/learning-curve", 204)
    assert api.call("GET", f"{path}/results")["asked"] == []
    refused = api.call("POST", f"/jobs/{make_job(member).id}/explanation", 409)
    assert "no model to explain: it is queued" in refused["error"]["message"]
    theirs = api.call("GET", f"{path}/results")
    assert Api(app, make_user()).call("POST", f"{path}/explanation", 403)["error"]
    assert theirs["calibration"]
