"""What the page of a job that succeeded offers at its head."""

import pytest
from flask import Flask

from dashboard.db import User
from tests.factories import make_dataset, make_model, make_succeeded_job
from tests.page import Page, PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def links(page: Page) -> dict[str, str]:
    return {words_of(a): str(a["href"]) for a in page.select(".page-head .actions > a")}


def test_predict_and_compare_stand_at_the_head_and_the_rest_in_the_menu(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    best, next_best, last = (
        make_succeeded_job(member, dataset=dataset, score=score) for score in (0.9, 0.8, 0.7)
    )
    model = make_model(last)
    page = pages.get(f"/jobs/{last.id}")
    head = links(page)
    assert list(head) == ["Predict", "Compare", "Duplicate and edit", "Download model"]
    assert head["Predict"] == f"/models/{model.id}/predict"
    assert [words_of(a) for a in page.select("#more-actions > a")] == ["Model", "Delete…"]
    for job, rival in ((last, best), (next_best, best), (best, next_best)):
        address = links(pages.get(f"/jobs/{job.id}"))["Compare"]
        assert address.replace("%2C", ",") == f"/compare?jobs={job.id},{rival.id}"
    assert "scores best" in pages.get(head["Compare"]).text


def test_a_job_that_is_alone_is_compared_where_another_can_be_added(
    pages: PageClient, member: User
) -> None:
    job = make_succeeded_job(member)
    head = links(pages.get(f"/jobs/{job.id}"))
    assert "Predict" not in head  # it has no model
    assert head["Compare"] == f"/compare?jobs={job.id}"
    assert "Add at least one more" in pages.get(head["Compare"]).text


def test_who_may_not_change_it_finds_its_model(app: Flask, viewer: User) -> None:
    model = make_model()
    page = PageClient(app, viewer).get(f"/jobs/{model.job_id}")
    assert [words_of(one) for one in page.select("#more-actions > *")] == ["Model"]
