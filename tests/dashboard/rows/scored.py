"""Jobs whose out-of-fold rows and dataset have real files."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard.db import Job, User
from dashboard.storage import get_storage, keys
from tests.dashboard.datasets.profiled import change, make_read_dataset
from tests.factories import make_model, make_succeeded_job

N = 120
FORMULA = "=1+1"
MARKUP = "<img src=x onerror=alert(1)>"


def make_class_job(owner: User, folder: Path, *, with_model: bool = True, **overrides: Any) -> Job:
    """Make a job of two classes; some cells are what spreadsheets and browsers run."""
    rows = np.arange(N)
    shares = np.round((rows * 37 % N) / N, 3)
    text = "age,note,y\n" + "".join(
        f"{20 + n},{(FORMULA, MARKUP, 'plain')[n % 3]},{'yes' if n % 4 == 0 else 'no'}\n"
        for n in rows
    )
    frame = pd.DataFrame(
        {"row": rows, "line": rows + 2, "fold": rows % 5 + 1,
         "actual": np.where(rows % 4 == 0, "yes", "no").astype(object),
         "prediction": np.where(shares >= 0.5, "yes", "no").astype(object),
         "probability_0": 1 - shares, "probability_1": shares}
    )  # fmt: skip
    job = _with_rows(owner, folder, text, frame, **overrides)
    if with_model:
        make_model(job, classes=["no", "yes"])
    return job


def make_number_job(owner: User, folder: Path) -> Job:
    """Make a job of numbers whose row n is off by n."""
    rows = np.arange(N)
    text = "age,note,y\n" + "".join(f"{20 + n},x{n},{n * 10}\n" for n in rows)
    frame = pd.DataFrame(
        {"row": rows, "line": rows + 2, "fold": rows % 5 + 1, "actual": rows * 10.0,
         "prediction": rows * 10.0 - rows}
    )  # fmt: skip
    job = _with_rows(owner, folder, text, frame, task="regression", metric="r2",
                     estimator="Ridge")  # fmt: skip
    make_model(job, classes=None)
    return job


def _with_rows(owner: User, folder: Path, text: str, frame: pd.DataFrame, **overrides: Any) -> Job:
    dataset = make_read_dataset(owner, text, folder)
    given = {"target": "y", "features": ["age"]} | overrides
    job = make_succeeded_job(owner, dataset=dataset, **given)
    frame.to_parquet(folder / "out_of_fold.parquet", index=False)
    key = keys.job_artefact(job.id, "ab" * 8, "out_of_fold")
    get_storage().put_file(key, folder / "out_of_fold.parquet")
    return change(job, out_of_fold_key=key)
