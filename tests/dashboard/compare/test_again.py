"""Jobs of a comparison run again on the folds of the reference."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Dataset, Job, User
from dashboard.extensions import db
from tests.dashboard.compare.test_page import address, heads_of
from tests.factories import make_dataset, make_succeeded_job, make_user, make_version
from tests.page import PageClient, words_of


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def test_a_job_runs_again_on_the_folds_of_the_reference(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    base = make_succeeded_job(dataset=dataset, seed=5)
    version = make_version(dataset, sha256="c" * 64)
    other = make_succeeded_job(dataset=version, seed=1, parameters={"C": 7.0},
                               validation={"scheme": "kfold", "folds": 3})  # fmt: skip
    page = pages.get(address(other, base, more=f"&base={base.id}"))
    answer = pages.submit(page, {}, form=".again form", status=303)
    made = db.session.query(Job).order_by(Job.id.desc()).first()
    assert made is not None
    assert (made.dataset_id, made.seed, made.parameters["C"]) == (dataset.id, 5, 7.0)
    assert base.validation.items() <= made.validation.items()
    assert made.owner_id == member.id
    after = pages.follow(answer)
    assert heads_of(after) == [made.name, base.name]
    assert not after.select(".again form")  # it waits, and will be scored as the reference was
    again = pages.submit(page, {}, form=".again form", status=303)
    assert again.response.headers["Location"] == answer.response.headers["Location"]
    assert db.session.query(Job).count() == 3


def test_all_run_again_on_the_folds_of_the_reference_at_one_press(
    pages: PageClient, dataset: Dataset
) -> None:
    base = make_succeeded_job(dataset=dataset, name="base", seed=5)
    others = [
        make_succeeded_job(dataset=dataset, name=f"other {n}", split_hash="f" * 64) for n in "ab"
    ]
    page = pages.get(address(base, *others))
    buttons = [words_of(one) for one in page.select(".notice button")]
    assert buttons[0] == "Run all 2 again"
    assert len(buttons) == 3
    answer = pages.submit(page, {}, form=".notice form", status=303)
    made = db.session.query(Job).order_by(Job.id.desc()).limit(2).all()
    assert {job.seed for job in made} == {5}
    after = pages.follow(answer)
    assert heads_of(after) == [base.name, *sorted(job.name for job in made)]
    assert not after.select(".again form")
    pages.submit(page, {}, form=".notice form", status=303)
    assert db.session.query(Job).count() == 5


def test_one_that_is_refused_is_named_and_the_others_run(
    pages: PageClient, dataset: Dataset
) -> None:
    base = make_succeeded_job(dataset=dataset, name="base")
    for name, c in (("bad", -1.0), ("good", 7.0)):
        make_succeeded_job(dataset=dataset, name=name, split_hash="f" * 64, parameters={"C": c})
    others = db.session.query(Job).filter(Job.name.in_(["bad", "good"])).all()
    page = pages.get(address(base, *others))
    after = pages.follow(pages.submit(page, {}, form=".notice form", status=303))
    assert "bad was not queued: C must be a number above 0" in after.text
    made = db.session.query(Job).order_by(Job.id.desc()).first()
    assert made is not None
    assert made.parameters["C"] == 7.0
    assert heads_of(after) == [base.name, "bad", made.name]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "city"}, "it predicts city, the reference churned"),
        ({"features": ["age", "shoe size"]}, "people v1 has no column shoe size"),
        ({"task": "regression", "metric": "r2", "estimator": "Ridge"}, "it is a regression"),
    ],
)
def test_where_it_cannot_run_so_the_page_says_why(
    changes: dict[str, Any], words: str, pages: PageClient, dataset: Dataset
) -> None:
    base = make_succeeded_job(dataset=dataset)
    other = make_succeeded_job(dataset=dataset, split_hash="f" * 64, **changes)
    page = pages.get(address(base, other))
    assert words in page.text
    assert not page.select(".again form")
    forced = {"jobs": f"{base.id},{other.id}", "again": other.id, "reference": base.id}
    after = pages.follow(pages.post("/compare/again", forced, status=303))
    assert f"{other.name} cannot run on the folds of {base.name}: {words}" in after.text


def test_a_viewer_sees_no_button(app: Flask, dataset: Dataset) -> None:
    viewer = PageClient(app, make_user(role="viewer"))
    jobs = [make_succeeded_job(dataset=dataset, split_hash=c * 64) for c in "ef"]
    page = viewer.get(address(*jobs))
    assert "cannot be compared fairly" in page.text
    assert not page.select(".again")
    viewer.post("/compare/again", {"again": jobs[0].id, "reference": jobs[1].id}, status=403)
