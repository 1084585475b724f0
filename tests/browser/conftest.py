"""A real server on a free port, and a real Chromium that notices what no page may do."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dashboard.clock import now
from dashboard.db import Dataset, Job, User
from tests.factories import PASSWORD, make_dataset, make_job
from tests.page import TOKEN
from tests.serving import serve

# A machine with two cores runs three test processes, each with a browser or workers of its own.
expect.set_options(timeout=20_000)
# The one without windows needs half the time: each page of the other is a window with its tabs,
# though nobody sees it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# What is right is not asked for: to name each element that is takes longer than to find faults.
FAULTS_ALONE = {"resultTypes": ["violations"]}
RULES = FAULTS_ALONE | {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
}
# A theme changes colours: no other rule finds in one what it did not find in the other.
RULES_OF_COLOUR = FAULTS_ALONE | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => {
  window.violations.push(`${e.violatedDirective}: ${e.blockedURI}`);
});
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, and leave it out, saying why, where there is no Chromium."""
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests."""
    if CHROMIUM is None:
        reason = "Chromium is not installed; apt-get install chromium-headless-shell"
        if os.environ.get("TRAINYARD_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # A scripted click may press and release while the page still glides to the focused field.
        # Without its hints letters are as wide in one Chromium as in the other.
        flags = ["--no-sandbox", "--disable-smooth-scrolling", "--font-render-hinting=none"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The address of the app, served by threads."""
    with serve(app) as address:
        yield address


class Watched:
    """A tab, and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.faults: list[str] = []
        self.allowed: set[str] = set()
        context.add_init_script(WATCH)
        self.page = self.open()

    def open(self) -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", lambda m: self._note(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: self._judge(request.url))
        return page

    def go(self, path: str) -> Page:
        """Open a page of the server."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def sign_in(self, user: User) -> Page:
        """Send the form of the sign-in page without drawing any page."""
        address, send = f"{self.address}/login", self.context.request
        token = TOKEN.search(send.get(address).text())
        assert token is not None
        form = {"csrf_token": token[1], "email": user.email, "password": PASSWORD}
        answer = send.post(address, form=form, max_redirects=0)  # type: ignore[arg-type]
        assert answer.status == 302
        return self.page

    def sign_in_by_hand(self, user: User) -> Page:
        """Fill in the form of the sign-in page, which leads on to the person's profile."""
        page = self.go("/login?next=/settings/profile")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/settings/profile")
        return page

    def check_accessibility(self, rules: dict[str, object] = RULES) -> None:
        """Run axe on the page that is open, once its styles are there."""
        self.page.wait_for_load_state()
        found = Axe().run(self.page, options=rules).response["violations"]
        assert not found, [(v["id"], [n["target"] for n in v["nodes"]]) for v in found]

    def check(self) -> None:
        """Fail for whatever went wrong so far."""
        for page in self.context.pages:
            self.faults += page.evaluate("window.violations ?? []")
        assert not [f for f in self.faults if not any(words in f for words in self.allowed)]

    def _note(self, text: str) -> None:
        self.faults.append(text)

    def _judge(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"a request to another host: {url}")


@pytest.fixture
def browse(chromium: Browser, server: str) -> Iterator[Callable[..., Watched]]:
    """Make browser windows; none may break the policy, log an error or call another host."""
    made: list[Watched] = []

    def make(**options: object) -> Watched:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        made.append(Watched(context, server))
        return made[-1]

    yield make
    for window in made:
        window.check()
        window.context.close()


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    """A dataset of the member."""
    return make_dataset(member, name="people")


@pytest.fixture
def tab(browse: Callable[..., Watched], member: User) -> Watched:
    """A wide window in which the member is signed in."""
    found = browse(viewport={"width": 1440, "height": 900})
    found.sign_in(member)
    return found


@pytest.fixture
def job(member: User) -> Job:
    """A running job of the member, in its fourth fold."""
    return make_job(
        member, state="running", stage="fit", progress=0.61, attempt=1, started_at=now(),
        heartbeat_at=now() + timedelta(hours=1), message="Fitting fold 4 of 5", name="churn",
    )  # fmt: skip
