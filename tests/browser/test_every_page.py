"""The global checks G-1 to G-15 of the interface's design, on every page of a seeded product.

Names in the records are markup, and as long as they may be (G-10), so that each check here is one
of theirs too. `tests/dashboard/test_every_page.py` holds G-4, G-5 and G-10 without a browser.
"""

import base64
import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from dashboard.static_files import static_path
from tests.browser import everywhere, looks
from tests.browser.conftest import RULES_OF_COLOUR
from tests.browser.everywhere import SECTIONS, Product, faults_of

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
WIDTHS = (1440, 720, 390, 320)
WITHOUT_CHART_BYTES, WITH_CHART_BYTES = 250_000, 700_000


product = everywhere.product_of()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("section", SECTIONS)
def test_g1_g2_g3_g7_g12_g13_g15_pages_hold_what_every_page_must(
    product: Product, section: str
) -> None:
    """Each page is opened once; themes, widths and paper are looked at by turns.

    `Watched` fails for each violation of the policy, error and request to another host.
    """
    faults = []
    how = {"viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce"}
    for turn, (window, page, path) in enumerate(product.each(section, **how)):
        page.emulate_media(color_scheme=("light", "dark")[turn % 2])
        window.check_accessibility()
        _check_weight(window, page)
        found = [*page.evaluate(looks.MOVES), *_too_wide(page, (WIDTHS[turn % 3], 320))]
        if turn % 3 == 0:
            found += _printed(page)
        page.emulate_media(color_scheme="light")
        faults += [f"{path}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("section", SECTIONS)
def test_g1_g3_g15_pages_hold_it_in_both_themes_at_each_width_and_on_paper(
    product: Product, section: str
) -> None:
    faults = []
    # Without moving, no colour is half of one theme when the other is looked at.
    how = {"viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce"}
    for window, page, path in product.each(section, **how):
        window.check_accessibility()
        found = [*_too_wide(page, WIDTHS), *_printed(page)]
        page.emulate_media(color_scheme="dark")
        window.check_accessibility(RULES_OF_COLOUR)
        page.emulate_media(color_scheme="light")
        faults += [f"{path}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def _too_wide(page: Page, widths: tuple[int, ...]) -> Iterator[str]:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if fault := page.evaluate(looks.TOO_WIDE):
            yield f"at {width}: {fault}"
    page.set_viewport_size(DESK)


def _printed(page: Page) -> Iterator[str]:
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    yield from page.locator(looks.NOT_ON_PAPER).evaluate_all(looks.MARKUP)
    if fault := page.evaluate(looks.TOO_WIDE):
        yield f"wider than the paper: {fault}"
    page.emulate_media(media="screen")
    page.set_viewport_size(DESK)


# On the desk each page is looked at above, in one theme or in both.
@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param(DESK, "dark", id="desk-dark"),
        pytest.param(PHONE, "light", id="phone-light"),
        pytest.param(PHONE, "dark", id="phone-dark"),
    ],
)
@pytest.mark.parametrize("section", SECTIONS)
def test_g3_pages_are_accessible_in_each_theme_and_on_a_phone(
    product: Product, section: str, size: dict[str, int], theme: str
) -> None:
    for window, _, _ in product.each(section, viewport=size, color_scheme=theme):
        window.check_accessibility()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("section", SECTIONS)
def test_g6_tab_reaches_everything_and_shows_where_it_is(product: Product, section: str) -> None:
    def look(page: Page) -> list[str]:
        page.wait_for_load_state()
        number = page.evaluate(looks.TABBABLE)
        faults = set()
        for _ in range(number + 2):
            page.keyboard.press("Tab")
            faults.add(page.evaluate(looks.FOCUSED))
        left = page.evaluate(looks.UNREACHED)
        return [*(faults - {""}), *left]

    assert not faults_of(product, section, look, viewport=DESK)


@pytest.mark.parametrize("section", SECTIONS)
def test_g4_g5_g8_g10_pages_are_plain_and_work_without_javascript(
    product: Product, section: str
) -> None:
    """Without scripts a page is its HTML; that titles differ is tested without a browser."""

    def look(page: Page) -> list[str]:
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("h1")).to_be_visible()
        shown = page.locator("[data-needs-js]:visible").evaluate_all(looks.MARKUP)
        title = page.title()
        odd = [] if title.endswith(" - Trainyard") else [f"title {title}"]
        return [
            *shown, *odd, *page.evaluate(looks.NOT_PLAIN), *page.evaluate(looks.WITHOUT_BUTTON),
        ]  # fmt: skip

    assert not faults_of(product, section, look, java_script_enabled=False)


_WEIGHTS: dict[str, int] = {}


