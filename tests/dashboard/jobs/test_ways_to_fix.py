"""The buttons of a failed job lead to the next step with what is known already."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from tests.factories import make_dataset, make_job
from tests.page import Page, PageClient, words_of

FAILED: dict[str, Any] = {
    "state": "failed", "estimator": "RandomForestClassifier", "parameters": {"n_estimators": 33},
    "failure": {"code": "TARGET_NOT_NUMERIC", "message": "The target has text", "hint": "h"},
}  # fmt: skip
FOREST = '[id="field-parameters.n_estimators"]'


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def link(page: Page, words: str) -> str:
    (found,) = [a for a in page.select("a.btn") if words_of(a) == words]
    return str(found["href"])


def test_a_corrected_file_becomes_the_next_version(
    app: Flask, pages: PageClient, member: User
) -> None:
    job = make_job(member, **FAILED)
    address = link(pages.get(f"/jobs/{job.id}"), "Upload a corrected file")
    assert address == f"/datasets/new?version_of={job.dataset_id}"
    assert "Upload a new version" in pages.get(address).text


def test_nobody_is_led_to_a_version_of_what_is_not_theirs(
    pages: PageClient, member: User, viewer: User
) -> None:
    job = make_job(member, make_dataset(viewer), **FAILED)
    page = pages.get(f"/jobs/{job.id}")
    assert link(page, "Upload a corrected file") == "/datasets/new"


def choose_another(pages: PageClient, member: User) -> tuple[Job, Page]:
    job = make_job(member, **FAILED)
    return job, pages.get(link(pages.get(f"/jobs/{job.id}"), "Choose another target"))


def test_another_target_keeps_estimator_and_settings(pages: PageClient, member: User) -> None:
    _, page = choose_another(pages, member)
    assert not page.select("#field-target option[selected]:not([value=''])")
    assert page.find(FOREST)["value"] == "33"
    asked = {"action": "update", "target": "city"}
    page = pages.submit(page, asked, form="#job-form", status=200)
    assert page.find(".choice-card input[checked]")["value"] == "RandomForestClassifier"
    assert page.find(FOREST)["value"] == "33"


def test_another_target_says_its_own_task(pages: PageClient, member: User) -> None:
    _, page = choose_another(pages, member)
    asked = {"action": "update", "target": "income"}
    page = pages.submit(page, asked, form="#job-form", status=200)
    assert "Predict a number is worked out from the target" in page.text
    assert not page.select("#field-task option[selected]:not([value=''])")


def test_the_way_to_the_form_is_shown(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member, name="telco")
    crumbs = ".crumbs li"
    page = pages.get(f"/jobs/new?dataset={dataset.id}")
    assert [words_of(li) for li in page.select(crumbs)] == ["Datasets", "telco", "New job"]
    assert page.select(f"{crumbs} a")[1]["href"] == f"/datasets/{dataset.id}"
    job = make_job(member, dataset)
    for address in ("/jobs/new", f"/jobs/new?from={job.id}"):
        words = [words_of(li) for li in pages.get(address).select(crumbs)]
        assert words == ["Jobs", "New job"]
