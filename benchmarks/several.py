"""Trying several against single estimators: held-out scores and ranks on the same rows.

``python -m benchmarks.several [FOLDER [SECONDS]]``. FOLDER has CSV files and ``index.json``, a
list of objects with name, target and task; without one, tables that come with scikit-learn and
made ones are used. What may be used is counted in processor seconds, SECONDS for each of two
workers, so that a busy machine does not change the result. One core is used.
"""

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets as bundled
from sklearn.model_selection import train_test_split

from dashboard.jobs.asking.requests import default_features
from tasks.engine.estimators.catalogue import default_metric, find_metric
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.profile.profiling import profile_table
from tasks.engine.scores.evaluation import align, predict, score
from tasks.engine.several.blending import Hurry, Member, seconds_on_all, train_blend
from tasks.engine.several.ensembles import Candidate
from tasks.engine.several.portfolio import VOTING, facts_of, make_portfolio
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.loading import load_cells, training_data
from tasks.engine.table.tables import LINE
from tasks.engine.table.tabular import read_table
from tasks.engine.training import train

SECONDS, SLOTS, TEST_SHARE = 60.0, 2, 0.3
# Of the time, what is left for choosing and for the fit on all rows.
FOR_THE_LAST = 0.2
SINGLES = {
    "classification": ("HistGradientBoostingClassifier", "RandomForestClassifier",
                       "LogisticRegression"),
    "regression": ("HistGradientBoostingRegressor", "RandomForestRegressor", "Ridge"),
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table on the disk."""

    name: str
    path: Path
    target: str
    task: str


def made_tables(folder: Path) -> Iterator[Table]:
    """Write the tables that need no download."""
    for name, task in (("breast_cancer", "classification"), ("wine", "classification"),
                       ("digits", "classification"), ("diabetes", "regression")):  # fmt: skip
        frame = getattr(bundled, f"load_{name}")(as_frame=True).frame
        if task == "classification":
            frame["target"] = [f"class {value}" for value in frame["target"]]
        yield _written(folder, name, task, frame)
    X, y = bundled.make_classification(
        3000, 20, n_informative=8, n_classes=3, n_clusters_per_class=3, flip_y=0.1, random_state=0
    )
    frame = pd.DataFrame(X.round(4)).add_prefix("x").assign(target=[f"class {v}" for v in y])
    yield _written(folder, "clusters", "classification", frame)
    X, y = bundled.make_friedman1(1500, 12, noise=1.0, random_state=0)
    frame = pd.DataFrame(X.round(4)).add_prefix("x").assign(target=y.round(4))
    yield _written(folder, "friedman", "regression", frame)


def _written(folder: Path, name: str, task: str, frame: pd.DataFrame) -> Table:
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False)
    return Table(name, path, "target", task)


def given_tables(folder: Path) -> Iterator[Table]:
    """Return the tables of a folder, the smallest first."""
    found = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    tables = [Table(t["name"], folder / f"{t['name']}.csv", t["target"], t["task"]) for t in found]
    yield from sorted(tables, key=lambda table: table.path.stat().st_size)


def load(table: Table, folder: Path) -> tuple[TrainingSpec, dict[str, Any]]:
    """Read a table as the product does; returns what is shared by all requests, and the cells."""
    parquet = folder / f"{table.name}.parquet"
    read = read_table(table.path, parquet, file_name="table.csv")
    dialect = read.dialect.as_dict() if read.dialect else {}
    columns = profile_table(parquet, dialect).columns
    schema = {"dialect": dialect, "columns": columns, "target": table.target, "task": table.task,
              "features": default_features(columns, table.target)}  # fmt: skip
    spec = TrainingSpec(schema, SINGLES[table.task][0], default_metric(table.task))
    cells = load_cells(parquet, spec.columns_needed, dialect)
    return spec, {name: np.asarray(values, dtype=object) for name, values in cells.items()}


def rows_of(cells: dict[str, Any], rows: np.ndarray) -> dict[str, Any]:
    """Return some rows of a table."""
    found = {name: values[rows] for name, values in cells.items()}
    return found | {LINE: found[LINE].astype(int)}


def try_several(
    spec: TrainingSpec, cells: dict[str, Any], seconds: float
) -> tuple[Any, list[tuple[str, float]], int]:
    """Do what the product does with one processor for both workers, on its processor time.

    Returns the model, each candidate's estimator and score, and how many were blended.
    """
    schema, began = spec.schema, time.process_time()
    facts = facts_of(schema["columns"], schema["features"], spec.target, spec.task,
                     len(cells[LINE]))  # fmt: skip
    portfolio = make_portfolio(facts, seconds=seconds, slots=SLOTS)
    shared = replace(spec, validation=Validation(**portfolio.validation))
    end = began + seconds * SLOTS * (1 - FOR_THE_LAST)
    members: list[Member] = []
    scores = []
    for key, tuned in enumerate(portfolio.candidates):
        if time.process_time() > end:
            break
        own = replace(shared, estimator=tuned.estimator, parameters=dict(tuned.parameters),
                      preprocessing=Preprocessing(**tuned.preprocessing))  # fmt: skip
        result = train(own, cells, score_only=True)
        fit_s = seconds_on_all([f.fit_seconds for f in result.folds],
                               [f.n_train for f in result.folds], facts.n_rows)  # fmt: skip
        members.append(Member(own, Candidate(key, result.out_of_fold, fit_s)))
        scores.append((tuned.estimator, result.score or np.nan))
    left = began + seconds * SLOTS - time.process_time()
    result, _ = train_blend(
        replace(shared, estimator=VOTING[spec.task]), members, cells,
        hurry=Hurry(lambda: max(left, 2.0)), with_look=False,
    )  # fmt: skip
    return result.model, scores, len(result.details["members"])


def score_on(spec: TrainingSpec, model: Any, cells: dict[str, Any]) -> dict[str, float | None]:
    """Score a fitted model on rows that it has not seen."""
    X, y, _rows, _found = training_data({n: v for n, v in cells.items() if n != LINE}, spec.schema)
    known = getattr(model, "classes_", None)
    classes = None if known is None else list(known)
    predicted = align(predict(model, X), known, classes)
    if classes is not None and not set(y.tolist()) <= set(classes):
        return {}
    return score(spec.task, y, predicted, classes)


def compare(table: Table, folder: Path, seconds: float) -> dict[str, dict[str, float | None]]:
    """Return held-out scores by who made them."""
    spec, cells = load(table, folder)
    y = cells[spec.target]
    usable = np.flatnonzero([cell not in {None, ""} for cell in y])
    classes = y[usable] if table.task == "classification" else None
    training, test = train_test_split(
        usable, test_size=TEST_SHARE, random_state=0, stratify=classes
    )
    seen, unseen = rows_of(cells, training), rows_of(cells, test)
    began = time.process_time()
    model, scores, n_members = try_several(spec, seen, seconds)
    used = time.process_time() - began
    print(
        f"{table.name}: {len(training)} rows, {len(spec.schema['features'])} columns; "
        f"{len(scores)} tried, {n_members} in the model, {used:.0f} s of processor",
        flush=True,
    )
    found = {"several": score_on(spec, model, unseen)}
    X, y, _rows, _found = training_data({n: v for n, v in seen.items() if n != LINE}, spec.schema)
    for estimator in SINGLES[table.task]:
        single = make_pipeline(replace(spec, estimator=estimator), X).fit(X, y)
        found[estimator.removesuffix("Classifier").removesuffix("Regressor")] = score_on(
            spec, single, unseen
        )
    return found


def main() -> None:
    """Compare on each table, and print scores and mean ranks."""
    warnings.filterwarnings("ignore")
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    ranks: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table in given_tables(given) if given else made_tables(folder):
            found = compare(table, folder, seconds)
            for metric in ("roc_auc", "log_loss") if table.task == "classification" else ("r2",):
                known = find_metric(table.task, metric)
                values = {who: s[metric] for who, s in found.items() if s.get(metric) is not None}
                signs = pd.Series(values, dtype=float) * (
                    1 if known and known.greater_is_better else -1
                )
                ranks.append({str(who): n for who, n in signs.rank(ascending=False).items()})
                shown = ", ".join(f"{who} {value:.4f}" for who, value in values.items())
                print(f"  {metric}: {shown}", flush=True)
    print(pd.DataFrame(ranks).mean().sort_values().round(2).to_string())


if __name__ == "__main__":
    main()
