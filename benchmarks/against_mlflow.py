"""The list of jobs and a comparison in a browser, against MLflow's with as many runs.

``python -m benchmarks.against_mlflow PYTHON [RUNS]``. PYTHON is one that has MLflow (``pip install
mlflow``). Both have their own server with SQLite on this machine, and the same Chromium. A page
is there when the names of all rows that it begins with, or of all that are compared, can be read,
by its own clock, which begins with the navigation; each is opened anew, with the browser's cache
filled. Filling MLflow takes minutes.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from benchmarks.pages import fill
from dashboard import create_app
from dashboard.auth.service import create_user
from dashboard.config import load_settings
from dashboard.db import Job
from dashboard.extensions import db
from tests.product import PASSWORD, ROOT, Parts, answers, base_environ, free_port, wait_for

RUNS, COMPARED, REPEATS = 10_000, 50, 7
EMAIL = "ana@example.org"
FILLER = Path(__file__).with_name("mlflow_runs.py")
# A page of which nothing is drawn yet is not asked for its text: that would lay it out once more,
# without its styles.
SHOWN = """names => {
  const hold = (text) => names.every((name) => text.includes(name));
  if (!performance.getEntriesByType('paint').length) return false;
  if (!hold(document.body.textContent)) return false;
  return hold(document.body.innerText) && performance.now();
}"""


def time_page(page: Page, address: str, names: list[str]) -> float:
    """Return the median milliseconds until the names can be read, by the page's own clock."""
    found = []
    for _ in range(REPEATS + 1):
        page.goto("about:blank")
        page.goto(address, wait_until="commit")
        found.append(page.wait_for_function(SHOWN, arg=names, timeout=120_000).json_value())
    return statistics.median(found[1:])  # the first one fills the browser's cache


def measure_ours(folder: Path, runs: int, page: Page) -> dict[str, float]:
    """Fill the product with jobs, serve it, and time both pages."""
    environ = base_environ(folder / "home")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    app = create_app(load_settings(environ))
    fill(app, runs)
    with app.app_context():
        create_user(email=EMAIL, name="Ana", role="member", password=PASSWORD)
        over = select(Job.id, Job.name).where(Job.state == "succeeded", Job.dataset_id == 1)
        chosen = db.session.execute(over.order_by(Job.id.desc()).limit(COMPARED)).all()
        db.session.remove()
        db.engine.dispose()
    parts = Parts(folder, environ)
    try:
        parts.web()
        wait_for("the web server", parts.is_ready)
        address = f"http://127.0.0.1:{environ['PORT']}"
        page.goto(f"{address}/login")
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "login" not in url)
        ids = ",".join(str(job_id) for job_id, _ in chosen)
        names = [name for _, name in chosen]
        return {
            "list": time_page(page, f"{address}/jobs?state=succeeded", names[:40]),
            "compare": time_page(page, f"{address}/compare?jobs={ids}", names),
        }
    finally:
        parts.stop()


def measure_mlflow(folder: Path, runs: int, page: Page, python: str) -> dict[str, float]:
    """Fill MLflow with runs, serve it, and time both pages."""
    store, port = f"sqlite:///{folder}/runs.db", free_port()
    filled = subprocess.run(
        [python, str(FILLER), store, str(runs)], check=True, capture_output=True, text=True
    )
    experiment = filled.stdout.split()[-1]
    server = subprocess.Popen(
        [Path(python).with_name("mlflow"), "server", "--backend-store-uri", store,
         "--port", str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for("MLflow", lambda: answers(port), 120)
        address = f"http://127.0.0.1:{port}"
        ask = {"experiment_ids": [experiment], "max_results": COMPARED,
               "order_by": ["attributes.start_time DESC"]}  # fmt: skip
        found = page.request.post(f"{address}/api/2.0/mlflow/runs/search", data=json.dumps(ask),
                                  headers={"Content-Type": "application/json"})  # fmt: skip
        newest = [run["info"] for run in found.json()["runs"]]
        ids = quote(json.dumps([info["run_id"] for info in newest]))
        of = quote(json.dumps([experiment]))
        # The list draws the rows in view alone.
        names = [info["run_name"] for info in newest]
        return {
            "list": time_page(page, f"{address}/#/experiments/{experiment}/runs", names[:10]),
            "compare": time_page(page, f"{address}/#/compare-runs?runs={ids}&experiments={of}",
                                 names),
        }  # fmt: skip
    finally:
        server.terminate()
        server.wait(30)


def main() -> None:
    """Print the milliseconds of both, and how many times as long MLflow takes."""
    python, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        measures: dict[str, Callable[[Page], dict[str, float]]] = {
            "ours": lambda page: measure_ours(Path(name), runs, page),
            "mlflow": lambda page: measure_mlflow(Path(name), runs, page, python),
        }
        found = {}
        for who, measure in measures.items():
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            found[who] = measure(page)
        for page_name, ours in found["ours"].items():
            theirs = found["mlflow"][page_name]
            print(f"{page_name} of {runs:,}: {ours:.0f} ms, MLflow {theirs:.0f} ms: "
                  f"{theirs / ours:.1f} times as long")  # fmt: skip


if __name__ == "__main__":
    main()
