"""A search, or several estimators, checked first; and changes that are put into the form."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard.api import preflights
from dashboard.db import Dataset, Job, Preflight, User
from dashboard.extensions import db
from dashboard.jobs.preflight.checks import ask_preflight, find_refused
from dashboard.jobs.preflight.fitted import AT_MOST
from tests.dashboard.api.test_api import Api
from tests.dashboard.jobs.test_preflights import body, do_chore, make_table, taken_hints
from tests.engine.tables import mixed_csv
from tests.page import Page, PageClient

__all__ = ["taken_hints"]


def search(space: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"search": {"strategy": "random", "space": space, "jobs": 9} | more}


def check(dataset: Dataset, **asked: Any) -> Preflight:
    found = ask_preflight(user=dataset.owner, request=body(dataset, **asked))
    do_chore()
    db.session.refresh(found)
    return found


def test_the_first_candidate_and_the_ends_of_a_search_are_fitted(
    app: Flask, tmp_path: Path
) -> None:
    dataset = make_table(tmp_path, mixed_csv(300))
    space = {"n_neighbors": {"low": 2, "high": 290}, "weights": ["uniform", "distance"]}
    found = check(dataset, estimator="KNeighborsClassifier", **search(space))
    jobs = found.asked["jobs"]
    assert [job["title"] for job in jobs[1:]] == [
        "n_neighbors 2, weights uniform", "n_neighbors 290, weights distance",
    ]  # fmt: skip
    assert found.n_jobs == 9
    assert found.answer["candidates"] == {"of": 3, "fitted": 3, "failed": 1}
    assert found.answer["error"] is None
    (told,) = [w for w in found.answer["warnings"] if w["code"] == "TOO_MANY_NEIGHBOURS"]
    assert told["message"].startswith("With n_neighbors 290, weights distance it fails: ")
    assert told["change"] == {}  # one value of it would be no search


def test_the_corners_of_a_grid_are_fitted(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(300))
    swept = {"n_neighbors": {"values": [5, 290, 2]},
             "weights": {"values": ["uniform", "distance"]}}  # fmt: skip
    found = check(dataset, estimator="KNeighborsClassifier", parameters=swept)
    title = "nearest neighbours, n_neighbors"
    assert [job["title"].lower() for job in found.asked["jobs"]] == [
        f"{title} {ends}" for ends in (
            "5, weights uniform", "2, weights uniform", "290, weights distance",
            "290, weights uniform", "2, weights distance",
        )
    ]  # fmt: skip
    assert found.n_jobs == 6
    assert found.answer["candidates"] == {"of": 5, "fitted": 5, "failed": 2}
    told = [w for w in found.answer["warnings"] if w["code"] == "TOO_MANY_NEIGHBOURS"]
    assert len(told) == 2
    assert told[0]["message"].startswith(f"With {title} 290, weights distance it fails: ")


def test_a_large_grid_is_checked_at_a_few_places(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(60))
    names = ("max_depth", "min_samples_leaf", "min_samples_split", "max_leaf_nodes",
             "max_features", "min_impurity_decrease")  # fmt: skip
    values = ([2, 9], [1, 5], [2, 9], [5, 9], [0.5, 1.0], [0.0, 0.1])
    swept = {name: {"values": two} for name, two in zip(names, values, strict=True)}
    request = body(dataset, estimator="DecisionTreeClassifier", parameters=swept)
    found = ask_preflight(user=dataset.owner, request=request)
    assert found.n_jobs == 64
    assert len(found.asked["jobs"]) == AT_MOST


def test_where_every_candidate_fails_that_is_an_error(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(300))
    asked = {"estimator": "KNeighborsClassifier", **search({"n_neighbors": [280, 290]})}
    found = check(dataset, **asked)
    assert found.answer["error"]["code"] == "TOO_MANY_NEIGHBOURS"
    refused = find_refused(user=dataset.owner, request=body(dataset, **asked))
    assert refused is not None
    assert refused.id == found.id


def test_what_does_not_go_together_is_not_fitted(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(200))
    space = {"solver": ["lbfgs", "saga"], "l1_ratio": [0.0, 1.0]}
    jobs = check(dataset, **search(space, jobs=4)).asked.get("jobs", [])
    for job in jobs:
        assert (job["parameters"]["solver"], job["parameters"]["l1_ratio"]) != ("lbfgs", 1.0)


def test_each_estimator_of_several_is_fitted(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(200))
    asked = {"dataset_id": dataset.id, "target": "y_class", "several": {"time_limit_s": 60}}
    found = ask_preflight(user=dataset.owner, request=asked)
    do_chore()
    db.session.refresh(found)
    assert found.answer["error"] is None
    assert found.answer["candidates"]["fitted"] > 1
    assert found.n_jobs >= found.answer["candidates"]["of"] == len(found.asked["jobs"]) > 3


def send_check(pages: PageClient, page: Page, values: dict[str, str]) -> Page:
    """Press the button that checks the form, do what it asks for, and press it again."""
    for wait in (True, False):
        checked = pages.submit(page, values, form="#job-form", status=200, action="/jobs/check")
        if wait:
            do_chore()
    return checked


def test_a_change_is_put_into_the_form_without_a_script(
    app: Flask, member: User, tmp_path: Path
) -> None:
    pages = PageClient(app, member)
    dataset = make_table(tmp_path, mixed_csv(300), member)
    page = pages.get(
        f"/jobs/new?dataset_id={dataset.id}&target=y_class&estimator=KNeighborsClassifier"
    )
    page = send_check(pages, page, {"parameters.n_neighbors": "290", "name": "mine"})
    (button,) = page.select('#preflight button[name="of"]')
    assert button.text == "Set n_neighbors = 5"
    page = pages.submit(page, {"of": "failure"}, form="#job-form", status=200,
                        action=button["formaction"])  # fmt: skip
    assert page.find('[name="parameters.n_neighbors"]')["value"] == "5"
    assert page.find('[name="name"]')["value"] == "mine"
    assert "Set n_neighbors = 5: that is in the form now" in page.text
    assert db.session.query(Job).count() == 0


def test_a_column_that_tells_the_target_is_left_out_by_a_button(
    app: Flask, member: User, tmp_path: Path
) -> None:
    pages = PageClient(app, member)
    rows = [line.split(",") for line in mixed_csv(300).splitlines()]
    text = "\n".join(",".join([*row, row[8].upper()]) for row in rows).replace("Y_CLASS", "told")
    dataset = make_table(tmp_path, text + "\n", member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=y_class&estimator=several")
    page = send_check(pages, page, {})
    button = next(b for b in page.select('#preflight button[name="of"]') if "told" in b.text)
    page = pages.submit(page, {"of": button["value"]}, form="#job-form", status=200,
                        action=button["formaction"])  # fmt: skip
    chosen = {box["value"] for box in page.select('[name="features"]') if "checked" in box.attrs}
    assert "told" not in chosen
    assert "age" in chosen


def test_a_proposal_that_is_gone_is_said(app: Flask, member: User, tmp_path: Path) -> None:
    pages = PageClient(app, member)
    dataset = make_table(tmp_path, mixed_csv(60), member)
    found = check(dataset)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=y_class")
    for address, words in ((found.id, "proposal is gone"), (999, "There is no check 999")):
        page = pages.submit(page, {"of": "77"}, form="#job-form", status=200,
                            action=f"/jobs/check/{address}/apply")  # fmt: skip
        assert words in page.text


def test_the_api_checks_a_search(
    app: Flask, member: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflights, "PATIENCE_S", 0)
    dataset = make_table(tmp_path, mixed_csv(200), member)
    asked = body(dataset, **search({"C": {"low": 0.01, "high": 10}}))
    found = Api(app, member).call("POST", "/jobs/check", 202, json=asked)
    assert found["n_jobs"] == 9
