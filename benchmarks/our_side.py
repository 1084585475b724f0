"""The product with many jobs, as `benchmarks.against_mlflow` looks at it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from benchmarks.browser_times import Sight
from benchmarks.pages import add_folds, fill
from benchmarks.sides import Side
from dashboard import create_app
from dashboard.auth.service import create_user
from dashboard.config import load_settings
from dashboard.db import Job
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.product import PASSWORD, ROOT, Parts, base_environ, wait_for

FEW, COMPARED, TICKED = 10, 50, 100
EMAIL = "ana@example.org"
FIGURES = (".chart[data-chart-url]", ".main-svg")
NEWEST = "/jobs?state=succeeded&dataset_id=1"


def make_home(app: Flask, runs: int) -> None:
    """Fill the product with jobs; those that are compared have folds, for the figures."""
    fill(app, runs)
    with app.app_context(), writing() as session:
        newest = select(Job.id).where(Job.state == "succeeded", Job.dataset_id == 1)
        add_folds(session, Job.id.in_(newest.order_by(Job.id.desc()).limit(TICKED)))
    with app.app_context():
        create_user(email=EMAIL, name="Ana", role="member", password=PASSWORD)


def find_jobs(app: Flask) -> tuple[list[tuple[int, str]], str]:
    """Return number and name of the newest jobs on one dataset, and the name of its best one."""
    with app.app_context():
        over = select(Job.id, Job.name).where(Job.state == "succeeded", Job.dataset_id == 1)
        newest = db.session.execute(over.order_by(Job.id.desc()).limit(TICKED)).all()
        best = db.session.execute(over.order_by(Job.score.desc()).limit(1)).one()
        db.session.remove()
        db.engine.dispose()
    return [(job_id, name) for job_id, name in newest], best.name


def describe(address: str, app: Flask, browser: Browser) -> Side:
    """Sign in, and say where to look."""
    newest, best = find_jobs(app)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    ids = [str(job_id) for job_id, _ in newest]
    names = tuple(name for _, name in newest)
    listed = Sight(names[:40])
    return Side(
        cookies=context.storage_state(),
        list_address=f"{address}{NEWEST}",
        listed=listed,
        compare_address=f"{address}/compare?jobs={','.join(ids[:COMPARED])}",
        compared=Sight(names[:COMPARED]),
        compared_whole=Sight((*names[:COMPARED], "max_depth", "Log loss")),
        few_address=f"{address}/compare?jobs={','.join(ids[:FEW])}",
        few_with_figures=Sight((*names[:FEW], "max_depth", "Log loss"), figures=FIGURES),
    )  # fmt: skip


@contextmanager
def serve_ours(folder: Path, runs: int, browser: Browser) -> Iterator[Side]:
    """Serve the product, filled with jobs unless it is already, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = folder / "filled"
    environ = base_environ(folder / "home")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    app = create_app(load_settings(environ))
    if not filled.exists():
        make_home(app, runs)
        filled.touch()
    parts = Parts(folder, environ)
    try:
        parts.web()
        wait_for("the web server", parts.is_ready)
        yield describe(f"http://127.0.0.1:{environ['PORT']}", app, browser)
    finally:
        parts.stop()
