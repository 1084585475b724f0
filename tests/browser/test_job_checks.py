"""The checks of a job's page: states without reload, log, cause of a failure, charts, paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect

from dashboard.chores.service import EXPLAIN, LEARN
from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.jobs.running.execution import add_lines
from tests.browser.conftest import Watched
from tests.dashboard.datasets.profiled import change
from tests.dashboard.jobs.test_explaining import CURVE, TOLD, answered
from tests.dashboard.jobs.test_results import RESULTS, job_with
from tests.factories import make_job, make_model, make_succeeded_job

BADGE = "h1 + [data-state]"
ROC = {"class": "yes", "auc": 0.8, "fpr": [0.0, 0.0, 0.5, 1.0], "tpr": [0.0, 0.5, 1.0, 1.0],
       "threshold": [None, 0.9, 0.5, 0.0]}  # fmt: skip
CUTS = {"class": "yes", "kind": "probability", "default": 0.5, "positives": 35, "negatives": 65,
        "threshold": [0.9, 0.5, 0.1], "tp": [10, 30, 35], "fp": [1, 5, 60]}  # fmt: skip
CLASSES = ["a long name of a class", "another long name of a class", "a third one", "the fourth",
           "the fifth, long again", "the sixth"]  # fmt: skip
Browse = Callable[..., Watched]


@pytest.fixture
def running(member: User) -> Job:
    return make_job(
        member, state="running", stage="fit", progress=0.3, attempt=1, started_at=now(),
        heartbeat_at=now(), message="Fitting fold 2 of 5",
    )  # fmt: skip


def write(job: Job, *texts: str, level: str = "info") -> None:
    with writing() as session:
        add_lines(session, job.id, [(now(), level, text) for text in texts])


def open_job(browse: Browse, member: User, path: str, **options: Any) -> Page:
    window = browse(**options)
    window.sign_in(member)
    return window.go(path)


@pytest.mark.timeout(240)
def test_jd_1_a_job_goes_through_its_states_by_itself_and_then_nothing_is_asked(
    browse: Browse, member: User
) -> None:
    job = make_job(member)
    page = open_job(browse, member, f"/jobs/{job.id}")
    expect(page.locator(BADGE)).to_have_attribute("data-state", "queued")
    change(job, state="running", stage="fit", attempt=1, started_at=now(), heartbeat_at=now())
    expect(page.locator(BADGE)).to_have_attribute("data-state", "running", timeout=40_000)
    change(job, state="succeeded", progress=1.0, score=0.8, finished_at=now())
    expect(page.locator(BADGE)).to_have_attribute("data-state", "succeeded", timeout=40_000)
    expect(page.get_by_role("link", name="Results")).to_be_visible(timeout=40_000)
    page.wait_for_load_state()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/_live/pill" not in request.url:  # what the queue does is told on every page
            asked.append(request.url)

    page.wait_for_timeout(3_000)  # the last chart may just be drawn
    page.on("request", note)
    page.wait_for_timeout(10_000)
    assert not asked


@pytest.mark.timeout(180)
def test_jd_4_a_log_that_was_scrolled_up_stays_where_it_is(
    browse: Browse, member: User, running: Job
) -> None:
    write(running, *[f"step {n}" for n in range(200)])
    page = open_job(browse, member, f"/jobs/{running.id}")
    log = page.locator("#log")
    log.scroll_into_view_if_needed()
    expect(page.locator("#L200")).to_be_in_viewport()  # of the log: it follows its end
    expect(page.locator("[data-log-follows]")).to_be_visible()
    log.evaluate("(box) => { box.scrollTop = 300; }")
    expect(page.locator("[data-log-follows]")).to_be_hidden()
    write(running, *[f"more {n}" for n in range(37)])
    jump = page.get_by_role("button", name="Jump to newest (37 new)")
    expect(jump).to_be_visible(timeout=40_000)
    assert log.evaluate("(box) => box.scrollTop") == 300
    expect(page.locator("[data-log-count]")).to_have_text("237 lines")
    jump.click()
    expect(jump).to_be_hidden()
    expect(page.locator("[data-log-follows]")).to_be_visible()
    write(running, "the last one")
    expect(page.get_by_text("the last one")).to_be_in_viewport(timeout=40_000)


@pytest.mark.long
def test_jd_5_a_line_has_an_address_that_marks_it(browse: Browse, member: User) -> None:
    job = make_job(member, state="failed", failure={"code": "X", "message": "m", "hint": "h"})
    write(job, *[f"step {n}" for n in range(1, 1501)])
    page = open_job(browse, member, f"/jobs/{job.id}/log")
    page.get_by_role("link", name="Show earlier 500 lines").click()
    page.get_by_role("link", name="Line 14", exact=True).click()
    expect(page).to_have_url(re.compile(r"/log\?line=500#L14$"))
    page.reload()
    colour = "(line) => getComputedStyle(line).backgroundColor"
    line = page.locator("#L14")
    expect(line).to_be_in_viewport()
    assert line.evaluate(colour) != page.locator("#L15").evaluate(colour)
    page.get_by_label("Look for words in the log").fill("STEP 14")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").first).to_contain_text("111 of 1,500 lines hold")
    page.get_by_role("link", name="Line 1400, in its place").click()
    expect(page.locator("#L1400")).to_be_in_viewport()


def test_jd_6_what_a_log_says_is_text_and_nothing_else(
    browse: Browse, member: User, running: Job
) -> None:
    marked = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    write(running, marked)
    page = open_job(browse, member, f"/jobs/{running.id}")
    expect(page.locator("#L1 span")).to_have_text(marked)
    write(running, marked + " again")
    expect(page.locator("#L2 span")).to_have_text(marked + " again", timeout=40_000)
    assert page.locator("#log :is(img, script)").count() == 0


def test_jd_7_a_failure_is_told_by_its_cause_and_the_traceback_waits(
    browse: Browse, member: User
) -> None:
    failure = {"code": "TARGET_NOT_NUMERIC", "message": 'The target column "price" has text',
               "hint": "Choose another one", "traceback": "Traceback: ValueError",
               "change": {"exclude": ["a column with a long name", "b" * 60]}}  # fmt: skip
    job = make_job(member, state="failed", failure=failure, finished_at=now(), attempt=1)
    write(job, "ValueError: could not convert", level="error")
    page = open_job(browse, member, f"/jobs/{job.id}")
    expect(page.get_by_role("heading", level=2, name=failure["message"])).to_be_visible()
    expect(page.get_by_text("Ways to fix it")).to_be_visible()
    expect(page.get_by_text(failure["traceback"])).to_be_hidden()
    expect(page.locator("#L1")).to_contain_text("error: ValueError")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("Technical details (traceback, 1 line)").click()
    expect(page.get_by_text(failure["traceback"])).to_be_visible()


def job_with_every_chart(member: User) -> Job:
    job = job_with(RESULTS | {"roc": [ROC], "thresholds": CUTS}, owner=member)
    make_model(job)
    answered(job, EXPLAIN, answer=TOLD)
    answered(job, LEARN, answer=CURVE)
    return job


@pytest.mark.usefixtures("no_broker")
@pytest.mark.timeout(240)
def test_jd_10_each_table_has_the_numbers_of_its_chart(
    app: Flask, browse: Browse, member: User
) -> None:
    job = job_with_every_chart(member)
    page = open_job(browse, member, f"/jobs/{job.id}")
    urls = page.locator("[data-chart-url]").evaluate_all(
        "(charts) => charts.map((chart) => [chart.id, chart.dataset.chartUrl])"
    )
    assert len(urls) >= 10
    before = {name: cells(page, name) for name, _url in urls}
    for name, url in urls:
        chart = page.locator(f"#{name}")
        chart.scroll_into_view_if_needed()
        figure = page.request.get(page.url.split("/jobs/")[0] + url).json()
        if not figure["traces"]:
            continue
        expect(chart).to_have_attribute("data-drawn", "true")
        assert chart.get_attribute("aria-label") == figure["alt"]
        page.locator(f"#{name}-table summary").click()
        shown = [figure["table"]["columns"], *figure["table"]["rows"]]
        expected = [["–" if cell is None else str(cell) for cell in row] for row in shown]
        assert cells(page, name) == expected
        # Without JavaScript the same stands there; a missing value is read out there.
        assert [[text.replace("no value", "") for text in row] for row in before[name]] == expected


def cells(page: Page, chart: str) -> list[list[str]]:
    found: list[list[str]] = page.locator(f"#{chart}-table tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return found


@pytest.mark.long
@pytest.mark.usefixtures("no_broker")
@pytest.mark.timeout(240)
def test_jd_11_no_chart_offers_to_send_itself_away(
    app: Flask, browse: Browse, member: User
) -> None:
    job = job_with_every_chart(member)
    page = open_job(browse, member, f"/jobs/{job.id}")
    for chart in page.locator("[data-chart-url]:not([data-empty])").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "true")
        chart.hover()
    # `browse` fails for a request to another host.
    assert page.locator(".modebar-btn, .js-plotly-plot a").count() == 0
    assert "cloud" not in page.locator("main").inner_text().lower()


@pytest.mark.usefixtures("no_broker")
@pytest.mark.timeout(240)
def test_jd_12_on_paper_a_job_is_one_page(app: Flask, browse: Browse, member: User) -> None:
    job = change(job_with_every_chart(member), note="what is to be known", tags=["final"])
    page = open_job(browse, member, f"/jobs/{job.id}")
    for chart in page.locator("[data-on-paper]").all():
        expect(chart).to_have_attribute("data-drawn", "true")
    page.emulate_media(media="print")
    for hidden in (
        "#chart-usage",
        ".topbar",
        ".tabs",
        ".actions",
        "#log-card",
        "#threshold",
        "main form",
    ):
        for found in page.locator(hidden).all():
            expect(found).to_be_hidden()
    for words in ("ROC AUC", "what is to be known", "Validation"):
        expect(page.get_by_text(words).first).to_be_visible()
    charts = [f"#chart-{name} .main-svg >> nth=0" for name in ("roc", "precision_recall", "folds")]
    for shown in ("h1", "#job-folds", ".confusion", "#settings", *charts):
        expect(page.locator(shown)).to_be_visible()
    for margin in ("0", "1cm"):
        around = dict.fromkeys(("top", "right", "bottom", "left"), margin)
        paper = page.pdf(format="A4", margin=around)  # type: ignore[arg-type]
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    # In the columns of the paper no picture is cut: it is scaled as a whole.
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    scaled = page.locator(charts[0]).get_attribute("viewBox")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert scaled
    assert page.locator(charts[0]).get_attribute("viewBox") is None


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.usefixtures("no_broker")
@pytest.mark.timeout(180)
def test_legends_stand_above_the_plot(
    app: Flask, browse: Browse, member: User, width: int
) -> None:
    curves = [ROC | {"class": name} for name in CLASSES]
    shares = [RESULTS["precision_recall"][0] | {"class": name, "share": 0.2} for name in CLASSES]
    groups = [RESULTS["calibration"][0] | {"class": name} for name in CLASSES]
    confusion = {
        "labels": CLASSES,
        "counts": [[9 if a == b else 1 for a in range(6)] for b in range(6)],
    }
    job = job_with(
        {"n": 84, "roc": curves, "precision_recall": shares, "calibration": groups,
         "confusion": confusion}, owner=member,
    )  # fmt: skip
    page = open_job(browse, member, f"/jobs/{job.id}", viewport={"width": width, "height": 900})
    for name in ("roc", "precision_recall", "calibration", "gain", "confusion", "folds"):
        chart = page.locator(f"#chart-{name}")
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "true")
        found = chart.evaluate(
            """(chart) => {
              const box = (one) => chart.querySelector(one).getBoundingClientRect();
              const [legend, plot] = [box('.legend .bg'), box('.nsewdrag')];
              const whole = chart.getBoundingClientRect();
              return {over: legend.bottom - plot.top, out: whole.top - legend.top,
                      tall: plot.height, wide: legend.right - whole.right};
            }"""
        )
        assert found["over"] <= 1, (name, found)
        assert found["out"] <= 1, (name, found)
        assert found["wide"] <= 1, (name, found)
        assert found["tall"] > 100, (name, found)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.long
def test_columns_before_and_after_each_step_fit_beside_the_charts(
    app: Flask, browse: Browse, member: User
) -> None:
    steps = [
        {"columns": "Dates", "by": "split into parts", "before": 2, "after": 12},
        {"columns": "Numbers, parts of dates", "by": "SimpleImputer, QuantileTransformer",
         "before": 1_012, "after": 1_013},
        {"columns": "Categories, many", "by": "TargetEncoder, StandardScaler",
         "before": 2, "after": 2},
    ]  # fmt: skip
    details = {"preprocessing": steps, "columns_learned_from": 1_015}
    job = make_succeeded_job(member, details=details)
    size = {"width": 1440, "height": 900}
    page = open_job(browse, member, f"/jobs/{job.id}", viewport=size)
    region = page.get_by_role("region", name="Columns before and after each step")
    expect(region.get_by_role("cell", name="1,013")).to_be_visible()
    assert region.evaluate("region => region.scrollWidth - region.clientWidth") == 0
