"""On a phone nothing lies on anything else, and what can be done takes two lines."""

from collections.abc import Callable

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.dashboard.jobs.test_baselines import known
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job

OVERFLOW = "(nav) => nav.scrollWidth - nav.clientWidth"
TWO_LINES_PX = 76


def test_tabs_and_buttons_of_a_dataset_and_a_job_fit(
    browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member, rows=1_048_576)
    job = make_succeeded_job(member, dataset=dataset)
    make_model(job)
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/datasets/{dataset.id}")
    assert page.locator(".tabs").evaluate(OVERFLOW) <= 0
    window.check_accessibility()
    for path in (f"/datasets/{dataset.id}", f"/jobs/{job.id}"):
        box = window.go(path).locator(".page-head .actions").bounding_box()
        assert box is not None
        assert box["height"] < TWO_LINES_PX


def test_a_remark_on_a_score_leaves_the_name_its_width(
    browse: Callable[..., Watched], member: User
) -> None:
    make_succeeded_job(member, score=0.842, estimator="GaussianNB", details=known(0.5, 0.84))
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go("/jobs")
    name = page.locator("tr[data-job-id] .main").bounding_box()
    remark = page.get_by_text("tied with a linear model").bounding_box()
    assert name is not None
    assert remark is not None
    assert name["width"] > 200
    assert remark["y"] >= name["y"] + name["height"]
    window.check_accessibility()


def test_the_state_of_a_waiting_job_stands_below_its_name(
    browse: Callable[..., Watched], member: User
) -> None:
    job = make_job(member, make_dataset(member))
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    row = window.go("/jobs").locator(f"#job-{job.id}")
    name, state = row.locator(".main").bounding_box(), row.locator(".status").bounding_box()
    assert name is not None
    assert state is not None
    assert state["y"] >= name["y"] + name["height"]


def test_the_tab_that_is_open_is_in_view(browse: Callable[..., Watched], admin: User) -> None:
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(admin)
    tab = window.go("/settings/addresses").locator(".tabs [aria-current]").bounding_box()
    assert tab is not None
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390
