"""A job whose model was explained, in a real browser: in both themes, on a phone too."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from dashboard.chores.service import EXPLAIN, LEARN
from dashboard.db import User
from tests.browser.conftest import Watched
from tests.dashboard.jobs.test_explaining import CURVE, TOLD, answered
from tests.dashboard.jobs.test_results import RESULTS, job_with
from tests.factories import make_model

CHARTS = ("importance", "dependence-0", "dependence-1", "coefficients", "curve", "calibration")
METRICS = ("roc_auc", "average_precision", "balanced_accuracy", "calibration_error")
SCORES = {name: {"mean": 0.703, "std": 0.036, "low": 0.676, "high": 0.73} for name in METRICS}
BASELINES = {
    kind: {name: {"mean": 2.34e-5, "std": 0.01} for name in METRICS}
    for kind in ("dummy", "linear")
}
CUT_OFF = """folds => [...folds.querySelectorAll(".table-region")].some(
  (region) => region.scrollWidth > region.clientWidth)"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.usefixtures("no_broker")
def test_every_figure_is_drawn_and_a_column_is_chosen(
    app: Flask, browse: Callable[..., Watched], member: User, width: int, scheme: str
) -> None:
    job = job_with(RESULTS, owner=member, metrics=SCORES, details={"baselines": BASELINES})
    make_model(job)
    answered(job, EXPLAIN, answer=TOLD)
    answered(job, LEARN, answer=CURVE)
    tab = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.sign_in(member)
    page = tab.go(f"/jobs/{job.id}")
    for name in CHARTS:
        chart = page.locator(f"#chart-{name}")
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tab.check_accessibility()
    assert not page.locator("#job-folds").evaluate(CUT_OFF)
    page.get_by_label("Column", exact=True).select_option("member")
    page.wait_for_url("**slice=member**")
    expect(page.locator("#where-it-errs tbody")).to_contain_text("tied with all rows")
    tab.check()
