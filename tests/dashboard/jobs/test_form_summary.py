"""What stands beside the form of a new job: what waits before it, and what needs fixing."""

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import User, Worker
from dashboard.db.transaction import writing
from dashboard.workers.queries import QueueSummary
from dashboard.workers.views import say_ahead
from tests.factories import make_dataset, make_job, make_succeeded_job
from tests.page import PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (QueueSummary(2, 3, 2, 2), "3 jobs wait, 2 workers"),
        (QueueSummary(1, 1, 1, 1), "1 job waits, 1 worker"),
        (QueueSummary(1, 0, 2, 1), "empty, a worker is free"),
        (QueueSummary(2, 0, 2, 2), "empty, 2 workers busy"),
        (QueueSummary(0, 3, 0, 0), None),
        (QueueSummary(0, 3, 1, 0, workers_drained=1), None),
        (QueueSummary(0, 3, 1, 0, paused_at=now()), None),
    ],
    ids=["waiting", "one", "free", "busy", "no-worker", "drained", "paused"],
)
def test_the_queue_in_words(summary: QueueSummary, words: str | None) -> None:
    assert say_ahead(summary) == words


def test_the_summary_tells_what_waits(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    make_job(member, dataset)
    address = f"/jobs/new?dataset={dataset.id}&target=churned"
    assert "Queue" not in [words_of(dt) for dt in pages.get(address).select(".follow dt")]
    with writing() as session:
        session.add(
            Worker(name="worker-1", queue="train", host="h", pid=1, state="busy", seen_at=now())
        )
    page = pages.get(address)
    told = {words_of(d.find_previous("dt")): words_of(d) for d in page.select(".follow dd")}
    assert told["Queue"] == "1 job waits, 1 worker"


def test_what_needs_fixing_is_led_to_from_both_buttons(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned")
    assert words_of(page.find(".submit-bar p")).endswith("predicting churned")
    bad = {"seed": "x", "priority": "low"}
    page = pages.submit(page, bad, form="#job-form", status=422)
    links = page.select(".follow .field-error a, .submit-bar a")
    assert [(words_of(a), a["href"]) for a in links] == [
        ("1 field needs fixing", "#field-seed")
    ] * 2


def test_what_will_be_queued_is_said_once_a_target_is_chosen(
    pages: PageClient, member: User
) -> None:
    page = pages.get("/jobs/new")
    assert "Nothing to queue yet" in page.text
    assert "Upload a dataset first" in page.text
    assert "This will create" not in page.text
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset={dataset.id}")
    assert "Nothing to queue yet" in page.text
    assert "Upload a dataset first" not in page.text


def test_an_earlier_job_of_the_dataset_can_be_started_from(
    pages: PageClient, member: User
) -> None:
    assert "Start from an earlier job" not in pages.get("/jobs/new").text
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset={dataset.id}")
    (link,) = [a for a in page.select("a.btn") if "earlier job" in words_of(a)]
    assert link["href"] == f"/jobs?dataset={dataset.id}&state=succeeded"


def test_cards_say_how_long_an_estimator_takes_where_that_is_known(
    pages: PageClient, member: User
) -> None:
    job = make_succeeded_job(member, run_seconds=175.0, n_rows=200, n_columns=3, parameters={})
    make_succeeded_job(member, run_seconds=9.0, n_rows=10**6, n_columns=3, estimator="GaussianNB")
    page = pages.get(f"/jobs/new?dataset_id={job.dataset_id}&target=churned")
    times = {
        str(card.select("input")[0]["value"]): [words_of(tag) for tag in card.select(".tag")]
        for card in page.select(".choice-card")
    }
    assert times["LogisticRegression"][-1] == "about 3 min"
    told = [tag for tags in times.values() for tag in tags if tag.startswith(("about", "less"))]
    assert told == ["about 3 min"]


def test_a_sweep_is_named_and_the_filter_waits_for_a_script(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    page = pages.get(
        f"/jobs/new?dataset={dataset.id}&target=churned&estimator=RandomForestClassifier"
    )
    assert page.find('[data-sweep="words"]').has_attr("hidden")
    assert page.find('[data-choice-filter="settings"]').has_attr("hidden")
    typed = {"action": "update", "parameters.n_estimators": "50, 100"}
    page = pages.submit(page, typed, form="#job-form", status=200)
    sweep = page.find('[data-sweep="words"]')
    assert (words_of(sweep), sweep.has_attr("hidden")) == ("n_estimators × 2", False)
