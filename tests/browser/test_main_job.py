"""The main job in a real browser, on the real product: everything that `make run` starts.

One installation is driven from its first account to trained models; what models offer, MO-1 to
MO-5, and predictions, PR-1 to PR-5, are looked at with those.
"""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.browser.predicting import fill_row, look_at, predict_file, read_rows, write_rows
from tests.browser.using import check_files, delete_the_model, read_columns, run_the_snippets
from tests.engine.tables import mixed_csv
from tests.product import free_port, wait_for

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[2]
PASSWORD = "a long password 1"
# What workers have made stands on these; the others are as in `test_every_page.py`, where each is
# looked at with records of its own.
PAGES = (
    "/datasets/1", "/jobs/1", "/compare?jobs=1,2,3", "/leaderboards/1/y_class", "/models/1",
    "/models/1/predict?fill=typical", "/predictions/1",
)  # fmt: skip
OTHERS = (
    "/", "/datasets", "/datasets/1/rows", "/datasets/new", "/jobs",
    "/jobs/new?dataset_id=1&target=y_class", "/leaderboards", "/models", "/models/1/predict/file",
    "/queue",
)  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A running installation."""

    address: str
    setup_link: str


def read_until_ready(process: subprocess.Popen[str], port: int) -> Product:
    """Read what the product prints until it is ready and has named the set-up link."""
    assert process.stdout is not None
    text, end = "", time.monotonic() + 120
    while time.monotonic() < end:
        text += process.stdout.readline()
        link = re.search(r"http://\S+/setup/\S+", text)
        if link and f"Trainyard is ready at http://127.0.0.1:{port}" in text:
            return Product(f"http://127.0.0.1:{port}", link[0])
    raise AssertionError(f"it did not become ready:\n{text}")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything that `make run` starts; at the end SIGTERM must leave no process behind."""
    port = free_port()
    home = tmp_path_factory.mktemp("product")
    env = {"PATH": os.environ["PATH"], "PORT": str(port), "TRAINYARD_HOME": str(home)}
    env["WORKERS"] = "1"
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.run"], cwd=ROOT, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    family: list[psutil.Process] = []
    try:
        yield read_until_ready(process, port)
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    _gone, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    assert {path.name for path in home.iterdir()} <= {
        "files", "secret_key", "sqs_port", "trainyard.db", "trainyard.db-wal", "trainyard.db-shm",
    }  # fmt: skip


