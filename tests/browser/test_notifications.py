"""Browser notifications: any open page tells what ended, one tab of several, and once."""

from collections.abc import Callable

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Page, expect

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.notification import JOB
from dashboard.notifications.choices import has_wish
from dashboard.notifications.telling import Teller
from dashboard.notifications.webhooks import set_webhook
from tests.browser.conftest import Watched
from tests.dashboard.notifications.test_telling import change, chose, ended
from tests.factories import make_dataset, make_job

# The permission is the browser's own; only what would be shown is noted, for all tabs.
RECORDED = """
window.Notification = class extends window.Notification {
  static get permission() { return localStorage.getItem('test-permission') ?? 'granted'; }
  static async requestPermission() {
    localStorage.setItem('test-permission', 'granted');
    return 'granted';
  }
  constructor(title, options) {
    if (localStorage.getItem('test-broken')) throw new TypeError('Illegal constructor');
    super(title, options);
    const told = JSON.parse(localStorage.getItem('test-told') ?? '[]');
    localStorage.setItem('test-told', JSON.stringify([...told, [title, options.body]]));
  }
};
"""
TOLD = "localStorage.getItem('test-told')"


@pytest.fixture
def window(app: Flask, browse: Callable[..., Watched], member: User) -> Watched:
    """A browser that may notify, and asks every second."""
    name = "_ui/_pill.html"
    source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
    often = DictLoader({name: source.replace('pill"), 10, ', 'pill"), 1, ')})
    app.jinja_loader = ChoiceLoader([often, app.jinja_loader])
    app.jinja_env.cache.clear()
    found = browse()
    found.context.grant_permissions(["notifications"], origin=found.address)
    found.context.add_init_script(RECORDED)
    chose(member, "all")
    found.sign_in(member)
    return found


def wait_until_told(page: Page, told: str) -> None:
    page.wait_for_function(f"told => {TOLD} === told", arg=told, timeout=40_000)


def settle(page: Page) -> None:
    """Wait until the pill was asked for twice more."""
    for _ in range(2):
        with page.expect_response(lambda answer: "/_live/pill" in answer.url, timeout=40_000):
            pass


def test_one_of_several_tabs_tells_and_no_reload_tells_again(
    window: Watched, member: User
) -> None:
    pages = [window.go("/jobs"), window.open(), window.open()]
    for page in pages[1:]:
        page.goto(f"{window.address}/settings/profile")
    ended(member, name="churn")
    Teller().tell(now())
    for page in pages:
        wait_until_told(page, '[["Done 0.846","churn"]]')
        settle(page)
    for page in pages:
        page.reload()
        settle(page)
    assert pages[0].evaluate(TOLD) == '[["Done 0.846","churn"]]'


def test_what_ends_between_two_pages_is_told_and_what_ended_before_is_not(
    window: Watched, member: User
) -> None:
    page = window.go("/jobs")
    settle(page)
    page.goto("about:blank")
    ended(member, name="between")
    Teller().tell(now())
    page = window.go("/jobs")
    wait_until_told(page, '[["Done 0.846","between"]]')
    page.evaluate("""for (const key of Object.keys(localStorage))
        if (key.endsWith('-asked')) localStorage.setItem(key, 1)""")
    ended(member, name="long ago")
    Teller().tell(now())
    page = window.go("/jobs")
    settle(page)
    assert page.evaluate(TOLD) == '[["Done 0.846","between"]]'


def test_a_job_of_a_wish_is_told_on_another_page(window: Watched, member: User) -> None:
    chose(member, "nothing")
    job = make_job(member, name="churn", state="running")
    page = window.go(f"/jobs/{job.id}")
    page.get_by_role("button", name="Notify me").click()
    button = page.get_by_role("button", name="Will notify you")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast-note")).to_contain_text("Any page of Trainyard")
    page = window.go("/settings/notifications")
    change(job, state="succeeded", score=0.5, finished_at=now())
    Teller().tell(now())
    wait_until_told(page, '[["Done 0.500","churn"]]')


