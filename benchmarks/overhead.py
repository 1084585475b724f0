"""A job's training against the same work in a plain scikit-learn script, side by side.

The baselines are scored by the first job on data and folds and kept for all others, so both kinds
of job are measured. Each work is done in a process of its own, turn by turn; what is compared is
CPU time, because a machine is seldom quiet, and the most memory of the process.
"""

import dataclasses
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from tasks.engine.folds.splitting import split_rows
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.coercion import training_data
from tasks.engine.table.tables import LINE
from tasks.engine.training import train

# So that the plain script takes about half a minute.
ROWS, RUNS = 20_000, 3
PARAMETERS: dict[str, dict[str, Any]] = {
    "RandomForestClassifier": {"n_estimators": 140},
    "HistGradientBoostingClassifier": {"max_iter": 2500, "early_stopping": False},
}
WAYS = ("plain", "first", "next")


class Store:
    """Keeps baselines in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return what was kept."""
        return self.kept.get(digest)

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        """Keep it."""
        self.kept[digest] = found


def table(rows: int = 5000) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Return a table as text, and its schema."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(rows, 15))
    label = np.where(numbers[:, :4].sum(axis=1) + rng.normal(size=rows) > 0, "yes", "no")
    columns = {f"x{n}": numbers[:, n].round(6).astype(str).astype(object) for n in range(15)}
    columns["city"] = rng.choice(["Oslo", "Rome", "Bern"], rows).astype(object)
    columns["y"] = label.astype(object)
    columns[LINE] = np.arange(2, rows + 2)
    described = [{"name": f"x{n}", "kind": "number", "decimal": "."} for n in range(15)]
    described += [{"name": "city", "kind": "category"}, {"name": "y", "kind": "category"}]
    features = [c["name"] for c in described if c["name"] != "y"]
    schema = {"dialect": {}, "columns": described, "features": features, "target": "y",
              "task": "classification"}  # fmt: skip
    return columns, schema


def plain(spec: TrainingSpec, columns: dict[str, np.ndarray]) -> None:
    """Do what a script does: read, split, fit and score each fold, fit on all rows."""
    text = pd.DataFrame({n: c for n, c in columns.items() if n != LINE}, dtype=object)
    X, y, _rows, _warnings = training_data(text, spec.schema)
    model = make_pipeline(spec, X)
    for training, test in split_rows(y, spec.validation, "classification", 0):
        fitted = clone(model).fit(X.iloc[training], y[training])
        roc_auc_score(y[test], fitted.predict_proba(X.iloc[test])[:, 1])
    model.fit(X, y)


def run(way: str, estimator: str) -> None:
    """Do the work in one way, and print its CPU seconds and the process's most memory in KB.

    Ways: ``plain``, the script; ``first``, the first job on data and folds, which scores the
    baselines; ``next``, a job that finds them kept.
    """
    columns, schema = table(ROWS)
    validation = Validation(scheme="stratified", folds=5)
    spec = TrainingSpec(schema, estimator, "roc_auc", PARAMETERS[estimator], validation)
    store = Store()
    if way == "next":  # with an estimator that costs nothing
        dummy = dataclasses.replace(spec, estimator="DummyClassifier", parameters={})
        train(dummy, dict(columns), store=store)
    began = time.process_time()
    if way == "plain":
        plain(spec, columns)
    else:
        train(spec, dict(columns), store=store)
    took = time.process_time() - began
    print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))


def measure(way: str, estimator: str) -> tuple[float, float]:
    """Do the work in a process of its own; return its CPU seconds and its most memory in KB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.overhead", way, estimator],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def main() -> None:
    """Measure all ways, turn by turn, and print ratios of CPU time and memory."""
    for estimator in PARAMETERS:
        found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for _ in range(RUNS):
            for way in WAYS:
                found[way].append(measure(way, estimator))
        seconds = statistics.median(took for took, _ in found["plain"])
        print(f"{estimator}: plain script {seconds:.1f} s of CPU time")
        for way in WAYS[1:]:
            turns = list(zip(found[way], found["plain"], strict=True))
            times, memories = ([ours[n] / theirs[n] for ours, theirs in turns] for n in (0, 1))
            print(
                f"  {way} job / plain script: {statistics.median(times):.3f} of the time "
                f"({min(times):.3f} to {max(times):.3f}), "
                f"{statistics.median(memories):.2f} of the memory"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(*sys.argv[1:])
    else:
        main()