@pytest.fixture(scope="module")
def watched(chromium: Browser, product: Product) -> Iterator[Watched]:
    """One person's browser; nothing may go wrong in it."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    tab = Watched(context, product.address)
    yield tab
    context.close()


def submit(page: Page, estimator: str, **parameters: str) -> int:
    """Queue a job from the form and return its number."""
    base = page.url.split("/jobs")[0].split("/datasets")[0].split("/models")[0]
    page.goto(f"{base}/jobs/new?dataset_id=1&target=y_class&estimator={estimator}")
    for name, text in parameters.items():
        page.fill(f'[id="field-parameters.{name}"]', text)
    page.get_by_role("button", name="Queue job").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


@dataclass(frozen=True)
class Trained:
    """Where the main job led: to models, of which `model` is the first, of the table `source`."""

    page: Page
    model: str
    source: Path
    folder: Path


@pytest.fixture(scope="module")
def trained(
    watched: Watched, product: Product, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """The main job itself, from the first account to the comparison of three models."""
    page, folder = watched.page, tmp_path_factory.mktemp("downloads")
    page.set_default_timeout(30_000)
    page.goto(product.setup_link)
    page.fill("[name=email]", "ana@example.org")
    page.fill("[name=name]", "Ana Kolar")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button.btn-primary").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    source = folder / "people.csv"
    source.write_text(mixed_csv(300))
    upload(page, product, source)
    page.get_by_role("link", name=re.compile("Predict two classes.*y_class")).click()
    page.fill('[id="field-parameters.max_depth"]', "3.5")
    watched.allowed.add("422")
    page.get_by_role("button", name="Queue job").click()
    expect(page.locator(".error-summary")).to_contain_text("max_depth must be a whole number")
    expect(page.locator('[id="field-parameters.max_depth"]')).to_have_value("3.5")
    page.fill('[id="field-parameters.max_depth"]', "3")
    page.get_by_role("button", name="Queue job").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    expect(page.locator("h1 + [data-state=succeeded]")).to_be_visible(timeout=60_000)
    expect(page.locator("#chart-roc[data-drawn=true]")).to_be_attached(timeout=30_000)
    jobs = [int(page.url.rsplit("/", 1)[1])]

    jobs += [submit(page, name) for name in ("LogisticRegression", "GaussianNB")]
    for job in jobs:
        page.goto(f"{product.address}/jobs/{job}")
        expect(page.locator("h1 + [data-state=succeeded]")).to_be_visible(timeout=60_000)
    compare(page, product, jobs)
    for number in (1, 2, 3):  # until it was checked, nothing can be predicted with it
        address = f"{product.address}/models/{number}/predict/file"
        wait_for(f"model {number}", lambda address=address: page.request.get(address).ok, 60)
    watched.check()
    return Trained(page, f"{product.address}/models/1", source, folder)


def upload(page: Page, product: Product, source: Path) -> None:
    page.goto(f"{product.address}/datasets/new")
    page.set_input_files("input[type=file]", source)
    page.wait_for_url("**/uploads/*")
    expect(page.get_by_role("button", name="Save dataset")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_url(re.compile(r"/datasets/1$"))


def compare(page: Page, product: Product, jobs: list[int]) -> None:
    page.goto(f"{product.address}/jobs")
    for job in jobs:
        page.check(f"#job-{job} input[name=job]")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare?*")
    expect(page.get_by_text("Same rows, same folds")).to_be_visible()
    expect(page.locator("#compare-folds[data-drawn=true]")).to_be_attached()


@pytest.fixture(scope="module")
def predicted(trained: Trained) -> list[dict[str, str]]:
    """The rows of the training table with what the first model says of them."""
    return predict_file(
        trained.page, trained.model, trained.source, trained.folder / "predicted.csv"
    )


@pytest.fixture(autouse=True)
def nothing_goes_wrong(watched: Watched) -> Iterator[None]:
    """No test may leave a fault in the console, or a request to another host."""
    yield
    watched.check()


def test_main_job_in_the_browser(
    trained: Trained, predicted: list[dict[str, str]], watched: Watched, product: Product
) -> None:
    assert predicted
    trained.page.goto(trained.model)
    with trained.page.expect_download() as download:
        trained.page.get_by_role("link", name="Download Bundle").click()
    assert "predict.py" in zipfile.ZipFile(download.value.path()).namelist()
    cancel_while_watching(watched, product)
    check_pages(PAGES, watched, product)


@pytest.mark.long
def test_the_other_pages_are_as_they_must_be(
    trained: Trained, watched: Watched, product: Product
) -> None:
    check_pages(OTHERS, watched, product)


def test_mo_1_files_have_the_name_size_and_hash_that_the_page_says(trained: Trained) -> None:
    check_files(trained.page, trained.model, trained.folder)


def test_mo_2_the_code_of_the_page_runs_as_pasted(trained: Trained, tmp_path: Path) -> None:
    run_the_snippets(trained.page, trained.model, tmp_path)


@pytest.mark.long
def test_mo_3_the_columns_are_those_of_training(trained: Trained, product: Product) -> None:
    shown, asked = read_columns(trained.page, trained.model)
    config = trained.page.request.get(f"{product.address}/jobs/1/config.json").json()
    assert shown == asked == config["features"]


@pytest.mark.long
def test_mo_4_the_model_of_an_archived_job_opens(trained: Trained, product: Product) -> None:
    page = trained.page
    page.goto(f"{product.address}/jobs/2")
    page.get_by_role("button", name="More about").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("This job is archived.")).to_be_visible()
    page.goto(f"{product.address}/models/2")
    expect(page.get_by_role("link", name="Download Bundle")).to_be_visible(timeout=60_000)


@pytest.mark.long
def test_mo_5_the_end_of_a_model_that_predicted_is_asked_about(
    trained: Trained, product: Product
) -> None:
    model = f"{product.address}/models/3"
    predict_file(trained.page, model, trained.source, trained.folder / "third.csv")
    delete_the_model(trained.page, model, "people.csv")


def test_pr_1_the_answer_about_one_row_is_the_models_own(
    trained: Trained, predicted: list[dict[str, str]]
) -> None:
    page, answer = trained.page, predicted[0]
    page.goto(f"{trained.model}/predict")
    fill_row(page, read_rows(trained.source)[0])
    page.get_by_role("button", name="Predict", exact=True).click()
    words = page.locator("#answer .answer strong")
    expect(words).to_contain_text(answer["prediction"], timeout=60_000)
    share = 100 * float(answer[f"probability_{answer['prediction']}"])
    told = re.search(r"([\d.]+)%", words.inner_text())
    assert told is not None
    assert abs(float(told[1]) - share) <= 0.5


def test_pr_2_what_training_never_saw_is_a_warning(trained: Trained, tmp_path: Path) -> None:
    page = trained.page
    page.goto(f"{trained.model}/predict?fill=typical")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator("#answer .answer strong")).to_be_visible(timeout=60_000)
    number = page.locator("form.stack input[inputmode=decimal]").first
    name = page.locator(f"label[for={number.get_attribute('id')}]").inner_text()
    number.fill("1e9")
    page.get_by_role("button", name="Predict", exact=True).click()
    warning = page.locator("#answer .warning-line").first
    expect(warning).to_contain_text(f'"{name}" is outside', timeout=60_000)
    expect(page.get_by_role("table", name="Earlier tries")).to_contain_text(name)
    number.fill("many")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text(f"{name} must be a number")
    expect(number).to_have_value("many")
    unseen = tmp_path / "unseen.csv"
    write_rows(unseen, [{**row, "city": "never seen"} for row in read_rows(trained.source)])
    look_at(page, trained.model, unseen)
    looked = page.get_by_role("table", name="Columns that the model needs")
    expect(looked).to_contain_text('cells that training never saw, such as "never seen"')
    page.get_by_role("button", name=re.compile("^Predict .* rows$")).click()
    told = page.get_by_text('"city" were not seen in training, such as "never seen"')
    expect(told).to_be_visible(timeout=60_000)


def test_pr_3_a_missing_column_is_named_and_a_further_one_ignored(
    trained: Trained, tmp_path: Path
) -> None:
    page, lacking = trained.page, tmp_path / "lacking.csv"
    rows = [
        {name.replace("city", "City "): cell for name, cell in row.items()} | {"extra": "1"}
        for row in read_rows(trained.source)
    ]
    write_rows(lacking, rows)
    look_at(page, trained.model, lacking)
    refusal = page.locator(".notice[data-kind=error]")
    expect(refusal).to_contain_text("nothing can be predicted yet. city")
    expect(page.get_by_text("They stay in the table and are not used:")).to_contain_text("extra")
    expect(page.get_by_role("button", name=re.compile("^Predict"))).to_have_count(0)
    # Called otherwise: it is guessed, and used when a person says so.
    expect(page.get_by_label("city", exact=True)).to_have_value("City")
    page.get_by_role("button", name="Use these columns").click()
    page.get_by_role("button", name=re.compile("^Predict .* rows$")).click(timeout=60_000)
    expect(page.get_by_role("link", name="Download CSV")).to_be_visible(timeout=60_000)


def test_pr_4_the_answer_has_the_rows_of_the_file_in_their_order(
    trained: Trained, predicted: list[dict[str, str]]
) -> None:
    rows = read_rows(trained.source)
    assert len(predicted) == len(rows)
    for row, answer in zip(rows, predicted, strict=True):
        assert row == {name: answer[name] for name in row}


@pytest.mark.long
def test_pr_5_fields_are_called_as_columns_and_enter_sends_them(trained: Trained) -> None:
    page = trained.page
    page.goto(f"{trained.model}/predict?fill=typical")
    labels = page.locator("form.stack .field label").all_inner_texts()
    page.locator("form.stack .field input").first.press("Enter")
    expect(page.locator("#answer .answer strong")).to_be_visible(timeout=60_000)
    assert labels == read_columns(page, trained.model)[0]


def cancel_while_watching(watched: Watched, product: Product) -> None:
    page = watched.page
    page.goto(f"{product.address}/jobs")
    submit(page, "GradientBoostingClassifier", n_estimators="20000")
    expect(page.locator("h1 + [data-state=running]")).to_be_visible()
    page.get_by_role("button", name="Cancel job").click()
    expect(page.locator("h1 + [data-state=cancelled]")).to_be_visible(timeout=30_000)
    watched.check()


def check_pages(paths: tuple[str, ...], watched: Watched, product: Product) -> None:
    # Every other page in the dark: `test_every_page.py` looks at all pages in both themes.
    for path, theme in zip(paths, itertools.cycle(("light", "dark")), strict=False):
        check_page(path, theme, watched, product)


def check_page(path: str, theme: str, watched: Watched, product: Product) -> None:
    page = watched.page
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(product.address + path)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.check_accessibility()
    page.set_viewport_size({"width": 1440, "height": 900})
    watched.check()
