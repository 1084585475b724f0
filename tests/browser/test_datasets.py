"""The pages of datasets and their versions in a browser: themes and widths."""

from collections.abc import Callable

import pytest
from flask import Flask

from dashboard.db import Difference
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES
from tests.factories import make_dataset, make_succeeded_job, make_user, make_version

MOVED = {"name": "city", "kind": "category", "distance": 0.234, "moved": True,
         "before": {"value": "Oslo", "share": 0.5, "missing": 0.0},
         "after": {"value": "Oslo", "share": 0.71, "missing": 0.02}}  # fmt: skip
CHANGED = {"name": "city", "count": 12, "examples": [
    {"key": "C17", "before": "Oslo", "after": None},
    {"key": "C18", "before": "x" * 100 + "…", "after": "y" * 100 + "…"}]}  # fmt: skip
ANSWER = {"rows": {"same": 6700, "added": 343, "removed": 100, "columns": 3, "key": "customer",
                   "changed": 12, "columns_changed": 1, "changed_columns": [CHANGED]},
          "distributions": {"compared": 1, "moved": 1, "columns": [MOVED]}}  # fmt: skip


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_pages_of_versions_fit_and_can_be_read(
    app: Flask, browse: Callable[..., Watched], theme: str, width: int
) -> None:
    owner = make_user(role="admin")
    name = "a_name_without_a_single_space_in_it_that_must_break_somewhere_in_the_row.csv"
    first = make_dataset(owner, name=name)
    second = make_version(first)
    make_version(second, state="refused", rows=None, n_columns=None)
    make_succeeded_job(owner, dataset=first, target="a_target_with_a_very_long_name" * 3)
    with writing() as session:
        difference = session.query(Difference).one()
        difference.state, difference.answer = "ready", ANSWER
    window = browse(viewport={"width": width, "height": 900})
    page = window.sign_in(owner)
    window.context.add_cookies([{"name": "theme", "value": theme, "url": window.address}])
    tab = f"/datasets/{second.id}/versions"
    for path in (
        "/datasets",
        f"/datasets/{first.id}",
        tab,
        f"{tab}?from={first.id}&to={second.id}",
    ):
        window.go(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        window.check_accessibility()
