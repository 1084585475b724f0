"""The compare page in a real browser: the checks CP-1 to CP-8 of the interface's design."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from dashboard.db import Dataset, Job, User
from tests.browser.conftest import RULES, Watched
from tests.browser.sizes import SIZES
from tests.factories import make_succeeded_job, make_version

SERVER_S = 1.0
DRAWING_MS = """(() => {
  const page = performance.getEntriesByType('navigation')[0];
  return page.domContentLoadedEventStart - page.responseEnd;
})()"""


def make_jobs(dataset: Dataset, n: int) -> list[Job]:
    return [
        make_succeeded_job(dataset=dataset, score=0.8 + i / 50, parameters={"C": i + 0.5})
        for i in range(n)
    ]


def address(jobs: list[Job], more: str = "") -> str:
    return f"/compare?jobs={','.join(str(job.id) for job in jobs)}{more}"


def texts(found: Locator) -> list[str]:
    return [" ".join(text.split()) for text in found.all_inner_texts()]


def test_cp_1_the_address_alone_makes_the_view_again_in_another_session(
    tab: Watched, browse: Callable[..., Watched], admin: User, dataset: Dataset
) -> None:
    jobs = make_jobs(dataset, 3)
    page = tab.go(address(jobs))
    page.get_by_label("Metric").select_option("Accuracy")
    page.wait_for_url("**metric=accuracy**")
    page.get_by_label("Reference", exact=True).select_option(str(jobs[1].id))
    page.wait_for_url(f"**base={jobs[1].id}**")
    page.get_by_label("Differences only").uncheck()
    page.wait_for_url("**diff=0**")
    page.get_by_role("link", name="Transpose").click()
    page.wait_for_url("**transpose=1**")
    # What "Copy link" copies is asked for, not the address that the clicks led to.
    link = page.get_by_label("Address of this comparison").input_value()
    assert link.startswith(tab.address)
    shown = texts(page.locator(".compare-table tr"))
    other = browse(viewport={"width": 1440, "height": 900})
    other.sign_in(admin)
    again = other.go(link.removeprefix(tab.address))
    assert texts(again.locator(".compare-table tr")) == shown
    assert again.get_by_label("Metric").input_value() == "accuracy"
    assert again.get_by_label("Reference", exact=True).input_value() == str(jobs[1].id)


def test_cp_2_differences_only_hides_equal_rows_and_says_how_many(
    tab: Watched, dataset: Dataset
) -> None:
    page = tab.go(address(make_jobs(dataset, 2)))
    rows = page.locator(".compare-table tbody tr:not(.group)")
    expect(page.get_by_label("Differences only")).to_be_checked()
    few = rows.count()
    for row in rows.all():
        cells = texts(row.locator("td"))
        assert len(set(cells)) > 1, cells
    note = page.get_by_text("identical rows are hidden").inner_text()
    page.get_by_label("Differences only").uncheck()
    page.wait_for_url("**diff=0**")
    assert note == f"{rows.count() - few} identical rows are hidden"
    expect(page.get_by_text("identical rows are hidden")).to_have_count(0)


@pytest.mark.long
def test_cp_3_the_best_one_has_the_lower_error(tab: Watched, dataset: Dataset) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, task="regression", metric="rmse", estimator="Ridge",
                           score=rmse, metrics={"rmse": {"mean": rmse, "std": 0.1}})
        for rmse in (3.0, 1.0, 2.0)
    ]  # fmt: skip
    page = tab.go(address(jobs))
    row = page.locator("tr", has=page.get_by_role("rowheader", name="RMSE"))
    assert [" best" in text for text in texts(row.locator("td"))] == [False, True, False]


@pytest.mark.long
def test_cp_4_different_versions_are_told_and_have_no_verdict(
    tab: Watched, dataset: Dataset
) -> None:
    first = make_succeeded_job(dataset=dataset)
    version = make_version(dataset, sha256="c" * 64)
    second = make_succeeded_job(dataset=version, score=0.99)
    page = tab.go(address([first, second]))
    expect(page.get_by_text("The scores cannot be compared fairly.")).to_be_visible()
    expect(page.get_by_text("people v1, people v2").first).to_be_visible()
    expect(page.get_by_text("scores best")).to_have_count(0)
    expect(page.locator("td .tag")).to_have_count(0)
    expect(page.get_by_role("button", name="Run again on the same folds")).to_be_visible()


def test_cp_5_a_job_has_one_colour_and_shape_everywhere_in_the_order_of_the_address(
    tab: Watched, dataset: Dataset
) -> None:
    jobs = make_jobs(dataset, 3)[::-1]
    page = tab.go(address(jobs))
    heads = page.locator(".compare-table thead .job-name")
    assert texts(heads) == [job.name for job in jobs]
    marks = page.locator(".compare-table thead .swatch")
    inks = [mark.evaluate("(e) => getComputedStyle(e).fill") for mark in marks.all()]
    assert len(set(inks)) == len({mark.inner_html() for mark in marks.all()}) == 3
    shapes = {}
    for chart in ("folds", "time", "settings", "parameter"):
        figure = page.locator(f"#compare-{chart}")
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-drawn", "true")
        drawn = figure.evaluate(
            """(e) => e.data
                .filter((t) => t.mode.includes('markers') && !t.name.startsWith('mean'))
                    .filter((t) => t.marker.opacity !== 0)  // those hold words alone
                .map((t) => [t.name, t.marker.color, t.marker.symbol])"""
        )
        names = [name for name, _, _ in drawn]
        assert names == [f"{job.name} #{job.id}" for job in jobs]
        assert [as_rgb(colour) for _, colour, _ in drawn] == inks
        shapes[chart] = [symbol for _, _, symbol in drawn]
    assert set(map(tuple, shapes.values())) == {("circle", "square", "diamond")}


def as_rgb(colour: str) -> str:
    """Return ``#1B5DCB`` as browsers say it: ``rgb(27, 93, 203)``."""
    return f"rgb({', '.join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))})"


