"""The tab of the settings, the button, the box of the form, and what comes with the pill."""

import json

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import User
from dashboard.db.notification import BATCH, JOB
from dashboard.extensions import db
from dashboard.notifications.choices import has_wish, read_choice
from dashboard.notifications.telling import Teller
from dashboard.notifications.webhooks import set_webhook
from tests.dashboard.notifications.test_telling import chose, ended, make_batch
from tests.factories import make_dataset, make_job
from tests.page import Page, PageClient, words_of

TAB = "/settings/notifications"
FORM = f"form[action='{TAB}']"


def test_a_viewer_chooses_what_they_are_told(any_app: Flask, viewer: User) -> None:
    browser = PageClient(any_app, viewer)
    page = browser.get(TAB)
    assert page.find("[name=what][checked]")["value"] == "nothing"
    browser.submit(page, {"what": "failures", "min_minutes": "5"}, form=FORM)
    page = browser.get(TAB)
    assert "What you are told of is changed" in page.html
    assert page.find("[name=what][checked]")["value"] == "failures"
    assert page.find("#field-min_minutes")["value"] == "5"
    browser.submit(page, {"what": "all", "min_minutes": ""}, form=FORM)
    assert read_choice(viewer).what == "all"
    assert read_choice(viewer).min_minutes == 0


@pytest.mark.parametrize("minutes", ["-1", "1.5", "ten", "²", "10001", "9" * 300])
def test_odd_minutes_are_refused_and_stay(app: Flask, member: User, minutes: str) -> None:
    browser = PageClient(app, member)
    page = browser.get(TAB)
    page = browser.submit(page, {"what": "all", "min_minutes": minutes}, form=FORM, status=422)
    assert f'"{minutes[:40]}" is no whole number of minutes' in page.errors["min_minutes"]
    assert page.find("[name=what][checked]")["value"] == "all"
    page = browser.submit(page, {"what": "some"}, form=FORM, status=422)
    assert page.errors["what"] == "Choose what you are told of"


def test_the_button_of_a_job_keeps_a_wish(app: Flask, member: User, viewer: User) -> None:
    job = make_job(member, state="running")
    browser, form = PageClient(app, viewer), f"form[action='/jobs/{job.id}/notify']"
    page = browser.get(f"/jobs/{job.id}")
    assert page.find(f"{form} button").text.strip() == "Notify me"
    browser.submit(page, {"wanted": "true"}, form=form, status=303)
    assert has_wish(viewer, JOB, job.id)
    page = browser.get(f"/jobs/{job.id}")
    button = page.find(f"{form} button")
    assert (button["aria-pressed"], button["value"], button.text.strip()) == (
        "true", "false", "Will notify you",
    )  # fmt: skip
    browser.submit(page, {"wanted": "false"}, form=form, status=303)
    assert not has_wish(viewer, JOB, job.id)
    browser.post("/jobs/999/notify", {"wanted": "true"}, status=404)
    assert not browser.get(f"/jobs/{ended(member).id}").select("[data-notify]")


def test_the_button_of_a_batch_keeps_a_wish(app: Flask, member: User) -> None:
    batch = make_batch(member)
    make_job(member, batch_id=batch.id, state="running")
    browser = PageClient(app, member)
    page = browser.get(f"/batches/{batch.id}")
    form = f"form[action='/batches/{batch.id}/notify']"
    browser.submit(page, {"wanted": "true"}, form=form, status=303)
    assert has_wish(member, BATCH, batch.id)
    assert browser.get(f"/batches/{batch.id}").find(f"{form} button")["aria-pressed"] == "true"


@pytest.mark.parametrize(("amount", "kind"), [("1", JOB), ("1, 2", BATCH)])
def test_the_box_of_the_form_keeps_a_wish(
    app: Flask, member: User, amount: str, kind: str
) -> None:
    dataset = make_dataset(member)
    browser = PageClient(app, member)
    asked = f"dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    page = browser.get(f"/jobs/new?{asked}")
    given = {"parameters.C": amount, "notify": "true"}
    page = browser.submit(page, given | {"seed": "x"}, form="#job-form", status=422)
    assert page.find("#field-notify").has_attr("checked")
    page = browser.submit(page, {"seed": "0", "ask": None}, form="#job-form", status=303)
    made = int(str(page.response.location).rpartition("/")[2])
    assert has_wish(member, kind, made)


def test_the_box_of_the_form_says_where_the_news_goes(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    browser, asked = PageClient(app, member), f"/jobs/new?dataset_id={dataset.id}&target=churned"
    box = browser.get(asked).find(".notify-box")
    assert "By this browser" in words_of(box)
    assert not box.has_attr("data-webhook")  # it is hidden until a browser can
    prefix = "https://hooks.example.org/in/"
    set_webhook(user=member, address=f"{prefix}a?s=3", base_url="http://a", prefixes=[prefix])
    box = browser.get(asked).find(".notify-box[data-webhook]")
    assert "Sent to your webhook at hooks.example.org" in words_of(box)


def news_of(browser: PageClient, first: int) -> list[dict[str, object]]:
    """Return what comes with the pill, as it stands in its fragment."""
    pill = Page(browser.live(f"/_live/pill?first={first}")).find("[data-told]")
    found: list[dict[str, object]] = json.loads(str(pill["data-news"]))
    return found


def test_what_ended_comes_with_the_pill(app: Flask, member: User, viewer: User) -> None:
    chose(member, "all")
    job = ended(member, name='it\'s <b>"bold"</b>')
    browser = PageClient(app, member)
    assert browser.get("/jobs").find("[data-told]")["data-told"] == "0"
    Teller().tell(now())
    page = browser.get("/jobs?first=1")
    assert page.find("[data-told]")["data-told"] == "1"
    assert page.find("[data-told]")["data-news"] == "[]"  # pages bring none, polls do
    assert news_of(browser, 1) == [
        {"number": 1, "title": "Done 0.846", "text": job.name, "path": f"/jobs/{job.id}"}
    ]
    assert news_of(browser, 2) == []
    assert news_of(PageClient(app, viewer), 1) == []


@pytest.mark.parametrize("told", ["x", "-1", "0", "9" * 40, "²", ""])
def test_an_odd_mark_brings_no_news(app: Flask, member: User, told: str) -> None:
    chose(member, "all")
    ended(member)
    Teller().tell(now())
    answer = Page(PageClient(app, member).live(f"/_live/pill?first={told}"))
    assert answer.find("[data-told]")["data-news"] == "[]"


def test_a_poll_without_news_is_answered_before_it_is_drawn(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = PageClient(app, member)
    first = Page(browser.live("/_live/pill?first=1"))
    address = str(first.find("#queue-pill")["hx-get"])
    monkeypatch.setattr("dashboard.live.render_template", None)
    assert browser.live(f"{address}&first=1", status=204).status_code == 204
    db.session.remove()
