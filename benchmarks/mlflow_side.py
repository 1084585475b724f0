"""MLflow with many runs, as `benchmarks.against_mlflow` looks at it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import APIRequestContext, Browser

from benchmarks.browser_times import PATIENCE_MS, Sight
from benchmarks.our_side import COMPARED, FEW, TICKED
from benchmarks.sides import Side
from tests.product import answers, free_port, wait_for

FILLER = Path(__file__).with_name("mlflow_runs.py")
FIGURES = (".js-plotly-plot", ".parcoords")
# On a busy machine its workers miss their own check of health, and it ends them.
SERVER = ("--uvicorn-opts", "--timeout-worker-healthcheck 60")


def fill(store: str, python: str, runs: int) -> None:
    """Write the runs, which takes minutes."""
    subprocess.run([python, str(FILLER), store, str(runs)], check=True, capture_output=True)


def find_runs(request: APIRequestContext, address: str, order: str) -> list[dict[str, Any]]:
    """Return the first runs of the experiment in an order."""
    ask = {"experiment_ids": ["1"], "max_results": TICKED, "order_by": [order]}
    found = request.post(f"{address}/api/2.0/mlflow/runs/search", data=json.dumps(ask),
                         headers={"Content-Type": "application/json"},
                         timeout=PATIENCE_MS)  # fmt: skip
    return [run["info"] for run in found.json()["runs"]]


def compare_address(address: str, ids: list[str]) -> str:
    """Return the address of the comparison of some runs."""
    runs, of = quote(json.dumps(ids)), quote(json.dumps(["1"]))
    return f"{address}/#/compare-runs?runs={runs}&experiments={of}"


def describe(address: str, browser: Browser) -> Side:
    """Say where to look."""
    context = browser.new_context()
    newest = find_runs(context.request, address, "attributes.start_time DESC")

    ids = [info["run_id"] for info in newest]
    names = tuple(info["run_name"] for info in newest)
    lists, listed = f"{address}/#/experiments/1/runs", Sight(names[:10])
    return Side(
        cookies=context.storage_state(),
        list_address=lists,
        listed=listed,
        compare_address=compare_address(address, ids[:COMPARED]),
        compared=Sight(names[:COMPARED]),
        compared_whole=Sight((*names[:COMPARED], "max_depth", "log_loss"), figures=FIGURES),
        few_address=compare_address(address, ids[:FEW]),
        few_with_figures=Sight((*names[:FEW], "max_depth", "log_loss"), figures=FIGURES),
    )  # fmt: skip


@contextmanager
def serve_mlflow(folder: Path, python: str, runs: int, browser: Browser) -> Iterator[Side]:
    """Serve MLflow, filled with runs unless it is already, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = folder / "filled"
    store, port = f"sqlite:///{folder}/runs.db", free_port()
    if not filled.exists():
        fill(store, python, runs)
        filled.touch()
    server = subprocess.Popen(
        [Path(python).with_name("mlflow"), "server", "--backend-store-uri", store, "--port",
         str(port), *SERVER], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for("MLflow", lambda: answers(port), PATIENCE_MS / 1000)
        yield describe(f"http://127.0.0.1:{port}", browser)
    finally:
        # All that it started: asked to end, it waits longer than anybody who measures.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