@pytest.mark.sampled(1)
@pytest.mark.parametrize("more", ["", "&transpose=1"])
def test_cp_6_first_column_and_head_stay_in_view(
    more: str, tab: Watched, dataset: Dataset
) -> None:
    tab.page.set_viewport_size({"width": 1000, "height": 500})
    page = tab.go(address(make_jobs(dataset, 12), f"&diff=0{more}"))
    region = page.locator(".table-region:has(> .compare-table)")
    region.focus()
    expect(region).to_be_focused()
    shade = "(e) => getComputedStyle(e, '::after').position"
    assert region.evaluate(shade) == "sticky"  # that it goes on below is seen
    page.evaluate("(e) => e.scrollIntoView()", region.element_handle())
    far = region.evaluate(
        "(e) => { e.scrollTo(e.scrollWidth, e.scrollHeight); return [e.scrollLeft, e.scrollTop]; }"
    )
    assert min(far) > 50
    expect(region).not_to_have_attribute("data-goes-on", "")
    assert region.evaluate(shade) == "static"
    box = region.bounding_box()
    head = page.locator(".compare-table thead th").last.bounding_box()
    first = page.locator(".compare-table tbody tr:last-child th").last.bounding_box()
    assert box is not None
    assert head is not None
    assert first is not None
    assert abs(head["y"] - box["y"]) < 2
    assert abs(first["x"] - box["x"]) < 2
    # It lies above the cells that pass below it.
    at = {"x": first["x"] + 5, "y": first["y"] + first["height"] / 2}
    on_top = page.evaluate(
        "({x, y}) => document.elementFromPoint(x, y).closest('th') !== null", at
    )
    assert on_top


@pytest.mark.parametrize(("n", "width"), [(4, 1440), (2, 390), (2, 360)])
def test_cp_6_few_jobs_have_no_scroll_of_their_own(
    n: int, width: int, tab: Watched, dataset: Dataset
) -> None:
    tab.page.set_viewport_size({"width": width, "height": 500})
    page = tab.go(address(make_jobs(dataset, n), "&diff=0"))
    region = page.locator(".table-region:has(> .compare-table)")
    page.locator(".compare-table tr").last.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    assert region.evaluate("(e) => e.scrollTop") == 0
    assert page.evaluate("scrollY") > 500
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    bar, head = (page.locator(f).first.bounding_box() for f in (".topbar", ".compare-table th"))
    assert bar is not None
    assert head is not None
    assert abs(head["y"] - bar["height"]) < 2


