"""A webhook is kept only below what the settings allow; what is sent waits, and is tried again."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.auth.service import disable_user
from dashboard.chores.service import ChoreClaim, claim_next_chore
from dashboard.clock import now
from dashboard.config import SettingError, load_settings
from dashboard.db import Delivery, User, Webhook
from dashboard.db.notification import JOB
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications.choices import has_wish, wish
from dashboard.notifications.deliveries import (
    WAITS,
    add_delivery,
    ask_due,
    fail_delivery,
    finish_delivery,
    read_delivery,
)
from dashboard.notifications.telling import Teller
from dashboard.notifications.webhooks import set_webhook
from tests.dashboard.notifications.test_telling import change, chose, ended
from tests.factories import make_job, make_user
from tests.page import PageClient

TAB = "/settings/notifications"
FORM = f"form[action='{TAB}/webhook']"
PREFIX = "https://hooks.example.org/in/"
ADDRESS = f"{PREFIX}ada?key=1"
TAKEN = {"outcome": "Answered 200 OK", "taken": True}
REFUSED = {"outcome": "Answered 500 Internal Server Error", "taken": False}


def allow_in(app: Flask) -> Flask:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], webhook_prefixes=(PREFIX,))
    return app


@pytest.fixture
def allowing(app: Flask) -> Flask:
    """An app whose settings allow some addresses."""
    return allow_in(app)


@pytest.fixture
def webhook(any_app: Flask, member: User) -> str:
    """A webhook of the member; its secret."""
    allow_in(any_app)
    base = "https://trainyard.example"
    secret = set_webhook(user=member, address=ADDRESS, base_url=base, prefixes=[PREFIX])
    assert secret is not None
    return secret


def deliveries() -> list[Delivery]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def claim_due(moment: Any = None) -> ChoreClaim | None:
    ask_due(moment or now())
    return claim_next_chore(worker="light", lane="deliver")


def add(user: User, title: str = "Done", times: int = 1) -> None:
    body = {"event": "job.ended", "title": title, "name": "churn", "path": "/jobs/1"}
    with writing() as session:
        for _ in range(times):
            add_delivery(session, user.id, body)
            session.flush()


def test_without_the_setting_no_address_can_be_given(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    page = browser.get(TAB)
    assert "WEBHOOK_PREFIXES" in page.text
    assert not page.select(FORM)
    answer = browser.post(f"{TAB}/webhook", {"address": ADDRESS}, status=422)
    assert "not below an address that an admin allowed" in answer.errors["address"]


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.org/in/x", "https://hooks.example.org/out/x",
        "https://ada:secret@hooks.example.org/in/x", "https://hooks.example.org/in/../out",
        "https://hooks.example.org.evil.example/in/x", "http://169.254.169.254/latest",
        "https://169.254.169.254/in/", "s3://hooks.example.org/in/x", "x" * 3000, "",
        "https://hooks.example.org\\@evil.example/in/x",
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_not_allowed_is_refused_and_stays(
    allowing: Flask, member: User, address: str
) -> None:
    browser = PageClient(allowing, member)
    page = browser.submit(browser.get(TAB), {"address": address}, form=FORM, status=422)
    assert page.errors["address"]
    assert page.find("#field-address")["value"] == address
    assert db.session.get(Webhook, member.id) is None


def test_a_secret_is_shown_once_and_can_be_renewed(allowing: Flask, viewer: User) -> None:
    browser = PageClient(allowing, viewer)
    browser.submit(browser.get(TAB), {"address": ADDRESS}, form=FORM)
    first = str(browser.get(TAB).find("#new-secret")["value"])
    assert first.startswith("tyhook_")
    page = browser.get(TAB)
    assert first not in page.html
    browser.submit(page, {"address": f"{PREFIX}other"}, form=FORM)
    page = browser.get(TAB)
    assert not page.select("#new-secret")  # another address keeps it
    browser.sure(f"{TAB}/webhook/secret", status=302)
    second = str(browser.get(TAB).find("#new-secret")["value"])
    assert second != first
    found = db.session.get_one(Webhook, viewer.id)
    assert (found.secret, found.address) == (second, f"{PREFIX}other")


def test_the_choice_in_another_tab_keeps_the_address(
    webhook: str, any_app: Flask, member: User
) -> None:
    browser = PageClient(any_app, member)
    before = browser.get(TAB)
    browser.submit(browser.get(TAB), {"what": "all"}, form=f"form[action='{TAB}']")
    browser.submit(before, {"address": f"{PREFIX}later"}, form=FORM)
    page = browser.get(TAB)
    assert page.find("[name=what][checked]")["value"] == "all"
    assert page.find("#field-address")["value"] == f"{PREFIX}later"


def test_what_ended_is_sent_signed_and_once(webhook: str, member: User) -> None:
    chose(member, "all")
    job = ended(member, name='<b>"churn"', score_std=0.02)
    teller = Teller()
    for _ in range(2):
        teller.tell(now())
    (delivery,) = deliveries()
    claim = claim_due()
    assert claim is not None
    assert claim_due() is None
    sent = read_delivery(claim.subject_id)
    assert sent is not None
    assert sent["address"] == ADDRESS
    body = json.loads(sent["body"])
    assert body.pop("at")
    assert body == {
        "delivery": delivery.token, "event": "job.ended", "title": "Done 0.846", "id": job.id,
        "name": job.name, "state": "succeeded", "metric": "roc_auc", "score": 0.8461,
        "spread": 0.02, "url": f"https://trainyard.example/jobs/{job.id}",
    }  # fmt: skip
    expected = hmac.new(webhook.encode(), sent["body"].encode(), hashlib.sha256).hexdigest()
    assert sent["headers"]["X-Trainyard-Signature"] == f"sha256={expected}"
    assert sent["headers"]["X-Trainyard-Delivery"] == delivery.token
    finish_delivery(claim=claim, values=TAKEN)
    (delivery,) = deliveries()
    assert (delivery.state, delivery.outcome) == ("sent", "Answered 200 OK")


def test_what_fails_is_tried_again_a_few_times(webhook: str, member: User) -> None:
    add(member)
    moment = now()
    for wait in (*WAITS, None):
        claim = claim_due(moment)
        assert claim is not None
        finish_delivery(claim=claim, values=REFUSED)
        (delivery,) = deliveries()
        if wait is not None:
            assert delivery.state == "waiting"
            assert delivery.next_at is not None
            assert abs(delivery.next_at - now() - wait) < timedelta(seconds=20)
            assert claim_due(delivery.next_at - timedelta(seconds=1)) is None
            moment = delivery.next_at
    assert (delivery.state, delivery.attempts) == ("failed", len(WAITS) + 1)
    assert claim_due(moment + timedelta(days=1)) is None


def test_one_after_the_other_and_never_too_many(webhook: str, member: User) -> None:
    add(member, times=102)
    found = deliveries()
    assert [one.state for one in found].count("waiting") == 100
    assert found[-1].outcome == "Not sent: 100 others wait for the same address"
    claim = claim_due()
    assert claim is not None
    assert claim_due() is None  # the first one is in hand
    fail_delivery(claim=claim, failure={"code": "ADDRESS_NOT_ALLOWED", "message": "No"})
    assert deliveries()[0].state == "failed"  # at once: nothing would change
    later = claim_due()
    assert later is not None
    assert later.subject_id == found[1].id


def test_what_is_removed_is_not_sent(webhook: str, any_app: Flask, member: User) -> None:
    add(member)
    claim = claim_due()
    assert claim is not None
    browser = PageClient(any_app, member)
    browser.sure(str(browser.get(TAB).find("a[href$='/webhook/remove']")["href"]), status=302)
    assert read_delivery(claim.subject_id) is None
    assert deliveries()[0].state == "failed"
    browser.post(f"{TAB}/webhook/test", status=404)


def test_nothing_is_sent_to_whoever_may_not_sign_in(
    webhook: str, any_app: Flask, member: User
) -> None:
    add(member)
    claim = claim_due()
    assert claim is not None
    job = make_job(make_user(), state="running")
    wish(user=member, kind=JOB, subject_id=job.id, wanted=True)
    disable_user(user=db.session.get_one(User, member.id))
    assert read_delivery(claim.subject_id) is None
    found = [(one.state, one.outcome) for one in deliveries()]
    assert found == [("failed", "The account was disabled")]
    change(job, state="succeeded", score=0.5, finished_at=now())
    assert Teller().tell(now()) == 0
    add(member)
    assert len(deliveries()) == 1
    assert not has_wish(member, JOB, job.id)


def test_what_waits_is_not_read_for_whoever_may_not_sign_in(webhook: str, member: User) -> None:
    """Even where it was written while the account was being disabled."""
    add(member)
    with writing() as session:
        session.get_one(User, member.id).active = False
    (delivery,) = deliveries()
    assert delivery.state == "waiting"
    assert read_delivery(delivery.id) is None


def test_the_button_is_there_for_a_webhook_without_a_browser_that_notifies(
    webhook: str, any_app: Flask, member: User, viewer: User
) -> None:
    job = make_job(member, state="running")
    for person, shown in ((member, "webhook"), (viewer, "")):
        page = PageClient(any_app, person).get(f"/jobs/{job.id}")
        assert page.find(f"form[action='/jobs/{job.id}/notify']")["data-notify"] == shown


def test_tests_are_few_and_their_outcome_is_shown(
    webhook: str, any_app: Flask, member: User
) -> None:
    browser, form = PageClient(any_app, member), f"form[action='{TAB}/webhook/test']"
    for _ in range(5):
        browser.submit(browser.get(TAB), {}, form=form)
    page = browser.submit(browser.get(TAB), {}, form=form, status=422)
    assert "Wait a little" in page.errors["address"]
    claim = claim_due()
    assert claim is not None
    fail_delivery(claim=claim, failure={"code": "X", "message": "<b>no</b> such host"})
    page = browser.get(TAB)
    assert len(page.select("[data-delivery]")) == 5
    assert "Waiting. <b>no</b> such host. Tried 1 time, again" in page.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WEBHOOK_PREFIXES", "http://a.example/"), ("WEBHOOK_PREFIXES", "s3://bucket/"),
        ("WEBHOOK_PREFIXES", "https://a.example/ nonsense"), ("WEBHOOKS_INSIDE", "perhaps"),
    ],
    ids=range(4),
)  # fmt: skip
def test_bad_settings_stop_the_start(environ: dict[str, str], name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name):
        load_settings(environ | {name: text})


def test_addresses_of_the_setting_have_one_form(environ: dict[str, str]) -> None:
    given = {"WEBHOOK_PREFIXES": " HTTPS://Hooks.Example.org/in/  https://b.example ",
             "WEBHOOKS_INSIDE": "Yes"}  # fmt: skip
    found = load_settings(environ | given)
    assert found.webhook_prefixes == (PREFIX, "https://b.example/")
    assert found.webhooks_inside
