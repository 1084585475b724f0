"""The go-to box: what a few letters or a number find, and where they lead."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event

from dashboard.db import User
from dashboard.extensions import db
from dashboard.goto.queries import PAGES, PER_GROUP, find_all
from dashboard.jobs.page.time_up import NOBODY
from dashboard.models.changes import archive_model
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job
from tests.page import PageClient, words_of


def found(q: str, role: str = "member") -> dict[str, list[str]]:
    groups = find_all(q, User(role=role))
    return {group.title: [hit.title for hit in group.hits] for group in groups}


def test_a_part_of_a_name_finds_jobs_datasets_and_models(app: Flask, member: User) -> None:
    dataset = make_dataset(member, name="Telco churn")
    job = make_succeeded_job(member, dataset=dataset, name="CHURN-gb")
    make_model(job)
    make_dataset(member, name="churn, archived", archived_at=dataset.saved_at)
    make_dataset(member, name="churn, unsaved", saved_at=None)
    assert found("hurn") == {
        "Jobs": ["CHURN-gb"], "Datasets": ["Telco churn"], "Models": ["CHURN-gb"],
    }  # fmt: skip


def test_models_are_found_as_in_their_list(app: Flask, member: User) -> None:
    for name, score in (("churn-good", 0.8), ("churn-best", 0.9), ("churn-bad", 0.7)):
        make_model(make_succeeded_job(member, name=name, score=score))
    gone = make_model(make_succeeded_job(member, name="churn-old"))
    archive_model(user=member, model_id=gone.id)
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    assert found("CHURN-")["Models"] == ["churn-best", "churn-good", "churn-bad"]
    event.remove(db.engine, "before_cursor_execute", note)
    assert "churn-bad" in PageClient(app, member).get("/models?q=CHURN-").text
    (looked,) = (text for text in asked if "FROM models" in text)
    plan = db.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {looked}", ("%churn-%", 7, 0)[: looked.count("?")]
    )
    assert any("COVERING INDEX ix_models_listed" in row.detail for row in plan)


def test_names_that_begin_alike_show_where_they_differ(app: Flask, member: User) -> None:
    for rate in ("0.03", "0.06"):
        make_job(member, name=f"churn: gradient boosting, learning_rate {rate}, max_iter 300")
    make_job(member, name="churn")
    answer = PageClient(app, member).http.get("/_live/search?q=churn")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    names = {
        words_of(one): one.get("title") for one in page.select("[role=option] .cut:first-child")
    }
    assert list(names) == [
        "churn", "churn: g\N{HORIZONTAL ELLIPSIS}0.06, max_iter 300",
        "churn: g\N{HORIZONTAL ELLIPSIS}0.03, max_iter 300",
    ]  # fmt: skip
    whole = "churn: gradient boosting, learning_rate 0.06, max_iter 300"
    assert list(names.values())[:2] == [None, whole]
    # Who hears the list is told the whole name, once.
    heard = page.select("[role=option]")[1]
    heard.select_one("[aria-hidden]").extract()
    assert words_of(heard).startswith(f"{whole} #")


def test_a_job_that_was_skipped_is_called_so(app: Flask, member: User) -> None:
    make_job(member, name="late", state="cancelled", stopped_by=NOBODY)
    assert [hit.note for group in find_all("late", member) for hit in group.hits] == ["skipped"]


@pytest.mark.parametrize("n_late", [1, PER_GROUP + 1])
def test_jobs_that_were_skipped_come_last(app: Flask, member: User, n_late: int) -> None:
    dataset = make_dataset(member)
    for name in ("old", "older"):
        make_succeeded_job(member, dataset=dataset, name=f"sales {name}")
    late = {"state": "cancelled", "stopped_by": NOBODY}
    names = [make_job(member, dataset, name=f"sales late {n}", **late).name for n in range(n_late)]
    make_job(member, dataset, name="sales dropped", state="cancelled", stopped_by="Ada")
    assert found("sales")["Jobs"] == [
        "sales dropped", "sales older", "sales old", *reversed(names)
    ][:PER_GROUP]  # fmt: skip
    more = [group.more for group in find_all("sales", member) if group.title == "Jobs"]
    assert more == [n_late > 1]


def test_what_has_the_very_name_comes_first(app: Flask, member: User) -> None:
    dataset = make_dataset(member, name="Houses")
    make_model(make_succeeded_job(member, dataset=dataset, name="houses: forest"))
    assert list(found("house")) == ["Jobs", "Datasets", "Models"]
    assert list(found("houses")) == ["Datasets", "Jobs", "Models"]


def test_percent_and_underline_stand_for_themselves(app: Flask, member: User) -> None:
    make_job(member, name="plain")
    assert found("%") == {}
    assert found("_") == {}


def test_words_find_pages_in_any_order(app: Flask) -> None:
    assert found("job new")["Pages"] == ["New job"]
    assert found("dark")["Pages"] == ["Settings: appearance"]
    assert len(found("")["Pages"]) == len(PAGES)


def test_who_may_only_look_is_offered_no_page_that_refuses_them(app: Flask, viewer: User) -> None:
    assert found("new job", "viewer") == {}
    browser = PageClient(app, viewer)
    for page in PAGES:
        browser.get(page.path, status=403 if page.for_members else 200)
    assert "/datasets/new" not in browser.http.get("/_live/search?q=upload").text
    page = browser.get("/search")
    assert "/jobs/new" not in [link["href"] for link in page.select("main a[href]")]
    assert "data-new-job" not in page.find("html").attrs  # where the key n leads
    assert "n New job" not in words_of(page.find("#keys"))


def test_pages_of_the_box_are_there(app: Flask, admin: User) -> None:
    browser = PageClient(app, admin)
    for page in PAGES:
        browser.get(page.path)


@pytest.mark.parametrize("text", ["{}", "#{}", " {} "])
def test_a_number_opens_the_job(app: Flask, member: User, text: str) -> None:
    job = make_job(member, name="plain")
    browser = PageClient(app, member)
    q = text.format(job.id)
    opened = browser.get("/search", query_string={"q": q}, status=302)
    assert opened.response.location == f"/jobs/{job.id}"
    assert found(q)["Jobs"] == ["plain"]


def test_a_number_that_no_job_has_finds_names(app: Flask, member: User) -> None:
    make_job(member, name="run 9999")
    page = PageClient(app, member).get("/search?q=9999")
    assert "run 9999" in page.text
    for odd in ("9" * 5000, "0", "-1", "²"):
        PageClient(app, member).get("/search", query_string={"q": odd})


def test_what_does_not_fit_is_one_link_away(app: Flask, member: User) -> None:
    for _ in range(PER_GROUP + 1):
        make_job(member, name="<i>many</i>")
    page = PageClient(app, member).get("/search?q=many")
    assert len(page.select("#found-job a[href^='/jobs/']")) == PER_GROUP
    assert page.find("#found-job a[href='/jobs?q=many']")


def test_nothing_found_says_so(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/search", query_string={"q": "<b>chrun"})
    assert "Nothing is called like <b>chrun" in page.text


def test_the_list_below_the_box_holds_options_with_groups(app: Flask, member: User) -> None:
    make_job(member, name="<b>x</b>")
    page = PageClient(app, member)
    answer = page.http.get("/_live/search?q=x", headers={"HX-Request": "true"})
    assert 'role="option"' in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text
    assert 'aria-labelledby="goto-group-job"' in answer.text


def test_the_box_is_on_every_page_and_looks_without_javascript(app: Flask, member: User) -> None:
    make_job(member, name="churn")
    browser = PageClient(app, member)
    page = browser.get("/settings/profile")
    found_page = browser.submit_get(page, {"q": "churn"}, form="form.goto")
    assert "churn" in words_of(found_page.find("#found-job"))
    assert not PageClient(app).get("/login").select(".goto")