@pytest.mark.long
def test_cp_7_fifty_jobs_with_a_hundred_settings_take_less_than_a_second(
    tab: Watched, dataset: Dataset
) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, score=0.5 + n / 200,
                           parameters={f"setting_{s}": n * s for s in range(1, 101)})
        for n in range(50)
    ]  # fmt: skip
    tab.go(address(jobs))  # the first one imports what tests differences
    started = time.process_time()  # the server is a thread of this process
    page = tab.go(address(jobs))
    assert time.process_time() - started < SERVER_S
    assert page.locator(".compare-table tbody tr").count() == 50
    assert page.locator(".compare-table thead th").count() > 100
    assert page.evaluate(DRAWING_MS) < SERVER_S * 1000


@pytest.mark.long
def test_cp_8_every_head_has_the_name_and_a_link(tab: Watched, dataset: Dataset) -> None:
    jobs = [*make_jobs(dataset, 2), make_succeeded_job(dataset=dataset, name="churn_gb_lr005")]
    for more, heads in (("", "thead th"), ("&transpose=1", "tbody th")):
        page = tab.go(address(jobs, more))
        cells = page.locator(f".compare-table {heads}[data-job-id]")
        assert cells.count() == 3
        for job, cell in zip(jobs, cells.all(), strict=True):
            link = cell.locator(f"a[href='/jobs/{job.id}']")
            assert link.text_content() == job.name
            expect(link).to_be_visible()


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_a_comparison_is_drawn_and_accessible(
    browse: Callable[..., Watched], dataset: Dataset, member: User, width: int, scheme: str
) -> None:
    jobs = [
        *make_jobs(dataset, 2),
        make_succeeded_job(dataset=dataset, name=f"<b>&\"'{'x' * 180}"),
        make_succeeded_job(dataset=dataset, split_hash="f" * 64),
    ]
    tab = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.sign_in(member)
    for chosen, more in (
        (jobs[:3], ""),
        (jobs[:3], "&transpose=1&q=job"),
        (jobs, ""),
        (jobs[:1], ""),
    ):
        page = tab.go(address(chosen, more))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        tab.check_accessibility()
    page = tab.go(address(jobs[:3]))
    expect(page.locator("#compare-folds")).to_have_attribute("data-drawn", "true")
    link = copied(page)
    assert link.endswith(address(jobs[:3]))


def copied(page: Page) -> str:
    page.evaluate("navigator.clipboard.writeText = (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").first.wait_for()
    return str(page.evaluate("window.copied"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_opens_without_a_server(
    browse: Callable[..., Watched], dataset: Dataset, member: User, tmp_path: Path, scheme: str
) -> None:
    jobs = make_jobs(dataset, 3)
    tab = browse(viewport={"width": 1000, "height": 900}, color_scheme=scheme)
    tab.sign_in(member)
    page = tab.go(address(jobs))
    with page.expect_download() as given:
        page.get_by_role("link", name="Report").click()
    file = tmp_path / "comparison.html"
    given.value.save_as(file)
    # It may still be fetching its figures, which without a network is an error.
    page.close()
    tab.context.set_offline(True)
    asked: list[str] = []
    alone = tab.context.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    assert asked == [file.as_uri()]
    expect(alone.get_by_role("heading", level=1)).to_have_text("Comparison of 3 jobs")
    drawing = alone.locator("svg.drawing").first
    box = drawing.bounding_box()
    assert box is not None
    assert box["width"] > 300
    mark = drawing.locator("path.mark").first
    ink = mark.evaluate("(e) => getComputedStyle(e).fill")
    assert ink == ("rgb(27, 93, 203)" if scheme == "light" else "rgb(94, 128, 239)")
    assert alone.evaluate("document.documentElement.scrollWidth") <= 1000
    found = Axe().run(alone, options=RULES).response["violations"]
    assert not found, [(v["id"], [n["target"] for n in v["nodes"]]) for v in found]


@pytest.mark.long
def test_a_select_shows_its_whole_text_when_it_is_pointed_at(
    tab: Watched, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=s, name="n" * 90) for s in (0.7, 0.9)]
    page = tab.go(address(jobs))
    chosen = page.get_by_label("Reference", exact=True)
    chosen.hover()
    shown = chosen.locator("option:checked").inner_text()
    assert shown.startswith("Against nnn")
    assert shown.endswith(f"#{jobs[1].id}")
    expect(chosen).to_have_attribute("title", shown)
