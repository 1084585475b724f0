"""What may follow a blend: nothing that would be another model under its name."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Batch, Job, Model, User
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.changing.changed import submit_changed
from dashboard.jobs.service import cancel_job
from dashboard.jobs.submission import submit as submit_job
from dashboard.jobs.threshold.again import save_threshold
from dashboard.jobs.threshold.same_fit import find_same_fit
from dashboard.models.listing import read_rows
from tests.dashboard.searches.acts import finish, go_on, jobs_of, take, tell_folds
from tests.dashboard.several.test_steps import score, submit
from tests.factories import make_model, make_succeeded_job
from tests.page import Page, PageClient

pytestmark = pytest.mark.usefixtures("no_broker")
WARNING = {"code": "DRIFT", "message": "It drifts", "change": {"validation": {"scheme": "time"}}}


def submit_and_score(user: User, **asked: Any) -> Batch:
    made = submit(user, **asked)
    for _ in jobs_of(made):
        score(0.7)
    go_on(made)
    return made


@pytest.fixture
def batch(app: Flask, member: User) -> Batch:
    """Several that were scored, whose last job waits."""
    return submit_and_score(member)


def end_as_blend(batch: Batch) -> Job:
    first, second, *_, final = jobs_of(batch)
    claim = take()
    tell_folds(claim, [0.8] * 5)
    members = [{"job_id": one.id, "title": "Ridge", "percent": 50} for one in (first, second)]
    finish(claim, 0.8, warnings=[WARNING], details={"members": members})
    go_on(batch)
    return final


def test_a_blend_is_not_made_again_as_another_model(batch: Batch, member: User) -> None:
    job = end_as_blend(batch)
    first, second, *_ = jobs_of(batch)
    named = rf"#{first.id} \(50%\) and #{second.id} \(50%\)"
    words = f"blend of jobs {named}, so no single job makes it again"
    with pytest.raises(Conflict, match=words):
        submit_changed(user=member, job_id=job.id, of="0", idempotency_key=None)
    with pytest.raises(Conflict, match=words):
        save_threshold(user=member, job_id=job.id, threshold="0.3", costs={}, idempotency_key=None)
    with pytest.raises(Conflict, match=words):
        request_from(job)
    assert request_from(first)["estimator"] == first.estimator


def test_the_page_of_a_blend_leads_to_trying_several_again(
    app: Flask, batch: Batch, member: User
) -> None:
    job, pages = end_as_blend(batch), PageClient(app, member)
    page = pages.get(f"/jobs/{job.id}")
    assert "no single job makes it again" in page.text
    assert "It drifts" in page.text
    assert not page.select(f'[action="/jobs/{job.id}/changed"], [href="/jobs/new?from={job.id}"]')
    form = pages.get(link_again(page))
    assert form.find('[name="several.time_limit_s"]')["value"] == "60"
    assert form.find('[name="validation.scheme"] option[selected]')["value"] == ""
    refused = pages.get(f"/jobs/new?from={job.id}", status=409)
    assert "no single job makes it again" in refused.text
    other = jobs_of(batch)[0]
    assert "Duplicate and edit" in pages.get(f"/jobs/{other.id}").text


def link_again(page: Page) -> str:
    (link,) = [str(a["href"]) for a in page.select("a.btn") if "Try several again" in a.text]
    return link


def test_several_are_tried_again_on_the_groups_that_were_chosen(app: Flask, member: User) -> None:
    split = {"scheme": "group", "group_column": "city"}
    job, pages = end_as_blend(submit_and_score(member, validation=split)), PageClient(app, member)
    form = pages.get(link_again(pages.get(f"/jobs/{job.id}")))
    for name, value in (*split.items(), ("folds", "3")):
        field = form.find(f'[name="validation.{name}"]')
        chosen = field if name == "folds" else field.find("option", selected=True)
        assert chosen is not None
        assert chosen["value"] == value


def test_the_list_of_models_tells_a_blend_from_a_voting_model_of_a_persons_own(
    any_app: Flask, batch: Batch, member: User
) -> None:
    job = end_as_blend(batch)
    blend = db.session.scalars(select(Model).where(Model.job_id == job.id)).one()
    mine = make_model(make_succeeded_job(member, estimator="VotingClassifier"))
    titles = {model.id: model.title for model in read_rows([blend.id, mine.id], member.id)}
    assert titles == {blend.id: "Blend", mine.id: "Voting"}


def test_the_best_job_alone_is_made_again_like_any_other(batch: Batch, member: User) -> None:
    first, *_, final = jobs_of(batch)
    alone = {"members": [{"job_id": first.id, "title": "Ridge", "percent": 100}]}
    known = {"estimator": first.estimator, "parameters": first.parameters}
    finish(take(), 0.8, details=alone, **known)
    assert request_from(jobs_of(batch)[-1])["estimator"] == first.estimator
    assert final.id == jobs_of(batch)[-1].id


def test_a_threshold_does_not_borrow_the_fits_of_a_blend(batch: Batch, member: User) -> None:
    blend = end_as_blend(batch)
    asked = {"dataset_id": blend.dataset_id, "target": "churned", "validation": blend.validation,
             "estimator": "VotingClassifier", "threshold": 0.3}  # fmt: skip
    job = submit_job(user=member, request=asked, idempotency_key=None, limit=1)
    assert (job.parameters, job.features) == (blend.parameters, blend.features)
    assert find_same_fit(job) is None


def test_the_last_job_has_nothing_to_stop_after(batch: Batch, member: User) -> None:
    claim = take()
    tell_folds(claim, [0.8] * 2)
    with pytest.raises(Conflict, match="no folds of its own"):
        cancel_job(user=member, job_id=claim.job_id, keep=True)
