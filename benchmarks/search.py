"""A search by two workers against scikit-learn's own with two, on the same candidates and folds.

``python -m benchmarks.search [CANDIDATES [RUNS]]``. Both fit the best candidate on all rows. Ours
is timed from the request to the end of that fit, as the product wrote it down, so starting
processes, reading the table in each of them, and all that is written belong to it; scikit-learn's
has the table in memory.
"""

import csv
import io
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import RandomizedSearchCV

from benchmarks.overhead import table
from dashboard.clock import now
from tasks.engine.folds.splitting import split_rows
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.coercion import training_data
from tasks.engine.table.tables import LINE
from tests.product import Api, install, wait_for

ESTIMATOR, SLOTS, ROWS = "HistGradientBoostingClassifier", 2, 5000
SPACE = {"learning_rate": {"low": 0.02, "high": 0.3, "log": True},
         "max_iter": {"low": 100, "high": 300}}  # fmt: skip


def as_csv(columns: dict[str, np.ndarray]) -> str:
    """Return a table as text."""
    names = [name for name in columns if name != LINE]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*(columns[name] for name in names), strict=True))
    return out.getvalue()


def ours(api: Api, dataset_id: int, jobs: int, *, stops: bool) -> tuple[float, list[dict]]:
    """Search, and return the seconds and each candidate's parameters."""
    search = {"strategy": "random", "space": SPACE, "jobs": jobs, "stop_hopeless": stops}
    body = {"dataset_id": dataset_id, "target": "y", "estimator": ESTIMATOR, "search": search}
    began = now()
    made = api.call("POST", "/batches", body)
    path = f"/batches/{made['batch_id']}"

    def winner() -> dict[str, Any] | None:
        time.sleep(1)  # as a page does; asking must not take a core from those who work
        found = api.call("GET", path)["search"]["winner_job_id"]
        job = api.job(int(found)) if found else None
        return job if job and job["state"] == "succeeded" else None

    best = wait_for("the best one is fitted", winner, 3600)
    took = (datetime.fromisoformat(best["finished_at"]) - began).total_seconds()
    return took, [job["parameters"] for job in made["jobs"]]


def scikit_learns(candidates: list[dict[str, Any]]) -> float:
    """Search the same candidates on the same folds, and return the seconds."""
    columns, schema = table(ROWS)
    validation = Validation(scheme="stratified", folds=5)
    spec = TrainingSpec(schema, ESTIMATOR, "roc_auc", validation=validation)
    text = pd.DataFrame({n: c for n, c in columns.items() if n != LINE}, dtype=object)
    X, y, _rows, _warnings = training_data(text, spec.schema)
    folds = [(s[0], s[1]) for s in split_rows(y, validation, "classification", 0)]
    pipeline = make_pipeline(spec, X)
    step = pipeline.steps[-1][0]
    given = [{f"{step}__{name}": [value] for name, value in one.items()} for one in candidates]
    search = RandomizedSearchCV(
        pipeline, given, n_iter=len(given), scoring="roc_auc", n_jobs=SLOTS, cv=folds,
        random_state=0,
    )  # fmt: skip
    began = time.perf_counter()
    search.fit(X, y)
    return time.perf_counter() - began


def main(jobs: int = 50, runs: int = 1) -> None:
    """Time both, turn by turn, and print the ratios."""
    columns, _schema = table(ROWS)
    plain, whole, early = [], [], []
    with (
        tempfile.TemporaryDirectory() as name,
        install(Path(name), SLOTS, MAX_BATCH_JOBS=str(max(jobs, 100))) as installation,
    ):
        api = Api(installation.environ, "bench@example.org")
        dataset_id = api.upload(as_csv(columns))
        ours(api, dataset_id, 2, stops=False)  # warms both workers up
        for _ in range(runs):
            took, candidates = ours(api, dataset_id, jobs, stops=False)
            whole.append(took)
            plain.append(scikit_learns(candidates))
            early.append(ours(api, dataset_id, jobs, stops=True)[0])
    ratios = [mine / theirs for mine, theirs in zip(whole, plain, strict=True)]
    print(
        f"search of {jobs} candidates with {SLOTS} workers / RandomizedSearchCV(n_jobs={SLOTS}) = "
        f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}); "
        f"{statistics.median(whole):.1f} s against {statistics.median(plain):.1f} s; "
        f"{statistics.median(early):.1f} s where hopeless candidates end early"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
