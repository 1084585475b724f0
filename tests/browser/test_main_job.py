"""The main job in a real browser, on the real product: everything that `make run` starts."""

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
from tests.browser.predicting import predict_in_the_browser
from tests.browser.using import delete_the_model, use_the_model
from tests.engine.tables import mixed_csv
from tests.product import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "a long password 1"
PAGES = (
    "/", "/datasets", "/datasets/1", "/datasets/1/rows", "/datasets/new", "/jobs", "/jobs/1",
    "/jobs/new?dataset_id=1&target=y_class", "/compare?jobs=1,2,3", "/leaderboards",
    "/leaderboards/1/y_class", "/models", "/models/1", "/models/1/predict?fill=typical",
    "/models/1/predict/file", "/predictions/1", "/queue",
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


@pytest.mark.timeout(600)
def test_main_job_in_the_browser(watched: Watched, product: Product, tmp_path: Path) -> None:
    """One test, because one installation is driven from its first account on."""
    train_compare_and_download(watched, product, tmp_path)
    cancel_while_watching(watched, product)
    # Every other page in the dark; `test_every_page.py` looks at all pages in both.
    for path, theme in zip(PAGES, itertools.cycle(("light", "dark")), strict=False):
        check_page(path, theme, watched, product)
    delete_the_model(watched.page, f"{product.address}/models/1", "people.csv")


def train_compare_and_download(watched: Watched, product: Product, tmp_path: Path) -> None:
    page = watched.page
    page.set_default_timeout(30_000)
    page.goto(product.setup_link)
    page.fill("[name=email]", "ana@example.org")
    page.fill("[name=name]", "Ana Kolar")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button.btn-primary").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    source = tmp_path / "people.csv"
    source.write_text(mixed_csv(300))
    page.goto(f"{product.address}/datasets/new")
    page.set_input_files("input[type=file]", source)
    page.wait_for_url("**/uploads/*")
    expect(page.get_by_role("button", name="Save dataset")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_url(re.compile(r"/datasets/1$"))
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
    page.goto(f"{product.address}/jobs")
    for job in jobs:
        page.check(f"#job-{job} input[name=job]")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare?*")
    expect(page.get_by_text("Same rows, same folds")).to_be_visible()
    expect(page.locator("#compare-folds[data-drawn=true]")).to_be_attached()

    page.goto(f"{product.address}/models/1")
    link = page.get_by_role("link", name="Download Bundle")
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "bundle.zip")
    assert "predict.py" in zipfile.ZipFile(tmp_path / "bundle.zip").namelist()
    predict_in_the_browser(page, f"{product.address}/models/1", source, tmp_path)
    use_the_model(page, f"{product.address}/models/1", tmp_path)
    watched.check()


def cancel_while_watching(watched: Watched, product: Product) -> None:
    page = watched.page
    page.goto(f"{product.address}/jobs")
    submit(page, "GradientBoostingClassifier", n_estimators="20000")
    expect(page.locator("h1 + [data-state=running]")).to_be_visible()
    page.get_by_role("button", name="Cancel job").click()
    expect(page.locator("h1 + [data-state=cancelled]")).to_be_visible(timeout=30_000)
    watched.check()


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
