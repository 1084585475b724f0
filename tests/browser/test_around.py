"""Overview, queue, settings and sign-in in a real browser: OV, QU-2 to 4, SE-1, LO-1 and LO-2."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from dashboard.clock import now
from dashboard.db import Job, User, Worker
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.factories import PASSWORD, make_dataset, make_job, make_user

Browse = Callable[..., Watched]
FAILURE = {"code": "UNKNOWN", "message": "It went wrong", "hint": ""}


def open_as(browse: Browse, user: User, path: str) -> Watched:
    window = browse()
    window.sign_in(user)
    window.go(path)
    return window


def test_ov_1_a_fresh_account_sees_how_to_begin(browse: Browse, member: User) -> None:
    page = open_as(browse, member, "/").page
    expect(page.get_by_role("link", name="Upload a CSV")).to_be_visible()
    expect(page.get_by_role("button", name="Use the sample")).to_be_visible()


def test_ov_3_a_failed_job_needs_a_look_until_it_is_dismissed(
    browse: Browse, member: User
) -> None:
    make_job(member, name="ridge", state="failed", failure=FAILURE, finished_at=now(), attempt=1)
    page = open_as(browse, member, "/").page
    needs = page.get_by_role("heading", name="Needs a look")
    expect(needs).to_be_visible()
    page.get_by_role("button", name="Dismiss ridge").click()
    expect(needs).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(needs).to_have_count(0)


@pytest.mark.long
def test_ov_4_the_title_says_how_many_of_my_jobs_run(browse: Browse, member: User) -> None:
    dataset = make_dataset(member)
    at = {"lease": "ab" * 8, "heartbeat_at": now(), "started_at": now()}
    jobs = [make_job(member, dataset, state="running", **at) for _ in range(2)]
    make_job(make_user(), dataset, state="running", **at)
    page = open_as(browse, member, "/").page
    expect(page).to_have_title(re.compile(r"^\(2\) Overview"))
    with writing() as session:
        session.get_one(Job, jobs[0].id).state = "succeeded"
    expect(page).to_have_title(re.compile(r"^\(1\) Overview"))


def test_qu_2_run_next_changes_the_order_for_everyone_within_5_s(
    browse: Browse, member: User
) -> None:
    dataset = make_dataset(member)
    jobs = [make_job(member, dataset, name=f"job {n}") for n in range(3)]
    other = open_as(browse, make_user(role="viewer"), "/queue").page
    expect(other.locator("tr[id^=waiting-]").first).to_have_id(f"waiting-{jobs[0].id}")
    page = open_as(browse, member, "/queue").page
    page.locator(f"#next-{jobs[2].id}").click()
    expect(page.locator("tr[id^=waiting-]").first).to_have_id(f"waiting-{jobs[2].id}")
    with other.expect_response(lambda answer: "/_live/queue" in answer.url, timeout=6000):
        pass
    expect(other.locator("tr[id^=waiting-]").first).to_have_id(f"waiting-{jobs[2].id}")


def test_qu_3_who_is_no_admin_has_no_such_buttons_and_is_refused(
    browse: Browse, member: User
) -> None:
    with writing() as session:
        session.add(Worker(name="worker-1", queue="train", host="here", pid=1))
    window = open_as(browse, member, "/queue")
    page = window.page
    expect(page.locator("tr[data-worker=worker-1]")).to_be_visible()
    for name in ("Pause queue", "Drain worker-1"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    worker = (page.locator("tr[data-worker]").get_attribute("id") or "").removeprefix("worker-")
    for act in ("pause", "resume", "retry-failed", f"workers/{worker}/drain",
                f"workers/{worker}/resume"):  # fmt: skip
        answer = page.request.post(f"{window.address}/queue/{act}", form={"csrf_token": token})
        assert answer.status == 403, act


def test_qu_4_without_a_worker_the_page_says_how_to_start_one(
    browse: Browse, member: User
) -> None:
    make_job(member)
    page = open_as(browse, member, "/queue").page
    warning = page.locator("main .notice[data-kind=warn]")
    expect(warning.first).to_contain_text("No worker is running, so jobs wait")
    expect(page.locator("main code").first).to_have_text("make worker")


def test_se_1_a_token_is_shown_once_works_and_ends_with_its_revocation(
    browse: Browse, member: User
) -> None:
    window = open_as(browse, member, "/settings/tokens")
    page = window.page
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_role("button", name="Create token").click()
    token = page.locator("#new-token").input_value()
    expect(page.locator("#new-token-card pre")).to_contain_text(f"Bearer {token}")
    page.reload()
    expect(page.get_by_role("cell", name="laptop", exact=True)).to_be_visible()
    assert token not in page.content()
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    assert page.request.get(f"{window.address}/api/v1/jobs", **asked).status == 200
    page.get_by_role("link", name="Revoke… laptop").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("No tokens yet")).to_be_visible()
    assert page.request.get(f"{window.address}/api/v1/jobs", **asked).status == 401


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_lo_1_the_way_back_stays_on_this_server(browse: Browse, member: User, way: str) -> None:
    window = browse()
    page = window.go(f"/login?next={way}")
    page.get_by_label("Email").fill(member.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{window.address}/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.mark.long
def test_lo_2_password_managers_find_their_fields(app: Flask, browse: Browse) -> None:
    page = browse().go("/login")
    expect(page.get_by_label("Email")).to_have_attribute("autocomplete", "username")
    password = page.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("autocomplete", "current-password")
    password.evaluate("field => field.focus()")
    page.evaluate("""() => {
      const data = new DataTransfer();
      data.setData('text', 'pasted');
      const event = new ClipboardEvent('paste', {clipboardData: data, cancelable: true});
      window.mayPaste = document.activeElement.dispatchEvent(event);
    }""")
    assert page.evaluate("window.mayPaste")


def test_where_a_script_does_not_load_what_works_without_it_is_there(
    browse: Browse, member: User
) -> None:
    make_job(member)
    window = open_as(browse, member, "/datasets")
    expect(window.page.get_by_label("Owner")).to_be_visible()
    expect(window.page.get_by_role("button", name="Filter")).to_be_hidden()
    window.go("/jobs")
    theirs, filters = "[data-needs-js]:visible", "form.filters > .btn"
    expect(window.page.locator(theirs).first).to_be_visible()
    expect(window.page.locator(filters)).to_be_hidden()
    window.allowed.add("Failed to load resource")
    window.context.route("**/js/live.js", lambda route: route.abort())
    page = window.go("/jobs")
    expect(page.locator(filters)).to_be_visible()
    expect(page.locator(theirs)).to_have_count(0)
