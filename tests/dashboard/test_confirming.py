"""What cannot be taken back is asked on a page, which names what goes; nothing goes before."""

from pathlib import Path

import pytest
from flask import Flask

from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.datasets.upload.addresses import allow_address
from dashboard.db import AllowedAddress, ApiToken, Job, Prediction, Recipe, SavedView, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.listing.saved_views import save_view
from dashboard.recipes.service import save_job_as_recipe
from tests.factories import make_job, make_model, make_succeeded_job, make_user
from tests.page import PageClient

ROOT = Path(__file__).parents[2]


def predict(model_id: int, user: User, name: str) -> None:
    with writing() as session:
        session.add(
            Prediction(model_id=model_id, owner_id=user.id, kind="file", state="succeeded",
                       token=name, file_name=name, n_rows=12, finished_at=now())
        )  # fmt: skip


def test_a_job_names_what_goes_with_it(app: Flask, member: User) -> None:
    job = make_succeeded_job(member, name="pears")
    model, job_id = make_model(job, alias="champion"), job.id
    predict(model.id, member, "new.csv")
    pages = PageClient(app, member)
    link = pages.get(f"/jobs/{job.id}").find(f'a[href="/jobs/{job.id}/delete"]')
    assert link.get_text().strip() == "Delete…"
    asked = pages.get(str(link["href"]))
    for words in (
        "Delete the job pears?",
        "alias champion",
        "1 predicted file",
        "new.csv 12 rows",
        "This cannot be undone",
        f"dataset {job.dataset.label}",
        "Archive it instead",
    ):
        assert words in asked.text, words
    predict(model.id, member, "later.csv")
    again = pages.submit(asked, {}, status=409)
    assert "later.csv" in again.text
    pages.submit(again, {}, status=303)
    assert db.session.get(Job, job_id) is None


def test_without_the_page_nothing_goes(app: Flask, admin: User) -> None:
    """A form of an old page, or of a program, gets the page."""
    job = make_succeeded_job(admin)
    recipe = save_job_as_recipe(user=admin, job_id=job.id, name="boosted")
    view = save_view(user=admin, name="failed", query={"state": "failed"})
    address = allow_address(user=admin, prefix="https://example.org/")
    token = create_token(user=admin, name="laptop").record
    kept = {
        f"/jobs/{job.id}/delete": (Job, job.id),
        f"/recipes/{recipe.id}/delete": (Recipe, recipe.id),
        f"/jobs/views/{view.id}/delete": (SavedView, view.id),
        f"/settings/addresses/{address.id}/remove": (AllowedAddress, address.id),
        f"/settings/tokens/{token.id}/revoke": (ApiToken, token.id),
    }
    pages = PageClient(app, admin)
    for url, (record, number) in kept.items():
        assert "What goes" in pages.post(url, status=200).text
        assert db.session.get(record, number) is not None, url
    for url, (record, number) in kept.items():
        pages.sure(url, status=302 if "/settings/" in url else 303)
        if record is not ApiToken:  # its row says when it was revoked
            assert db.session.get(record, number) is None, url
    assert db.session.get_one(ApiToken, token.id).revoked_at is not None


def test_whose_it_is_not_is_not_asked(app: Flask, member: User) -> None:
    job = make_succeeded_job(make_user())
    PageClient(app, member).get(f"/jobs/{job.id}/delete", status=403)


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_job_that_is_not_over_says_so(app: Flask, member: User, state: str) -> None:
    job = make_job(member, state=state)
    pages = PageClient(app, member)
    page = pages.follow(pages.get(f"/jobs/{job.id}/delete", status=303))
    assert f"The job is {state}. Cancel it first" in page.text


def test_many_jobs_say_how_many_models_go(app: Flask, member: User) -> None:
    jobs = [make_succeeded_job(member) for _ in range(3)]
    first = make_model(jobs[0], alias="champion")
    make_model(jobs[1])
    predict(first.id, member, "new.csv")
    ids = ",".join(str(job.id) for job in jobs)
    asked = PageClient(app, member).get(f"/jobs/bulk?action=delete&jobs={ids}&back=/jobs")
    assert "2 models, 1 of them with an alias, and 1 prediction made with them" in asked.text


def test_an_account_that_is_disabled_can_be_enabled_at_once(app: Flask, admin: User) -> None:
    other, pages = make_user(), PageClient(app, admin)
    page = pages.follow(pages.post(f"/settings/users/{other.id}/disable"))
    assert "Nothing is deleted" in page.html
    pages.submit(page, {}, form=f'#toasts form[action="/settings/users/{other.id}/enable"]')
    assert other.active


def test_no_page_asks_by_a_box_of_the_browser() -> None:
    for path in [*(ROOT / "static/js").glob("*.js"), *(ROOT / "templates").rglob("*.html")]:
        text = path.read_text()
        assert "window.confirm" not in text, path
        assert "data-confirm" not in text, path
