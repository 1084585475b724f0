"""Doing something to many jobs: what is ticked, all that match, in the request and behind it."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event, select

from dashboard.chores.service import claim_next_chore
from dashboard.db import BulkAction, Chore, Job, User
from dashboard.db.job_score import JobScore
from dashboard.extensions import db
from dashboard.jobs.bulk import counts as bulk_counts
from dashboard.jobs.bulk import many as bulk
from dashboard.jobs.bulk.many import begin, do_slice, stop_bulk, undo
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.storage import get_storage, keys
from tasks.bulk_chore import act_on_jobs
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job, make_user
from tests.page import Page, PageClient, words_of


def states(ids: list[int]) -> list[str]:
    db.session.expire_all()
    found = dict(db.session.execute(select(Job.id, Job.state).where(Job.id.in_(ids))).all())
    return [found.get(job_id, "gone") for job_id in ids]


def tick(pages: PageClient, action: str, ids: list[int], **more: str) -> Page:
    form = {"action": action, "job": [str(job_id) for job_id in ids], "back": "/jobs?q=x", **more}
    return pages.post("/jobs/selected", form, status=303)


def toasts(page: Page) -> list[str]:
    return [words_of(toast) for toast in page.select("#toasts .toast-note > span")]


def do_chore() -> None:
    claim = claim_next_chore(worker="light", lane="act")
    assert claim is not None
    act_on_jobs(claim)


def test_jl_5_all_that_match_means_the_filter_that_is_shown(
    app: Flask, member: User, no_broker: None
) -> None:
    dataset = make_dataset(member)
    failed = [make_job(member, dataset, state="failed").id for _ in range(41)]
    others = [make_job(member, dataset, state="succeeded").id for _ in range(3)]
    pages = PageClient(app, member)
    page = pages.get("/jobs?state=failed&per=50")
    assert not page.select("[name=matching]")  # all of them are on the page
    form = {"action": "archive", "matching": "true", "back": "/jobs?state=failed&sort=name"}
    page = pages.follow(pages.post("/jobs/selected", form, status=303))
    assert "41 jobs match the filters" in page.text
    new = make_job(member, dataset, state="failed").id
    page = pages.follow(pages.submit(page, {}, status=303))
    assert "Waiting for a worker" in page.text
    do_chore()
    page = pages.get(page.path)
    assert "41 jobs archived. Done." in page.text
    archived = select(Job.id).where(Job.archived_at.is_not(None)).order_by(Job.id)
    assert list(db.session.scalars(archived)) == failed
    assert new not in failed
    assert states(others) == ["succeeded"] * 3
    assert db.session.scalars(select(Chore.state)).all() == ["done"]
    page = pages.follow(pages.submit(page, {}, form="form[action$='/undo']", status=303))
    do_chore()
    assert db.session.scalars(archived).all() == []
    assert "41 jobs in the lists again" in pages.get(page.path).text


def test_when_others_match_than_were_shown_nothing_is_done(app: Flask, member: User) -> None:
    job = make_job(member, state="failed")
    late = make_job(member, state="succeeded")
    both = [job.id, late.id]
    pages = PageClient(app, member)
    page = pages.get("/jobs/bulk?action=delete&matching=true&state=failed&back=/jobs")
    assert "1 job matches" in page.text
    db.session.get_one(Job, job.id).state = "succeeded"
    db.session.get_one(Job, late.id).state = "failed"
    db.session.commit()
    again = pages.submit(page, {}, status=422)
    assert again.errors == {"shown": "1 job matches that you were not shown. Look again"}
    for odd in ("", "x", "é", "eJw"):
        pages.submit(page, {"shown": odd}, status=422)
    assert states(both) == ["succeeded", "failed"]
    pages.submit(again, {}, status=303)
    assert states(both) == ["succeeded", "gone"]


def test_few_jobs_are_archived_at_once_and_that_is_undone(app: Flask, member: User) -> None:
    jobs = [make_job(member, state="failed", name="x") for _ in range(2)]
    running = make_job(member, state="running", lease="ab" * 8, name="x")
    pages = PageClient(app, member)
    page = pages.follow(tick(pages, "archive", [jobs[0].id, jobs[1].id, running.id]))
    assert toasts(page) == ["2 jobs archived"]
    assert f"#{running.id}: The job is running. Only jobs that are over are archived" in page.text
    pages.post(str(page.find("#toasts form")["action"]), status=303)
    db.session.expire_all()
    assert [db.session.get_one(Job, job.id).archived_at for job in jobs] == [None, None]


def test_others_jobs_and_jobs_that_are_gone_stay_as_they_are(
    app: Flask, member: User, admin: User
) -> None:
    mine, theirs = make_job(member, state="failed"), make_job(state="failed")
    done = begin(
        user=member, action="delete", job_ids=[mine.id, theirs.id, 10**6], address="/jobs"
    )
    assert (done.state, done.changed, done.n_refused) == ("done", 1, 2)
    assert [one["message"] for one in done.refused] == [
        "It belongs to somebody else", "It is not there any more",
    ]  # fmt: skip
    assert states([mine.id, theirs.id]) == ["gone", "failed"]
    assert begin(user=admin, action="delete", job_ids=[theirs.id], address="/jobs").changed == 1


def test_deleting_asks_first_and_takes_models_scores_and_files_along(
    app: Flask, member: User
) -> None:
    model = make_model()
    job, job_id = model.job, model.job_id
    key = f"{keys.job_prefix(job_id)}{'ab' * 8}/results"
    get_storage().write(key, io.BytesIO(b"x"))
    pages = PageClient(app, job.owner)
    page = pages.follow(tick(pages, "delete", [job_id]))
    assert "This cannot be undone" in page.text
    assert states([job_id]) == ["succeeded"]
    page = pages.follow(pages.submit(page, {}, status=303))
    assert toasts(page) == ["1 job deleted"]
    assert states([job_id]) == ["gone"]
    assert db.session.scalars(select(JobScore)).all() == []
    assert not get_storage().exists(key)


def test_tags_are_given_and_taken_away(app: Flask, member: User) -> None:
    jobs = [make_job(member, state="failed", tags=["old"]) for _ in range(2)]
    ids = [job.id for job in jobs]
    pages = PageClient(app, member)
    page = pages.follow(tick(pages, "tag", ids))
    page = pages.submit(page, {"tag": " "}, status=422)
    assert "A tag has 1 to 50 characters" in page.errors["tag"]
    page = pages.follow(pages.submit(page, {"tag": "best"}, status=303))
    assert toasts(page) == ["2 jobs tagged"]
    page = pages.follow(tick(pages, "tag", ids))
    pages.submit(page, {"tag": "old", "instead": "untag"}, status=303)
    db.session.expire_all()
    assert [db.session.get_one(Job, job_id).tags for job_id in ids] == [["best"]] * 2


def test_jobs_run_again_and_leave_the_archive(any_app: Flask, no_broker: None) -> None:
    owner = make_user()
    failed, runs = make_job(owner, state="failed"), make_job(owner, state="running")
    made = begin(user=owner, action="again", job_ids=[failed.id, runs.id], address="/jobs")
    assert (made.changed, made.n_refused) == (1, 1)
    assert states([failed.id, runs.id]) == ["queued", "running"]


def test_a_job_that_succeeded_keeps_its_result_and_a_new_one_has_its_settings(
    any_app: Flask, no_broker: None
) -> None:
    owner = make_user()
    done = make_succeeded_job(owner, name="good", parameters={"C": 0.5}, seed=7)
    made = begin(user=owner, action="again", job_ids=[done.id], address="/jobs")
    assert (made.changed, made.n_refused) == (1, 0)
    new = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert states([done.id, new.id]) == ["succeeded", "queued"]
    assert new.name == "good 2"
    same = ("dataset_id", "target", "estimator", "parameters", "seed", "owner_id")
    assert [getattr(new, name) for name in same] == [getattr(done, name) for name in same]
    assert (done.score is None, new.score is None) == (False, True)


def test_the_question_says_that_results_stay(app: Flask, member: User) -> None:
    for _ in range(2):
        make_succeeded_job(member)
    page = PageClient(app, member).get("/jobs/bulk?action=again&matching=true&back=/jobs")
    assert "2 jobs that succeeded keep their results; new ones have their settings" in page.text


def test_a_worker_that_died_in_between_does_nothing_twice(
    any_app: Flask, no_broker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SLICE", 10)
    owner = make_user()
    dataset = make_dataset(owner)
    ids = [make_job(owner, dataset, state="failed").id for _ in range(25)]
    made = begin(user=owner, action="tag", job_ids=ids, address="/jobs", tag="t")
    assert do_slice(made.id)
    db.session.expire_all()
    assert (made.state, made.done, made.changed) == ("running", 10, 10)
    do_chore()
    assert (made.state, made.done, made.changed, made.n_refused) == ("done", 25, 25, 0)
    assert not do_slice(made.id)


def test_a_bulk_action_is_stopped_where_it_is(any_app: Flask, no_broker: None) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    ids = [make_job(owner, dataset, state="failed").id for _ in range(21)]
    made = begin(user=owner, action="archive", job_ids=ids, address="/jobs")
    stop_bulk(user=owner, bulk_id=made.id)
    do_chore()
    assert (made.state, made.done) == ("stopped", 0)
    with pytest.raises(bulk.Conflict):
        stop_bulk(user=owner, bulk_id=made.id)
    with pytest.raises(bulk.Conflict):
        undo(user=owner, bulk_id=made.id)


def test_what_somebody_else_does_is_nobodys_to_see(app: Flask, member: User) -> None:
    job = make_job(state="failed")
    made = begin(user=job.owner, action="archive", job_ids=[job.id], address="/jobs")
    pages = PageClient(app, member)
    pages.get(f"/jobs/bulk/{made.id}", status=404)
    pages.post(f"/jobs/bulk/{made.id}/undo", status=404)
    pages.get(f"/jobs/bulk/{10**30}", status=404)
    assert db.session.get_one(BulkAction, made.id).state == "done"


def test_a_viewer_changes_nothing_but_may_compare(app: Flask, viewer: User) -> None:
    jobs = [make_job(state="failed") for _ in range(2)]
    pages = PageClient(app, viewer)
    page = pages.get("/jobs")
    assert [str(b["value"]) for b in page.select(".bulk-bar button[name=action]")] == ["compare"]
    ids = [job.id for job in jobs]
    target = tick(pages, "compare", ids).response.headers["Location"]
    assert parse_qs(urlsplit(target).query) == {"jobs": [f"{ids[0]},{ids[1]}"]}
    form = {"action": "archive", "job": [str(ids[0])]}
    pages.post("/jobs/selected", form, status=403)
    pages.get("/jobs/bulk?action=archive&jobs=1", status=403)


def test_what_cannot_be_done_is_said(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    pages.post("/jobs/selected", {"action": "eat", "job": "1"}, status=400)
    page = pages.follow(tick(pages, "archive", []))
    assert "Tick the jobs first that you want to archive" in page.text


def test_jl_13_who_cancels_second_hears_the_true_state(app: Flask, member: User) -> None:
    waiting = make_job(member)
    over = make_job(member, state="succeeded", score=0.829)
    pages = PageClient(app, member)
    for job, status, state in ((waiting, 200, "cancelled"), (waiting, 409, "cancelled"),
                               (over, 409, "succeeded")):  # fmt: skip
        answer = pages.post(f"/jobs/{job.id}/stop", status=status).response
        assert answer.json["state"] == state
    assert answer.json["message"] == "It had already finished. Result: succeeded, 0.829"
    page = pages.follow(
        pages.post(f"/jobs/{over.id}/cancel", {"back": "/jobs?sort=name"}, status=303)
    )
    assert page.path == "/jobs"
    assert "It had already finished: succeeded, 0.829" in page.text
    other = make_job()
    answer = pages.post(f"/jobs/{other.id}/stop", status=403).response
    assert "belongs to somebody else" in answer.json["message"]
    pages.post("/jobs/99999/stop", status=404)


def test_the_question_about_many_jobs_reads_few_rows(
    any_app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_counts, "AT_ONCE", 2)
    dataset = make_dataset(member)
    mine = [make_job(member, dataset, state=s).id for s in ("succeeded", "failed") * 6]
    other = make_job(make_user(), dataset, state="succeeded").id
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *a: statements.append(a[2]))
    found = bulk_counts.find_matching(member, JobFilters())
    event.remove(db.engine, "before_cursor_execute", note)
    assert found.ids == [*mine, other]
    assert {state: len(ids) for state, ids in found.by_state.items()} == {
        "succeeded": 7, "failed": 6,
    }  # fmt: skip
    assert found.n_made == 6
    assert len([text for text in statements if text.startswith("SELECT")]) == 2
    admin = make_user(role="admin")
    assert bulk_counts.find_matching(admin, JobFilters(), up_to=mine[-1]).n_made == 6
    page = PageClient(any_app, member).get("/jobs/bulk?action=again&matching=true")
    assert "13 jobs match" in page.text
    assert "6 jobs that succeeded keep their results" in page.text