def _check_weight(window: everywhere.Watched, page: Page) -> None:
    loaded = {page.url, *page.evaluate(looks.LOADED)}
    has_chart = page.locator("[data-chart-url]").count() > 0
    weight = sum(_weight(window, url) for url in loaded)
    assert weight < (WITH_CHART_BYTES if has_chart else WITHOUT_CHART_BYTES), page.url


def _weight(window: everywhere.Watched, url: str) -> int:
    path = urlsplit(url).path
    if path.startswith(static_path()):
        if path not in _WEIGHTS:
            content = window.context.request.get(url).body()
            _WEIGHTS[path] = min(len(content), len(gzip.compress(content, 6)))
        return _WEIGHTS[path]
    return len(gzip.compress(window.context.request.get(url).body(), 6))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("path", "name", "method"),
    [("/settings/tokens", "Create token", "POST"), ("/jobs", "Filter", "GET")],
)
def test_g9_a_slow_server_shows_that_it_works_and_is_asked_once(
    product: Product, path: str, name: str, method: str
) -> None:
    held: list[Route] = []
    with product.window() as window:
        page = window.go(path)
        for field in page.locator("main input[required]").all():
            field.fill("a name")
        page.route("**/*", lambda route: held.append(route))
        # Playwright waits for what a click leads to: so the page itself clicks, twice.
        busy = page.evaluate(looks.TWO_CLICKS, name)
        assert busy == ["", "true"]
        asked = [route.request.method for route in held if route.request.is_navigation_request()]
        # What only looks may be asked anew: then the browser itself gives the first one up.
        assert asked == [method] or (asked == [method] * 2 and method == "GET")
        held[-1].continue_()
        page.unroute_all(behavior="ignoreErrors")


def test_g9_a_link_to_a_slow_page_shows_that_it_works(product: Product) -> None:
    held: list[Route] = []
    with product.window() as window:
        page = window.go("/jobs")
        page.route("**/models", lambda route: held.append(route))
        assert page.evaluate(looks.TWO_CLICKS, "Models")[0] == ""
        held[-1].continue_()  # the first click's is given up by the browser, if it was sent at all
        expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
        expect(page.locator("html[data-busy]")).to_have_count(0)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("path", ["/jobs?sort=name", "/datasets?sort=name", "/models"])
def test_g11_back_leads_to_the_former_view(product: Product, path: str) -> None:
    with product.window(viewport={"width": 700, "height": 260}) as window:
        page = window.go(path)
        if (sorts := page.locator("main th a[href*='sort=']:visible")).count():
            sorts.last.evaluate("(link) => link.click()")  # on a phone cards have no head
            page.wait_for_url(lambda url: not url.endswith(path))
            page.go_back()
            assert page.url.endswith(path)
        link = page.locator("main tbody a[href*='s/']:visible").last
        link.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        link.click()
        page.wait_for_url(lambda url: not url.endswith(path))
        page.go_back()
        assert page.url.endswith(path)
        page.wait_for_function(f"Math.abs(scrollY - {before}) < 3")


def test_g14_badges_and_bars_are_seen_in_forced_colours(product: Product) -> None:
    with product.window(forced_colors="active") as window:
        page = window.go("/_dev/components")
        for badge in page.locator(".status").all():
            assert badge.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
            assert badge.inner_text().strip()
        bar = page.locator("progress.bar[value]").first
        bar.scroll_into_view_if_needed()
        picture = base64.b64encode(bar.screenshot()).decode()
        assert page.evaluate(looks.COLOURS, f"data:image/png;base64,{picture}") >= 2


def test_g15_where_and_when_a_page_was_printed_stands_on_it(product: Product) -> None:
    with product.window() as window:
        page = window.go("/jobs?sort=name")
        assert not page.locator(".printed").is_visible()
        page.emulate_media(media="print")
        expect(page.locator(".printed")).to_contain_text("/jobs?sort=name")
        expect(page.locator(".printed time")).to_be_visible()


def test_g15_a_comparison_on_paper_is_its_verdict_charts_and_table(product: Product) -> None:
    (path,) = (path for path in product.paths("jobs") if path.startswith("/compare?jobs="))
    with product.window(viewport={"width": 794, "height": 1123}) as window:
        page = window.go(path)
        chart = page.locator("#compare-folds")
        expect(chart).to_have_attribute("data-drawn", "true")
        page.emulate_media(media="print")
        for shown in ("h1", ".compare-table", "#compare-folds .main-svg >> nth=0", ".printed"):
            expect(page.locator(shown)).to_be_visible()
        for hidden in (".topbar", ".compare-controls", "#add-job form", "main .btn >> nth=0"):
            expect(page.locator(hidden)).to_be_hidden()
        cell = page.locator(".compare-table td").last
        assert cell.evaluate("(e) => e.getBoundingClientRect().right") <= 794
