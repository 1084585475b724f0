"""Addresses in a browser: both pages, in both themes and widths."""

from collections.abc import Callable

import pytest

from dashboard.datasets.upload.addresses import allow_address
from dashboard.db import User
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES

Browse = Callable[..., Watched]
LONG = "https://data.example.org/" + "a-very-long-folder/" * 12


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_pages_are_accessible_and_fit(browse: Browse, admin: User, theme: str, width: int) -> None:
    window = browse(viewport={"width": width, "height": 900}, color_scheme=theme)
    window.sign_in(admin)
    page = window.go("/settings/addresses")
    page.get_by_label("Address").fill("s3://bucket/in/")
    page.get_by_role("button", name="Allow this address").click()
    page.locator("td code", has_text="s3://bucket/in/").wait_for()
    allow_address(user=admin, prefix=LONG)
    for path in ("/settings/addresses", "/datasets/address"):
        page = window.go(path)
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        window.check_accessibility()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
