"""Jobs that succeeded, run once more: asked first, not too many, and by two clicks only once."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.chores.service import claim_next_chore
from dashboard.clock import now
from dashboard.db import BulkAction, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.bulk import many as bulk
from dashboard.jobs.bulk.many import begin
from dashboard.storage import get_storage
from tasks.bulk_chore import act_on_jobs
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, values_of, words_of

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]


@pytest.fixture
def environ(environ: Mapping[str, str]) -> Mapping[str, str]:
    return {**environ, "MAX_BATCH_JOBS": "3"}


def count_waiting() -> int:
    return db.session.scalar(select(func.count(Job.id)).where(Job.state == "queued")) or 0


def make_some(owner: User, n_jobs: int) -> list[int]:
    dataset = make_dataset(owner)
    same = {"dataset_id": dataset.id, "target": "churned"}
    return [make_succeeded_job(owner, **same).id for _ in range(n_jobs)]


def test_two_clicks_on_run_again_make_one_job(app: Flask, member: User) -> None:
    done = make_succeeded_job(member, dataset=make_dataset(member), name="good")
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{done.id}")
    (form,) = page.select('form[action$="/once-more"]')
    assert words_of(form) == "Run again"
    answers = [pages.post(str(form["action"]), values_of(form), status=303) for _ in range(2)]
    assert [a.response.headers["Location"] for a in answers] == [f"/jobs/{done.id + 1}"] * 2
    page = pages.follow(answers[0])
    assert f"good 2 is queued, with the settings of #{done.id}" in words_of(page.find("#toasts"))
    (form,) = pages.get(f"/jobs/{done.id}").select('form[action$="/once-more"]')
    pages.post(str(form["action"]), values_of(form), status=303)  # once more, on purpose
    assert count_waiting() == 2


def test_only_what_succeeded_is_made_once_more(app: Flask, member: User) -> None:
    failed = make_job(member, state="failed")
    page = PageClient(app, member).post(f"/jobs/{failed.id}/once-more", status=409)
    assert f"Job #{failed.id} is failed" in page.text
    assert count_waiting() == 0


def test_ticked_jobs_that_succeeded_are_asked_about_first(app: Flask, member: User) -> None:
    (done,) = make_some(member, 1)
    failed = make_job(member, state="failed")
    pages = PageClient(app, member)
    form = {"action": "again", "job": [str(done), str(failed.id)], "back": "/jobs"}
    page = pages.follow(pages.post("/jobs/selected", form, status=303))
    assert count_waiting() == 0
    assert "1 job that succeeded keeps its result; a new one has its settings" in page.text
    for _ in range(2):  # two clicks on the answer
        pages.submit(page, {}, status=303)
    assert count_waiting() == 2
    assert db.session.scalar(select(func.count(BulkAction.id))) == 1
    page = pages.follow(pages.post("/jobs/selected", form, status=303))
    pages.submit(page, {}, status=303)  # asked once more, on purpose
    assert count_waiting() == 3


def test_what_succeeds_after_the_question_is_asked_about_anew(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    failed, later = (make_job(member, dataset, state="failed") for _ in range(2))
    (done,) = make_some(member, 1)
    pages = PageClient(app, member)
    form = {"action": "again", "job": [str(job) for job in (done, failed.id, later.id)]}
    page = pages.follow(pages.post("/jobs/selected", form, status=303))
    with writing() as session:
        row = session.get_one(Job, later.id)
        row.state, row.finished_at = "succeeded", now()
    page = pages.submit(page, {}, status=422)
    assert page.errors["shown"] == "1 job has succeeded since you were asked. Look again"
    assert "2 jobs that succeeded keep their results" in page.text
    assert count_waiting() == 0
    pages.submit(page, {}, status=303)
    assert count_waiting() == 3


def test_what_succeeds_after_the_answer_keeps_its_result(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FEW", 1)  # so that the light worker does it, later
    dataset = make_dataset(member)
    jobs = [make_job(member, dataset, state="failed") for _ in range(2)]
    made = begin(user=member, action="again", job_ids=[job.id for job in jobs], address="/jobs")
    with writing() as session:
        row = session.get_one(Job, jobs[0].id)
        row.state, row.finished_at = "succeeded", now()
    while bulk.do_slice(made.id):
        pass
    db.session.expire_all()
    assert (made.changed, count_waiting()) == (1, 1)
    assert made.refused == [
        {"job_id": jobs[0].id, "message": "It has succeeded meanwhile, so it keeps its result"}
    ]


def test_failed_jobs_alone_run_again_without_a_question(app: Flask, member: User) -> None:
    failed = make_job(member, state="failed")
    form = {"action": "again", "job": str(failed.id), "back": "/jobs"}
    PageClient(app, member).post("/jobs/selected", form, status=303)
    assert count_waiting() == 1


def test_no_more_are_made_than_may_be_at_once(app: Flask, member: User) -> None:
    ids = make_some(member, 4)
    theirs = make_succeeded_job()  # stays as it is, and is not counted
    refusal = "4 jobs that succeeded would be made once more. The limit is 3 at once"
    pages = PageClient(app, member)
    page = pages.get("/jobs/bulk?action=again&matching=true&back=/jobs")
    assert refusal in page.text
    assert "keep their results" not in page.text
    assert not page.select(".actions button")
    assert refusal in pages.submit(page, {}, status=422).errors["shown"]
    with pytest.raises(bulk.ValidationFailed, match="limit is 3"):
        begin(user=member, action="again", job_ids=ids, address="/jobs")
    assert count_waiting() == 0
    some = [*ids[1:], theirs.id]
    made = begin(user=member, action="again", job_ids=some, address="/jobs")
    assert (made.changed, made.n_refused) == (3, 1)


def test_each_slice_asks_whether_there_is_room(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SLICE", 10)
    dataset = make_dataset(member)
    ids = [make_job(member, dataset, state="failed").id for _ in range(25)]
    made = begin(user=member, action="again", job_ids=ids, address="/jobs")
    assert bulk.do_slice(made.id)
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 1)
    claim = claim_next_chore(worker="light", lane="act")
    assert claim is not None
    act_on_jobs(claim)
    db.session.expire_all()
    assert (made.state, made.done, count_waiting()) == ("failed", 10, 10)
    assert "no room for the files of a new job" in str(made.message)


def test_a_question_of_somebody_else_is_another_one(any_app: Flask) -> None:
    owner, admin = make_user(), make_user(role="admin")
    ids = make_some(owner, 2)
    for user in (owner, admin, owner):
        begin(user=user, action="again", job_ids=ids, address="/jobs", since=1)
    assert count_waiting() == 4
