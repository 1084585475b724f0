"""A job's training against the same work in a plain scikit-learn script, side by side.

The baselines are scored by the first job on data and folds and kept for all others, so what they
take is measured apart.
"""

import statistics
import time
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from tasks.engine.coercion import training_data
from tasks.engine.pipelines import make_pipeline
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.splitting import split_rows
from tasks.engine.tables import LINE
from tasks.engine.training import train

ROWS, RUNS = 5000, 5


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


def table(rows: int = ROWS) -> tuple[dict[str, np.ndarray], dict[str, object]]:
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


def main() -> None:
    """Time both, turn by turn, and print the ratio."""
    columns, schema = table()
    for estimator in ("HistGradientBoostingClassifier", "RandomForestClassifier"):
        validation = Validation(scheme="stratified", folds=5)
        spec = TrainingSpec(schema, estimator, "roc_auc", validation=validation)
        ratios, ours, store = [], [], Store()
        start = time.perf_counter()
        train(spec, dict(columns), store=store)
        first = time.perf_counter() - start
        for _ in range(RUNS):
            start = time.perf_counter()
            plain(spec, columns)
            middle = time.perf_counter()
            train(spec, dict(columns), store=store)
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start))
            ours.append(end - middle)
        print(
            f"{estimator}: training / plain script = {statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f}); {statistics.median(ours):.2f} s; "
            f"{first:.2f} s with the baselines"
        )


if __name__ == "__main__":
    main()
