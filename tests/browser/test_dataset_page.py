"""A dataset's page in Chromium: a chart opened in place, rows by one of its values, and Back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import Relation, User
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES
from tests.dashboard.datasets.profiled import FORMULA, NASTY, make_read_dataset


def make_text() -> str:
    kinds = (NASTY, FORMULA, "<b>bold</b> & more")
    lines = [f'"{kinds[n % 3]}",{n * 7 % 40},"{kinds[n % 2]}"' for n in range(120)]
    return "\n".join([f'"{NASTY}",amount,city', *lines]) + "\n"


@pytest.fixture
def open_page(
    browse: Callable[..., Watched], member: User, tmp_path: Path
) -> Callable[..., tuple[Watched, Page, int]]:
    """Open the page of a dataset whose names and values are markup."""
    correlations = {"columns": ["amount", NASTY], "values": [[1, -0.8], [-0.8, None]]}
    dataset = make_read_dataset(
        member, make_text(), tmp_path, summary={"rows": 120, "correlations": correlations}
    )
    with writing() as session:
        session.add(
            Relation(dataset_id=dataset.id, target="city", state="ready",
                     answer={"columns": [{"name": "amount", "strength": 0.7, "measure": "AUC",
                             "chart": {"edges": [0, 20, 40], "values": [0.2, 0.9]}}]})
        )  # fmt: skip

    def start(path: str = "", **options: object) -> tuple[Watched, Page, int]:
        window = browse(**options)
        window.sign_in(member)
        return window, window.go(f"/datasets/{dataset.id}{path}"), dataset.id

    return start


def test_a_chart_is_opened_a_value_is_followed_and_back_leads_back(
    open_page: Callable[..., tuple[Watched, Page, int]],
) -> None:
    window, page, dataset_id = open_page()
    name = page.locator(".column-name", has_text=NASTY)
    name.click()
    chart = page.locator("#column-chart[data-drawn]")
    expect(chart).to_be_visible()
    expect(name).to_have_attribute("aria-expanded", "true")
    ticks = chart.locator(".xtick text").all_text_contents()
    assert set(ticks) == {NASTY, FORMULA, "<b>bold</b> & more"}
    window.check_accessibility()
    page.locator("#column-details .top-values a", has_text=NASTY).click()
    expect(page.locator(".filter-chips .chip")).to_contain_text(f"{NASTY} is {NASTY}")
    assert "/rows?" in page.url
    expect(page.get_by_text("40 of 120 rows match")).to_be_visible()
    page.get_by_role("link", name="amount").click()
    page.wait_for_url("**sort=amount**")
    address = page.url
    page.reload()
    assert page.url == address
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("amount")
    window.check_accessibility()
    page.go_back()
    page.go_back()
    expect(page.locator("#column-chart[data-drawn]")).to_be_visible()
    expect(page.locator(".column-name[aria-expanded=true]")).to_have_text(NASTY)
    page.locator(".column-name[aria-expanded=true]").click()
    expect(page.locator("#column-details")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/datasets/{dataset_id}$"))
    page.go_back()
    expect(page.locator("#column-details")).to_be_visible()


@pytest.mark.usefixtures("no_broker")
def test_choosing_a_target_asks_for_its_relation_at_once(
    open_page: Callable[..., tuple[Watched, Page, int]],
) -> None:
    window, page, dataset_id = open_page("?q=c")
    page.get_by_label("Relation to").select_option("amount")
    expect(page.locator("#relation")).to_contain_text("Looking how every column relates to amount")
    expect(page).to_have_url(re.compile(rf"/datasets/{dataset_id}\?q=c&target=amount$"))
    window.check_accessibility()
    page.get_by_label("Relation to").select_option("city")
    expect(page.get_by_role("columnheader", name="Strength with city")).to_be_visible()


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_pages_are_accessible_and_no_wider_than_the_window(
    open_page: Callable[..., tuple[Watched, Page, int]], theme: str, width: int
) -> None:
    window, page, dataset_id = open_page(viewport={"width": width, "height": 900})
    window.context.add_cookies([{"name": "theme", "value": theme, "url": window.address}])
    for path in ("?open=amount&target=city", "?open=amount&as=date", "/correlations?column=amount",
                 "/rows?col.amount.gt=3&sort=-amount"):  # fmt: skip
        window.go(f"/datasets/{dataset_id}{path}")
        if path.startswith("?"):
            expect(page.locator("#column-chart[data-drawn]")).to_be_visible()
        window.check_accessibility()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.long
def test_without_javascript_a_column_is_opened_by_its_address(
    open_page: Callable[..., tuple[Watched, Page, int]],
) -> None:
    _, page, _ = open_page(java_script_enabled=False)
    page.locator(".column-name", has_text="amount").click()
    expect(page.locator("#column-details")).to_contain_text("Most frequent values")
    page.get_by_text("Show as table").click()
    expect(page.locator("#column-chart-table tbody tr").first).to_be_visible()


def test_the_table_of_columns_is_one_stop_of_tab_in_which_arrows_move(
    open_page: Callable[..., tuple[Watched, Page, int]],
) -> None:
    _, page, _ = open_page(viewport={"width": 1366, "height": 900})
    keys, focused = page.keyboard, page.locator(":focus")
    keys.press("Tab")
    keys.press("Tab")
    expect(focused).to_have_text("Skip to the columns")
    keys.press("Enter")
    keys.press("Tab")
    if page.evaluate("document.activeElement.matches('.table-region')"):
        keys.press("Tab")  # the region itself, where it scrolls
    first = page.locator(".columns-table .column-name").first
    expect(first).to_be_focused()
    keys.press("ArrowDown")
    expect(page.locator(".columns-table .column-name").nth(1)).to_be_focused()
    keys.press("End")
    expect(focused).to_contain_text("Predict")
    keys.press("Home")
    keys.press("ArrowUp")
    keys.press("ArrowUp")  # there is none above
    expect(first).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#column-details")).to_be_visible()
    assert (
        page.evaluate(
            "document.querySelectorAll('.columns-table > tbody > tr:not(.column-details) "
            '[tabindex="0"]\').length'
        )
        == 1
    )
