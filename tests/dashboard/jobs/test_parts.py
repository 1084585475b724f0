"""The pages of a job's parts: its log, its settings, its files; and where it stands."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Job, JobFold, LogLine, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running.execution import add_lines
from tests.dashboard.datasets.profiled import change
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job, make_user
from tests.page import PageClient, words_of
from tests.serving import serve


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def with_log(job: Job, n: int, *, marked: str = "loss went up") -> Job:
    """Write a log in which every hundredth line holds some words."""
    with writing() as session:
        session.add_all(
            LogLine(job_id=job.id, n=k, at=now(), level="info",
                    text=marked if k % 100 == 0 else f"step {k}")
            for k in range(1, n + 1)
        )  # fmt: skip
    return job


def test_the_whole_log_is_reachable_from_its_end_to_its_beginning(
    pages: PageClient, member: User
) -> None:
    job = with_log(make_succeeded_job(member), 2350)
    page = pages.get(f"/jobs/{job.id}/log")
    assert words_of(page.find("[data-log-count]")) == "2,350 lines"
    lines = page.select("#log li")
    assert (lines[0]["id"], lines[-1]["id"]) == ("L1351", "L2350")
    link = page.find(".log-more a")
    assert words_of(link) == "Show earlier 1,350 lines"
    assert link["href"] == f"/jobs/{job.id}/log?line=1350#L1350"
    page = pages.get(f"/jobs/{job.id}/log?line=1350")
    lines = page.select("#log li")
    assert (lines[0]["id"], lines[-1]["id"]) == ("L1001", "L2000")
    assert [words_of(a) for a in page.select(".log-more a")] == [
        "Show earlier 1,000 lines", "Show later 350 lines",
    ]  # fmt: skip
    assert page.select("#log li")[0].find("a", href="#L1001")


def test_a_search_counts_all_lines_and_leads_to_each(pages: PageClient, member: User) -> None:
    job = with_log(make_succeeded_job(member), 2350, marked="100% <b>done_x")
    page = pages.get(f"/jobs/{job.id}/log?q=%25+%3CB%3EDONE_")
    assert "23 of 2,350 lines hold “% <B>DONE_”" in page.text
    first = page.find("#log li a")
    assert first["href"] == f"/jobs/{job.id}/log?line=100#L100"
    assert words_of(page.select("#log li span")[0]) == "100% <b>done_x"
    assert "0 of 2,350 lines hold “none”" in pages.get(f"/jobs/{job.id}/log?q=none").text
    for odd in ("q=%ED%A0%80", "line=0", "line=x", f"line={2**63}", "line=99999"):
        pages.get(f"/jobs/{job.id}/log?{odd}")


def test_a_search_says_that_it_shows_the_first_of_many(pages: PageClient, member: User) -> None:
    job = with_log(make_succeeded_job(member), 1500)
    page = pages.get(f"/jobs/{job.id}/log?q=step")
    assert "1,485 of 1,500 lines hold “step”; here are the first 1,000" in page.text


def test_what_a_terminal_takes_for_colours_is_no_part_of_the_log(app: Flask, member: User) -> None:
    job = make_job(member)
    with writing() as session:
        add_lines(session, job.id, [(now(), "info", "\x1b[1;31mred\x1b[0m and\x1b[2K plain")])
    assert db.session.scalar(select(LogLine.text)) == "red and plain"


def test_settings_that_were_changed_come_first_and_the_others_are_one_click_away(
    pages: PageClient, member: User
) -> None:
    job = make_succeeded_job(member, parameters={"C": 0.5, "max_iter": 300})
    card = pages.get(f"/jobs/{job.id}").find("#settings")
    changed = [words_of(dd) for dd in card.select("dl.facts > dd") if "changed" in dd.text]
    assert changed == ["0.5 changed", "300 changed"]
    n = len(card.select("dt.mono"))
    assert words_of(card.find("summary")) == f"All {n}"  # type: ignore[arg-type]
    page = pages.get(f"/jobs/{job.id}/settings")
    rows = [[words_of(c) for c in row.select("th, td")] for row in page.select("tbody tr")]
    assert rows[0] == ["C", "0.5 changed", "1.0"]
    assert len(rows) == n
    assert f"2 of {n} changed" in page.text


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serve(app) as served:
        yield served


@pytest.mark.usefixtures("no_broker")
def test_the_program_of_a_job_makes_it_again(
    app: Flask, pages: PageClient, member: User, address: str
) -> None:
    job = make_succeeded_job(member, name='the "first" one', parameters={"C": 0.5})
    program = pages.get(f"/jobs/{job.id}/settings").find("#program").text
    program = program.replace("http://localhost", address)
    token = create_token(user=member, name="x").text
    running = subprocess.Popen(
        [sys.executable, "-c", program], env={"TRAINYARD_TOKEN": token}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    made = None
    end = time.monotonic() + 60
    while made is None and running.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
        db.session.rollback()
        made = db.session.scalar(select(Job).where(Job.id != job.id))
    if made is not None:
        change(made, state="succeeded", score=0.5)
    told, _ = running.communicate(timeout=60)
    assert made is not None, told
    assert told == f"{address}/jobs/{made.id}\nsucceeded roc_auc 0.5\n"
    assert (made.name, made.parameters, made.features) == (job.name, {"C": 0.5}, job.features)


def test_the_program_leaves_out_no_setting(pages: PageClient, member: User) -> None:
    settings = {"max_features": None, "hidden_layer_sizes": []}
    job = make_succeeded_job(member, parameters=settings, preprocessing={"text": None}, tags=[])
    program = pages.get(f"/jobs/{job.id}/settings").find("#program").text
    assert "'max_features': None" in program
    assert "'hidden_layer_sizes': []" in program
    assert "'preprocessing': {'text': None}" in program
    assert "'tags'" not in program


def test_files_are_listed_with_what_they_are(pages: PageClient, member: User) -> None:
    job = change(make_succeeded_job(member), out_of_fold_key="jobs/1/x/out_of_fold")
    sizes = {"bundle": 12_345, "joblib": 10_000, "onnx": 10_000, "check": 10}
    files: dict[str, object] = {
        name: {"key": name, "size_bytes": size} for name, size in sizes.items()
    }
    files["skops"] = {"reason": "not made"}  # no file, so no key
    model = make_model(job, files=files)
    page = pages.get(f"/jobs/{job.id}/files")
    links = {words_of(a).strip(): a["href"] for a in page.select("tbody th a")}
    assert links == {
        "Bundle": f"/models/{model.id}/download?format=bundle",
        "model.joblib": f"/models/{model.id}/download?format=joblib",
        "model.onnx": f"/models/{model.id}/download?format=onnx",
        "rows.csv": f"/jobs/{job.id}/rows.csv",
        "config.json": f"/jobs/{job.id}/config.json",
        "log.txt": f"/jobs/{job.id}/log.txt",
    }
    assert "12 KB" in page.text


def test_a_job_is_renamed_on_its_page_and_its_model_with_it(
    pages: PageClient, member: User
) -> None:
    job = make_succeeded_job(member)
    model = make_model(job)
    page = pages.get(f"/jobs/{job.id}")
    pages.submit(page, {"name": "  a better\n name "}, form=".rename form", status=303)
    assert words_of(pages.get(f"/jobs/{job.id}").find("h1")) == "a better name"
    db.session.refresh(model)
    assert (model.name, model.words) == ("a better name", "a better name churned")
    for name, words in (("", "A job needs a name"), ("x" * 201, "there is room for 200")):
        wrong = pages.submit(page, {"name": name}, form=".rename form", status=422)
        assert words in wrong.errors["name"]
    assert words_of(pages.get(f"/jobs/{job.id}").find("h1")) == "a better name"


def test_tags_and_a_note_are_written_on_the_page(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member)
    page = pages.get(f"/jobs/{job.id}")
    typed = {"tags": " final,, check <b> ", "note": "one\r\ntwo <b>"}
    pages.submit(page, typed, form="#marks form", status=303)
    page = pages.get(f"/jobs/{job.id}")
    assert [words_of(tag) for tag in page.select("#marks a.tag")] == ["final", "check <b>"]
    assert page.find("#marks .note").text == "one\ntwo <b>"
    pages.submit(page, {"note": "x" * 10_001}, form="#marks form", status=422)
    page = pages.get(f"/jobs/{job.id}")
    assert page.find("#marks .note").text == "one\ntwo <b>"


def test_archiving_can_be_undone_at_once(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member)
    page = pages.get(f"/jobs/{job.id}")
    pages.submit(page, {}, form=f'form[action="/jobs/{job.id}/archive"]', status=303)
    page = pages.get(f"/jobs/{job.id}")
    assert "This job is archived." in page.text
    assert "unless archived jobs are asked for." in page.text  # it has no model to speak of
    undo = page.find(".toast-note form")
    assert undo["action"] == f"/jobs/{job.id}/restore"
    pages.submit(page, {}, form=".toast-note form", status=303)
    assert "This job is archived." not in pages.get(f"/jobs/{job.id}").text


def test_who_may_not_change_a_job_sees_no_form_and_is_refused(app: Flask, member: User) -> None:
    job = make_succeeded_job(make_user(), tags=["theirs"], note="their note")
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{job.id}")
    assert "their note" in page.text
    assert not page.select(".rename, #marks form")
    for part in ("name", "marks", "archive", "restore"):
        pages.post(f"/jobs/{job.id}/{part}", {"name": "mine", "tags": ""}, status=403)


def standing(pages: PageClient, job: Job) -> str:
    found = pages.get(f"/jobs/{job.id}").select(".standing")
    return words_of(found[0]) if found else ""


def score_folds(job: Job, scores: list[float]) -> None:
    with writing() as session:
        folds = session.scalars(
            select(JobFold).where(JobFold.job_id == job.id).order_by(JobFold.fold)
        ).all()
        for fold, score in zip(folds, scores, strict=True):
            fold.scores = {"roc_auc": score}


def test_the_first_line_says_where_a_job_stands(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    jobs = {
        name: make_succeeded_job(member, dataset=dataset, name=name, score=score)
        for name, score in (("best", 0.9), ("near", 0.899), ("far", 0.6))
    }
    score_folds(jobs["best"], [0.90, 0.91, 0.89, 0.90, 0.90])
    score_folds(jobs["near"], [0.91, 0.90, 0.90, 0.89, 0.895])
    score_folds(jobs["far"], [0.60, 0.61, 0.59, 0.60, 0.60])
    assert standing(pages, jobs["best"]) == (
        "1st of 3 by score on this leaderboard , with near within noise"
    )
    assert standing(pages, jobs["near"]) == (
        "2nd of 3 by score on this leaderboard , within noise of the best, best"
    )
    assert standing(pages, jobs["far"]) == "3rd of 3 by score on this leaderboard"
    link = pages.get(f"/jobs/{jobs['far'].id}").find(".standing a")
    assert link["href"] == f"/leaderboards/{dataset.id}/churned"
    alone = make_succeeded_job(member)
    assert standing(pages, alone) == ""


def test_far_down_a_leaderboard_only_the_place_is_told(
    pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.leaderboards.standing.RANKED_AT_MOST", 2)
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset, score=0.9 - n / 100) for n in range(13)]
    assert standing(pages, jobs[12]) == "13th of 13 by score on this leaderboard"
    assert standing(pages, jobs[0]).startswith("1st of 13 by score on this leaderboard")
