"""The positive class of a request, and thresholds that a duplicate carries on."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.compare.reasons import find_reasons
from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.changing.changed import submit_changed
from dashboard.jobs.service import submit_job
from tests.dashboard.api.test_api import Api
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.dashboard.searches import acts
from tests.factories import make_dataset, make_succeeded_job
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
COSTS = {"true_positive": 0, "false_positive": 1, "false_negative": 5, "true_negative": 0}
SOURCE = {"job_id": 7, "cautions": []}


def ask(user: User, **more: Any) -> Job:
    request = {"dataset_id": make_dataset(user).id, "target": "churned",
               "estimator": "LogisticRegression"}  # fmt: skip
    return submit_job(user=user, request=request | more)


def decided(user: User) -> Job:
    """Make a finished job whose threshold was chosen by the scores of another."""
    decision = {"threshold": 0.3, "costs": COSTS}
    details = {"decision": decision, "positive": "no", "positive_class": "no",
               "threshold_from": SOURCE}  # fmt: skip
    warning = {"code": "LEAK", "message": "m", "change": {"exclude": ["age"]}}
    return make_succeeded_job(user, details=details, warnings=[warning])


def last_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


def test_it_is_one_of_two_classes(app: Flask, member: User) -> None:
    assert ask(member, positive_class="no").positive == "no"
    assert ask(member).positive is None
    for wrong, more in (
        ("maybe", {}), (1, {}), ("Oslo", {"target": "city"}), ("1", {"target": "income"}),
    ):  # fmt: skip
        with pytest.raises(ValidationFailed) as refused:
            ask(member, positive_class=wrong, **more)
        assert "positive_class" in refused.value.fields
    both = ask(member, positive_class="no", threshold=0.3)
    assert (both.positive, both.decision["threshold"]) == ("no", 0.3)
    assert request_from(both)["positive_class"] == "no"


def test_the_api_takes_and_tells_it(app: Flask, member: User) -> None:
    request = {"dataset_id": make_dataset(member).id, "target": "churned",
               "estimator": "LogisticRegression", "positive_class": "no"}  # fmt: skip
    made = Api(app, member).call("POST", "/jobs", 201, json=request)
    assert made["positive_class"] == "no"


def test_all_candidates_and_the_winner_have_it(app: Flask, member: User) -> None:
    request = {"dataset_id": make_dataset(member).id, "target": "churned", "metric": "f1",
               "estimator": "LogisticRegression", "positive_class": "no",
               "search": {"strategy": "random", "space": acts.SPACE, "jobs": 2}}  # fmt: skip
    batch = acts.service.submit_batch(user=member, request=request)
    for claim in (acts.take(), acts.take()):
        acts.finish(claim, 0.8, details={"positive": "no", "positive_class": "no"})
    acts.go_on(batch)
    assert {job.positive for job in acts.jobs_of(batch)} == {"no"}


def test_scores_of_different_classes_are_not_compared(app: Flask, member: User) -> None:
    data = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=data, details={"positive_class": p})
            for p in ("no", "yes")]  # fmt: skip
    assert find_reasons(jobs, "f1") == ["F1 is about different classes"]
    assert find_reasons(jobs, "roc_auc") == []


def test_the_form_offers_it_and_a_duplicate_carries_all_on(app: Flask, member: User) -> None:
    pages, job = PageClient(app, member), decided(member)
    page = pages.get(f"/jobs/new?from={job.id}")
    options = page.select('[name="positive_class"] option')
    assert [option["value"] for option in options] == ["", "no", "yes"]
    pages.submit(page, {}, form="#job-form", status=303)
    made = last_job()
    assert made.id != job.id
    assert (made.positive, made.decision) == ("no", {"threshold": 0.3, "costs": COSTS})
    assert made.details["threshold_from"] == SOURCE
    # Another threshold was chosen by nobody's scores.
    page = pages.get(f"/jobs/new?from={job.id}")
    pages.submit(page, {"threshold": "0.4", "positive_class": "yes"}, form="#job-form", status=303)
    made = last_job()
    assert (made.positive, made.decision["threshold"]) == ("yes", 0.4)
    assert made.decision["costs"] != COSTS
    assert "threshold_from" not in made.details


def seen(page: Any) -> str:
    return page.select('[name="threshold"]')[0].get("value") or ""


@pytest.mark.parametrize("change", [
    {"positive_class": "yes"}, {"positive_class": ""}, {"estimator": "GaussianNB"},
])  # fmt: skip
def test_a_threshold_does_not_go_over_to_something_else(
    change: dict[str, str], app: Flask, member: User
) -> None:
    pages, job = PageClient(app, member), decided(member)
    page = pages.get(f"/jobs/new?from={job.id}")
    page = pages.submit(page, change, form="#job-form", status=422)
    what = next(iter(change)).replace("_", " ")
    assert f"The threshold 0.3 of {job.name} was chosen for another {what}" in page.text
    assert seen(page) == ""
    assert last_job().id == job.id
    # The number is taken where it is typed once more, without costs that nobody gave.
    pages.submit(page, {"threshold": "0.3"}, form="#job-form", status=303)
    made = last_job()
    assert made.decision["threshold"] == 0.3
    assert made.decision["costs"] != COSTS
    assert "threshold_from" not in made.details


def test_nor_to_another_dataset(app: Flask, member: User) -> None:
    pages, job, other = PageClient(app, member), decided(member), make_dataset(member)
    page = pages.get(f"/jobs/new?from={job.id}")
    change = {"dataset_id": str(other.id), "action": "update"}
    page = pages.submit(page, change, form="#job-form", status=200)
    assert "was chosen for another dataset" in page.text
    pages.submit(page, {}, form="#job-form", status=303)
    assert last_job().decision is None


def test_a_class_that_was_worked_out_may_be_named(app: Flask, member: User) -> None:
    decision = {"threshold": 0.3, "costs": COSTS}
    job = make_succeeded_job(member, details={"decision": decision, "positive_class": "yes"})
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?from={job.id}")
    pages.submit(page, {"positive_class": "yes"}, form="#job-form", status=303)
    assert (last_job().positive, last_job().decision) == ("yes", decision)


def test_a_change_carries_them_on(app: Flask, member: User) -> None:
    job = decided(member)
    made = submit_changed(user=member, job_id=job.id, of="0", idempotency_key=None)
    assert made.details == {
        "positive": "no", "decision": {"threshold": 0.3, "costs": COSTS}, "threshold_from": SOURCE,
    }  # fmt: skip
    with writing() as session:
        warning = {"code": "X", "message": "m", "change": {"threshold": None, "costs": None}}
        session.get_one(Job, job.id).warnings = [warning]
    made = submit_changed(user=member, job_id=job.id, of="0", idempotency_key=None)
    assert made.details == {"positive": "no"}


@pytest.mark.parametrize(
    ("cells", "usual"),
    [
        (("1", "1", "2"), "2"), (("1", "2", "2"), "1"), (("0", "0", "1"), "1"),
        (("no", "yes", "yes"), "yes"), (("-1", "1", "1"), "1"), (("1.0", "1.0", "2.0"), "2.0"),
    ],
)  # fmt: skip
def test_the_form_says_which_class_is_positive_and_lets_one_choose(
    cells: tuple[str, ...], usual: str, app: Flask, member: User, tmp_path: Path
) -> None:
    table = "x,y\n" + "".join(f"{n},{cells[n % 3]}\n" for n in range(60))
    dataset = make_read_dataset(member, table, tmp_path)
    address = f"/jobs/new?dataset_id={dataset.id}&target=y&task=classification"
    form = PageClient(app, member).get(address)
    offered = [words_of(option) for option in form.select("#field-positive_class option")]
    assert offered == [f"{usual} (automatic)", *sorted(set(cells))]
