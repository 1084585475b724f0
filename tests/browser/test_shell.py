"""What the modules of every page do: live parts, menus, theme, forms, toasts, times, charts."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import expect

from dashboard.auth import service
from dashboard.db import User
from dashboard.db.transaction import writing
from tests import factories
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES

Browse = Callable[..., Watched]
PAGES = ("/login", "/settings/profile", "/settings/appearance", "/settings/tokens",
         "/settings/users", "/nowhere", "/_dev/components")  # fmt: skip


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_pages_are_accessible_and_fit(browse: Browse, admin: User, theme: str, width: int) -> None:
    window = browse(viewport={"width": width, "height": 900}, color_scheme=theme)
    window.allowed |= {"404 (NOT FOUND)"}
    for path in PAGES:
        if path != "/login" and not window.context.cookies():
            window.sign_in(admin)
        page = window.go(path)
        window.check_accessibility()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.long
def test_components_draw_their_chart_without_plotlys_cloud(browse: Browse, member: User) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go("/_dev/components")
    chart = page.locator("#dev-chart")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-drawn", "true")
    assert page.locator("[data-title*='loud']").count() == 0
    assert page.locator(".modebar").count() == 0
    line = page.locator("#dev-chart .scatterlayer path.js-line").first
    before = line.evaluate("e => getComputedStyle(e).stroke")
    page.get_by_role("button", name=re.compile("^Theme: system")).click()
    page.get_by_role("button", name=re.compile("^Theme: light")).click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(line).not_to_have_css("stroke", before)
    page.locator("#dev-chart-table summary").click()
    expect(page.locator("#dev-chart-table td").nth(1)).to_have_text("0.780")


def test_theme_switch_keeps_the_page_and_lasts(browse: Browse, member: User) -> None:
    window = browse(color_scheme="light")
    window.sign_in(member)
    page = window.go("/settings/profile")
    page.locator("#field-name").fill("half typed")
    for theme in ("light", "dark"):
        page.locator("[data-theme-switch] button").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    expect(page.locator("#field-name")).to_have_value("half typed")
    expect(page.locator("body")).to_have_css("background-color", "rgb(11, 15, 20)")
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", "rgb(11, 15, 20)")


@pytest.mark.long
def test_system_theme_follows_the_device(browse: Browse) -> None:
    window = browse(color_scheme="dark")
    expect(window.go("/login").locator("body")).to_have_css("background-color", "rgb(11, 15, 20)")
    window.page.emulate_media(color_scheme="light")
    expect(window.page.locator("body")).to_have_css("background-color", "rgb(244, 246, 249)")


def test_pill_follows_the_queue_without_a_reload(browse: Browse, member: User, fast: None) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go("/settings/profile")
    expect(page.locator(".pill")).to_have_text("Queue is empty")
    factories.make_job(state="running")
    expect(page.locator(".pill")).to_have_text("1 running")


def test_poll_takes_nothing_from_the_user(browse: Browse, member: User, fast: None) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go("/settings/profile")
    page.locator("#field-name").fill("half typed")
    page.get_by_role("button", name=re.compile("^Account of")).click()
    factories.make_job(state="running")
    expect(page.locator(".pill")).to_have_text("1 running")
    expect(page.locator("#account-menu")).to_be_visible()
    expect(page.locator("#field-name")).to_have_value("half typed")


@pytest.fixture
def fast(app: Flask) -> None:
    """The pill asks every second."""
    name = "_ui/_pill.html"
    source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
    often = DictLoader({name: source.replace('pill"), 10, ', 'pill"), 1, ')})
    app.jinja_loader = ChoiceLoader([often, app.jinja_loader])
    app.jinja_env.cache.clear()


def test_lost_connection_is_said_and_mends_itself(
    browse: Browse, member: User, fast: None
) -> None:
    window = browse()
    window.allowed |= {"ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest"}
    window.sign_in(member)
    page = window.go("/settings/profile")
    window.context.set_offline(True)
    banner = page.locator("#live-banner")
    expect(banner).to_contain_text("Connection lost. Trying again")
    expect(banner.get_by_role("button", name="Try now")).to_be_visible()
    window.context.set_offline(False)
    page.evaluate("document.querySelector('[data-live-try-now]')?.click()")  # or it mends itself
    expect(banner).to_have_count(0)


def test_lo3_ended_session_keeps_the_page_and_the_first_tab_goes_on(
    browse: Browse, member: User, fast: None
) -> None:
    window = browse()
    window.allowed |= {
        "401 (UNAUTHORIZED)",
        "htmx:responseError",
        "Response Status Error Code 401",
    }
    window.sign_in(member)
    page = window.go("/settings/profile")
    page.locator("#field-name").fill("half typed")
    with writing():
        member.session_version += 1
    banner = page.locator("#live-banner")
    expect(banner).to_contain_text("You have been signed out")
    expect(page.locator("#field-name")).to_have_value("half typed")
    first, window.page = page, window.open()
    window.sign_in(member)
    window.page.close()
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(banner).to_have_count(0)


def test_menu_by_keyboard(browse: Browse, admin: User) -> None:
    window = browse()
    window.sign_in(admin)
    page = window.go("/settings/profile")
    page.get_by_role("button", name=re.compile("^Account of")).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Settings")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#account-menu").get_by_role("link", name="API tokens")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#account-menu")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Account of"))).to_be_focused()


def test_keys_stand_in_line_with_the_other_entries_of_the_menu(
    browse: Browse, admin: User
) -> None:
    window = browse()
    window.sign_in(admin)
    page = window.go("/settings/profile")
    page.get_by_role("button", name=re.compile("^Account of")).click()
    keys = page.locator("#account-menu > button")
    looks = "e => [getComputedStyle(e).display, getComputedStyle(e).columnGap, e.offsetHeight, "
    looks += "e.getBoundingClientRect().width, e.querySelector('svg').getBoundingClientRect().x]"
    settings = page.locator("#account-menu").get_by_role("link", name="Settings")
    assert keys.evaluate(looks) == settings.evaluate(looks)
    keys.click()
    expect(page.get_by_role("button", name="Close the list of keys")).to_be_focused()


def test_double_click_sends_a_form_once(browse: Browse, admin: User, app: Flask) -> None:
    window = browse()
    window.sign_in(admin)
    page = window.go("/settings/tokens")
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    page.locator("#field-name").fill("laptop")
    page.get_by_role("button", name="Create token").dblclick()
    expect(page.locator("#new-token")).to_be_visible()
    assert len(posts) == 1
    token = page.locator("#new-token").input_value()
    assert service.user_for_token(token) is not None


@pytest.mark.long
def test_copy_is_confirmed(browse: Browse, member: User) -> None:
    window = browse(permissions=["clipboard-read", "clipboard-write"])
    window.sign_in(member)
    page = window.go("/_dev/components")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#announcements")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "ty_8kd3"


@pytest.mark.long
def test_password_can_be_shown(browse: Browse) -> None:
    page = browse().go("/login")
    page.get_by_label("Password", exact=True).fill("secret words")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#field-password")).to_have_attribute("type", "text")


def test_errors_get_the_focus(browse: Browse) -> None:
    window = browse()
    window.allowed |= {"422 (UNPROCESSABLE ENTITY)"}
    page = window.go("/login")
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password", exact=True).fill("wrong words")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Email or password is not right").click()
    expect(page.locator("#field-email")).to_be_focused()


def test_times_are_shown_in_the_readers_zone(browse: Browse, admin: User) -> None:
    window = browse(timezone_id="Asia/Tokyo")
    window.sign_in(admin)
    page = window.go("/settings/users")
    time = page.locator("time[data-time=moment]").first
    hour = int(time.get_attribute("datetime")[11:13])
    expect(time).to_contain_text(f", {(hour + 9) % 24:02d}:")
    assert "UTC" not in time.inner_text()


def test_without_javascript_everything_on_these_pages_works(browse: Browse, admin: User) -> None:
    window = browse(java_script_enabled=False)
    window.sign_in(admin)
    page = window.go("/settings/profile")
    page.locator("[data-theme-switch] button").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    expect(page).to_have_url(re.compile("/settings/profile$"))
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.locator("#account-menu").get_by_role("link", name="API tokens").click()
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("#new-token")).to_have_value(re.compile("^ty_"))
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # The heading may be there before the style sheet that hides the button.
    expect(page.get_by_role("button", name="Show")).to_have_count(0)


def test_hidden_tab_and_pause_ask_for_nothing(browse: Browse, member: User) -> None:
    """The policy of live.js itself, on a live part that is not "always"."""
    window = browse()
    window.sign_in(member)
    page = window.go("/settings/profile")
    page.evaluate(
        """() => {
            const part = document.createElement('div');
            part.id = 'part';
            part.dataset.live = 'visible';
            document.querySelector('main').append(part);
            window.ask = () => part.dispatchEvent(
                new CustomEvent('htmx:beforeRequest', {bubbles: true, cancelable: true}));
            window.hide = (hidden) => Object.defineProperty(
                document, 'hidden', {value: hidden, configurable: true});
        }"""
    )
    assert page.evaluate("ask()") is True
    page.evaluate("hide(true)")
    assert page.evaluate("ask()") is False
    page.evaluate("document.getElementById('part').dataset.live = 'always'")
    assert page.evaluate("ask()") is False  # asked a moment ago; a hidden tab asks every 15 s


@pytest.mark.long
def test_se3_another_zone_changes_what_times_say_and_not_what_they_are(
    browse: Browse, admin: User
) -> None:
    window = browse(timezone_id="UTC")
    window.sign_in(admin)
    times = "a => a.map(e => [e.dateTime, e.textContent])"
    before = window.go("/settings/users").locator("main time:visible").evaluate_all(times)
    page = window.go("/settings/appearance")
    page.get_by_label("Time zone").select_option("Asia/Kathmandu")
    page.get_by_role("button", name="Save appearance").click()
    expect(page.locator("#toasts").get_by_text("Appearance is changed")).to_be_visible()
    after = window.go("/settings/users").locator("main time:visible").evaluate_all(times)
    assert before
    assert [moment for moment, _ in before] == [moment for moment, _ in after]
    assert all(old[1] != new[1] for old, new in zip(before, after, strict=True))


def test_se2_the_theme_is_there_with_the_first_byte(browse: Browse, member: User) -> None:
    window = browse(color_scheme="light")
    page = window.sign_in_by_hand(member)
    page.locator("[data-theme-switch] button").click()
    page.locator("[data-theme-switch] button").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    answer = window.context.request.get(f"{window.address}/jobs").text()
    assert 'data-bs-theme="dark"' in answer
    assert 'id="dark-theme"' in answer
    assert 'media="screen"' in answer
