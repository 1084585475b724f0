"""The rows of a job and the pages of its parts, in a real browser: by a click, without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboard.db import Job, User
from tests.browser.conftest import Watched
from tests.dashboard.jobs.test_results import RESULTS
from tests.dashboard.rows.scored import MARKUP, make_class_job
from tests.factories import give_results


@pytest.fixture
def job(member: User, tmp_path: Path) -> Job:
    return give_results(make_class_job(member, tmp_path), **RESULTS)


@pytest.mark.sampled(1)
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_each_page_of_a_job_fits_and_can_be_read_by_all(
    browse: Callable[..., Watched], member: User, job: Job, width: int, scheme: str
) -> None:
    tab = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.sign_in(member)
    for part in ("/rows", "/log", "/settings", "/files", ""):
        page = tab.go(f"/jobs/{job.id}{part}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        tab.check_accessibility()


def test_a_cell_of_the_confusion_opens_its_rows_without_scripts(
    browse: Callable[..., Watched], member: User, job: Job
) -> None:
    tab = browse(java_script_enabled=False)
    tab.sign_in(member)
    page = tab.go(f"/jobs/{job.id}")
    page.get_by_role("link", name="5 rows of yes predicted no: show").click()
    expect(page).to_have_url(f"{tab.address}/jobs/{job.id}/rows?actual=yes&predicted=no")
    assert page.locator(".scored-rows tbody tr").count() == 15
    expect(page.get_by_label("Predicted", exact=True)).to_have_value("no")
    page.get_by_label("Fold", exact=True).select_option("2")
    page.get_by_label("Order", exact=True).select_option("line")
    page.get_by_role("button", name="Filter").click()
    assert "fold=2" in page.url
    expect(page.get_by_role("status").first).to_contain_text("3 of 120 predictions match")
    expect(page.get_by_text(MARKUP).first).to_be_visible()  # as text
    assert page.locator(".scored-rows img").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 4
