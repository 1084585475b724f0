"""Try several against FLAML, mljar-supervised and H2O AutoML: the same rows, seconds and cores.

``python -m benchmarks.rivals PYTHON [FOLDER [SECONDS [LIBRARY,...]]]``. PYTHON is one that has
the libraries (``pip install "flaml[automl]" mljar-supervised h2o``; H2O needs Java, too); the
tables are those of `benchmarks.several`. Ours is the real product with two workers, asked by its
API; each has all of the machine while it works. Held-out scores (ROC AUC, log loss for many
classes, RMSE) and the mean rank by them. The seconds are those of a clock: a machine that is not
quiet changes what each of them can do.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

from benchmarks.several import SECONDS, SLOTS, TEST_SHARE, Table, given_tables, made_tables
from tests.product import OVER, Api, free_port, install, wait_for

SCRIPT = Path(__file__).with_name("rival.py")
LIBRARIES = ("flaml", "mljar", "h2o")
ROWS_AT_ONCE = 1000  # what the API predicts for at a time


@dataclass(frozen=True)
class Rivals:
    """The other libraries, the Python that has them, and what each may use."""

    python: str
    libraries: Sequence[str]
    seconds: float
    folder: Path


@dataclass(frozen=True)
class Split:
    """A table cut in two, and where both parts stand as files."""

    table: Table
    train: Path
    test: Path
    actual: pd.Series

    @property
    def n_classes(self) -> int:
        """How many classes there are; 0 for a number."""
        return self.actual.nunique() if self.table.task == "classification" else 0


def split(table: Table, folder: Path) -> Split:
    """Cut a table in two; classes are named c0, c1, ... so that every library can write them."""
    frame = pd.read_csv(table.path).dropna(subset=[table.target])
    y = frame[table.target]
    if table.task == "classification":
        y = frame[table.target] = [f"c{code}" for code in pd.factorize(y, sort=True)[0]]
    parts = train_test_split(
        frame, test_size=TEST_SHARE, random_state=0,
        stratify=y if table.task == "classification" else None,
    )  # fmt: skip
    train, test = (folder / f"{table.name}-{part}.csv" for part in ("train", "test"))
    for part, path in zip(parts, (train, test), strict=True):
        part.to_csv(path, index=False)
    return Split(table, train, test, parts[1][table.target].reset_index(drop=True))


def by_rival(rivals: Rivals, library: str, one: Split) -> pd.DataFrame:
    """Return what another library predicts for the rows of the test."""
    folder = rivals.folder
    task = {0: "regression", 2: "binary"}.get(one.n_classes, "multiclass")
    out = folder / "predicted.csv"
    out.unlink(missing_ok=True)
    asked = {"train": str(one.train), "test": str(one.test), "target": one.table.target,
             "task": "classification" if library == "flaml" and one.n_classes else task,
             "seconds": int(rivals.seconds), "slots": SLOTS, "seed": 0, "out": str(out),
             "folder": tempfile.mkdtemp(dir=folder), "port": free_port()}  # fmt: skip
    request = folder / "request.json"
    request.write_text(json.dumps(asked))
    done = subprocess.run(
        [rivals.python, str(SCRIPT), library, str(request)],
        cwd=folder, capture_output=True, text=True, timeout=20 * rivals.seconds + 300,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    return pd.read_csv(out)


def by_us(api: Api, one: Split, seconds: float) -> pd.DataFrame:
    """Return what the product's own try several predicts for the rows of the test."""
    dataset = api.upload(one.train.read_text())
    asked = {"dataset_id": dataset, "target": one.table.target,
             "several": {"time_limit_s": int(seconds)}}  # fmt: skip
    made = api.call("POST", "/batches", asked)

    def winner() -> dict[str, Any] | None:
        time.sleep(1)
        found = api.call("GET", f"/batches/{made['batch_id']}")["several"]["winner_job_id"]
        job = api.job(int(found)) if found else None
        return job if job and job["state"] in OVER else None

    job = wait_for("the best one is fitted", winner, 20 * seconds + 300)
    model = f"/models/{job['model_id']}"
    wait_for("it is checked", lambda: api.call("GET", model)["state"] == "ready", 120)
    rows = pd.read_csv(one.test, dtype=str, keep_default_na=False).drop(columns=one.table.target)
    asked = rows.to_dict("records")
    parts = [
        api.call("POST", f"{model}/predict", {"rows": asked[n : n + ROWS_AT_ONCE]})
        for n in range(0, len(asked), ROWS_AT_ONCE)
    ]
    name = "probabilities" if one.n_classes else "predictions"
    answers = [one_row for part in parts for one_row in part[name]]
    return pd.DataFrame(answers if one.n_classes else {"prediction": answers})


def score(one: Split, found: pd.DataFrame) -> float:
    """Score predictions on rows that nobody has seen; the more the better, errors are negative."""
    if not one.n_classes:
        return -float(root_mean_squared_error(one.actual, found["prediction"]))
    classes = sorted(one.actual.unique())
    if one.n_classes == 2:
        return float(roc_auc_score(one.actual == classes[1], found[classes[1]]))
    return -float(log_loss(one.actual, found[classes], labels=classes))


def compare(api: Api, rivals: Rivals, one: Split) -> dict[str, float]:
    """Return the score of each, and print it with the seconds that it took."""
    found = {}
    for who in ("ours", *rivals.libraries):
        began = time.monotonic()
        try:
            predicted = (
                by_us(api, one, rivals.seconds) if who == "ours" else by_rival(rivals, who, one)
            )
            found[who] = score(one, predicted)
            said = f"{found[who]:.4f}"
        except (RuntimeError, AssertionError, TimeoutError, subprocess.TimeoutExpired) as problem:
            said = f"failed: {str(problem).strip().splitlines()[-1][:200]}"
        print(f"  {who}: {said}, {time.monotonic() - began:.0f} s", flush=True)
    return found


def main() -> None:
    """Compare on each table, and print scores and mean ranks."""
    python, *rest = sys.argv[1:]
    given = Path(rest[0]) if rest and rest[0] else None
    seconds = float(rest[1]) if len(rest) > 1 else SECONDS
    libraries = rest[2].split(",") if len(rest) > 2 else list(LIBRARIES)
    ranks = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with install(folder, SLOTS) as product:
            rivals = Rivals(python, libraries, seconds, folder)
            api = Api(product.environ, "rivals@example.org")
            for table in given_tables(given) if given else made_tables(folder):
                one = split(table, folder)
                print(f"{table.name}: {len(one.actual)} rows held out", flush=True)
                found = compare(api, rivals, one)
                ranks.append(pd.Series(found).rank(ascending=False))
    print(pd.DataFrame(ranks).mean().sort_values().round(2).to_string())


if __name__ == "__main__":
    main()
