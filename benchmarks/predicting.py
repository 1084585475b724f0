"""A file of 1,000,000 rows predicted, against the model's own predict on the same typed rows.

Both run in one process, one after the other. What the file costs beside: it is read, its cells
become values, and the table is written with the answers behind its own columns.
"""

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.model.export import small_schema
from tasks.engine.notebook import open_table, request, run
from tasks.engine.predicting.matching import match_file
from tasks.engine.predicting.scoring import score_file
from tasks.engine.table.coercion import features_from_text
from tasks.engine.table.tables import load_columns

ROWS, TRAINED_ROWS = 1_000_000, 20_000
ESTIMATORS = ("LogisticRegression", "HistGradientBoostingClassifier")


def write_rows(path: Path, rows: int) -> None:
    """Write a table of six numbers, three categories and two classes."""
    rng = np.random.default_rng(rows)
    columns: dict[str, Any] = {f"number {n}": rng.normal(size=rows).round(4) for n in range(6)}
    columns |= {f"kind {n}": rng.choice(["low", "high", "none"], rows) for n in range(3)}
    hint = columns["number 0"] + (columns["kind 0"] == "high")
    columns["y"] = np.where(hint + rng.normal(size=rows) > 0.5, "yes", "no")
    pd.DataFrame(columns).to_csv(path, index=False)


def measure(folder: Path, estimator: str, rows: int) -> dict[str, float]:
    """Return seconds of each step, and the most memory that this process had, in MB."""
    training, new = folder / "training.csv", folder / "new.csv"
    table = open_table(training)
    result = run(table, request(table, "y", estimator))
    schema = small_schema(result.schema)
    found, start = {}, time.perf_counter()
    match_file(schema, new, file_name="new.csv", training=table.parquet)
    found["look"], start = time.perf_counter() - start, time.perf_counter()
    score_file(result.model, schema, new, folder / "answer.csv", file_name="new.csv")
    found["file"] = time.perf_counter() - start
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    read = open_table(new)
    cells = load_columns(read.parquet, schema["features"])
    text = pd.DataFrame({name: cells[name] for name in schema["features"]}, dtype=object)
    X, _warnings = features_from_text(text, schema)
    start = time.perf_counter()
    result.model.predict_proba(X)
    result.model.predict(X)
    found["plain"] = time.perf_counter() - start
    if len(X) != rows:
        raise RuntimeError(f"{len(X):,} rows, not {rows:,}")
    return found


def main(rows: int = ROWS) -> None:
    """Measure each estimator and print seconds, ratio and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "training.csv", TRAINED_ROWS)
        write_rows(folder / "new.csv", rows)
        megabytes = (folder / "new.csv").stat().st_size / 1e6
        for estimator in ESTIMATORS:
            found = measure(folder, estimator, rows)
            ratio = found["file"] / found["plain"]
            print(
                f"{estimator}, {rows:,} rows, {megabytes:.0f} MB: file {found['file']:.1f} s, "
                f"plain predict {found['plain']:.1f} s, ratio {ratio:.1f}; "
                f"look {found['look']:.1f} s; at most {found['memory']:.0f} MB"
            )


if __name__ == "__main__":
    main()