@pytest.mark.long
def test_the_button_says_nothing_to_whoever_was_signed_out(window: Watched, member: User) -> None:
    job = make_job(member, state="running")
    window.allowed.add("401 (")
    # Else a poll may come first and say that they are signed out, or its answer, which has the
    # session's cookie, may come after the cookie is gone.
    window.page.route("**/_live/**", lambda route: route.fulfill(status=204))
    page = window.go(f"/jobs/{job.id}")
    page.wait_for_load_state("networkidle")
    window.context.clear_cookies()
    page.get_by_role("button", name="Notify me").click()
    page.wait_for_url("**/login**", timeout=40_000)
    assert not has_wish(member, JOB, job.id)


@pytest.mark.long
def test_a_webhook_needs_no_browser_that_notifies(window: Watched, member: User) -> None:
    prefix = "https://hooks.example.org/in/"
    set_webhook(user=member, address=f"{prefix}a", base_url="http://a", prefixes=[prefix])
    job = make_job(member, state="running")
    page = window.go("/jobs")
    page.evaluate("localStorage.setItem('test-permission', 'denied')")
    page = window.go(f"/jobs/{job.id}")
    page.evaluate("document.documentElement.classList.remove('can-notify')")
    page.get_by_role("button", name="Notify me").click()
    expect(page.locator(".toast-note")).to_contain_text("Your webhook will be told")
    assert has_wish(member, JOB, job.id)


@pytest.mark.long
def test_the_box_of_the_form_needs_none_either(window: Watched, member: User) -> None:
    prefix = "https://hooks.example.org/in/"
    set_webhook(user=member, address=f"{prefix}a", base_url="http://a", prefixes=[prefix])
    dataset = make_dataset(member)
    page = window.go("/jobs")
    page.evaluate("localStorage.setItem('test-permission', 'denied')")
    page = window.go(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    page.evaluate("document.documentElement.classList.remove('can-notify')")
    box = page.get_by_label("Notify me when it is over")
    box.check()
    expect(page.locator(".notify-box")).to_contain_text("hooks.example.org")
    expect(box).to_be_checked()
    expect(page.locator(".toast-note")).to_have_count(0)


def test_the_tab_of_the_settings_asks_on_a_click_and_says_what_cannot_work(
    window: Watched, member: User
) -> None:
    page = window.go("/settings/profile")
    page.evaluate("localStorage.setItem('test-permission', 'default')")
    page = window.go("/settings/notifications")
    state = page.locator("[data-notify-state] p:visible")
    expect(state).to_have_text("This browser was not asked yet.")
    window.check_accessibility()
    page.get_by_role("button", name="Let this browser notify me").click()
    expect(state).to_contain_text("This browser notifies you.")
    page.get_by_role("button", name="Show one now").click()
    wait_until_told(page, '[["Trainyard notifies you","As when a job is over"]]')
    page.evaluate("localStorage.setItem('test-broken', 'true')")
    page.get_by_role("button", name="Show one now").click()
    expect(state).to_contain_text("shows no notification of a page")
    page.evaluate("localStorage.setItem('test-permission', 'denied')")
    page.reload()
    expect(state).to_contain_text("does not let Trainyard notify you")
    expect(page.get_by_role("button", name="Show one now")).to_be_hidden()


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Object.defineProperty(window, 'isSecureContext', { value: false });",
         "begin with https:// or http://localhost"),
        ("delete window.Notification;", "This browser has no notifications."),
    ],
    ids=["insecure", "missing"],
)  # fmt: skip
def test_a_browser_without_notifications_is_told_so(
    browse: Callable[..., Watched], member: User, script: str, words: str
) -> None:
    window = browse()
    window.context.add_init_script(script)
    window.sign_in(member)
    page = window.go("/settings/notifications")
    expect(page.locator("[data-notify-state] p:visible")).to_contain_text(words)
    job: Job = make_job(member, state="running")
    page = window.go(f"/jobs/{job.id}")
    expect(page.locator("[data-notify]")).to_be_hidden()


@pytest.mark.long
def test_without_javascript_the_choice_is_kept(
    browse: Callable[..., Watched], member: User
) -> None:
    window = browse(java_script_enabled=False)
    window.sign_in(member)
    page = window.go("/settings/notifications")
    state = page.locator("[data-notify-state] p:visible")
    expect(state).to_contain_text("need JavaScript")
    page.get_by_label("Jobs of mine that fail").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Jobs of mine that fail")).to_be_checked()
