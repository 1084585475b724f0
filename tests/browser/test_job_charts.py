"""Where the charts of a job stand, and what their legends say."""

from collections.abc import Callable

import pytest
from flask import Flask

from dashboard.db import Dataset, User
from tests.browser.conftest import Watched
from tests.browser.test_job_checks import ROC, job_with_every_chart
from tests.factories import make_succeeded_job

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.mark.parametrize(("width", "is_wide"), [(1440, True), (1100, False)])
def test_pictures_of_one_thing_stand_side_by_side_where_there_is_room(
    app: Flask, browse: Callable[..., Watched], member: User, width: int, is_wide: bool
) -> None:
    job = job_with_every_chart(member)
    window = browse(viewport={"width": width, "height": 900})
    window.sign_in(member)
    page = window.go(f"/jobs/{job.id}")
    for pair in (("roc", "precision_recall"), ("calibration", "gain")):
        left, right = (page.locator(f"#chart-{name}").bounding_box() for name in pair)
        assert left is not None
        assert right is not None
        assert (abs(left["y"] - right["y"]) < 2) == is_wide
        assert (left["x"] + left["width"] <= right["x"]) == is_wide
    chart = page.locator("#chart-roc[data-drawn=true]")
    chart.scroll_into_view_if_needed()
    assert chart.locator(".legendtext").first.text_content() == f"{ROC['class']}, area 0.800"
    numbers = chart.locator(".xtick text").all_text_contents()
    assert numbers == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]  # all as long as each other


def test_what_is_printed_by_its_button_was_drawn_before(
    browse: Callable[..., Watched], member: User, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.8, 0.9)]
    window = browse(viewport={"width": 1440, "height": 500})
    window.sign_in(member)
    page = window.go(f"/compare?jobs={jobs[0].id},{jobs[1].id}")
    far = page.locator("[data-chart-url]:not([data-asked])")
    assert far.count()
    page.evaluate("() => { window.print = () => { document.body.dataset.printed = ''; }; }")
    page.get_by_role("button", name="Print").click()
    page.locator("body[data-printed]").wait_for()
    assert not far.count()
