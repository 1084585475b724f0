"""How near time estimates come: jobs of several sizes are trained, and each is guessed before it.

The same work runs as in a worker's child, the files it writes included; the guess is what the form
and the queue would show from the jobs that ran before, and what the page would show after its
first fold. Printed is the estimated time by the real one: 1.00 is right.
"""

import dataclasses
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.overhead import table
from dashboard.clock import isoformat, now
from dashboard.db import Job, JobFold
from dashboard.jobs.times.history import Run, Work, estimate_total
from dashboard.jobs.times.time_left import estimate_left
from tasks.engine.model.export import write_artefacts
from tasks.engine.model.origin import Origin
from tasks.engine.progress import FoldOutcome, NullReporter
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.training import train
from tasks.reporter import JobReporter

ESTIMATORS: dict[str, dict[str, Any]] = {
    "RandomForestClassifier": {"n_estimators": 60},
    "HistGradientBoostingClassifier": {"max_iter": 60},
    "LogisticRegression": {},
    "SVC": {},
}
# Rows and folds; the first is what is learned from before the first guess.
SIZES = ((1000, 5), (1000, 5), (2000, 5), (4000, 5), (2000, 10))


class FirstGuess(NullReporter):
    """Keeps what the page would say after the first fold, beside the moment."""

    def __init__(self, job: Job) -> None:
        self.job, self.told, self.folds = job, JobReporter(), []
        self.began, self.guess_s = now(), 0.0

    def stage(self, stage: str, fraction: float, message: str, part: float | None = None) -> None:
        """Take note as a worker does."""
        event = {"stage": stage, "fraction": fraction, "message": message}
        self.told.take(event | {"type": "stage"})
        self.job.stage = stage

    def fold_done(self, outcome: FoldOutcome) -> None:
        """Guess once, after the first fold."""
        values = outcome.score.as_dict()
        self.told.take({"type": "fold", "fold": values})
        self.folds.append(JobFold(attempt=1, **values))
        if self.guess_s:
            return
        self.job.stages = self.told.stages
        left = estimate_left(self.job, self.folds, self.began, None).seconds or 0.0
        self.guess_s = (now() - self.began).total_seconds() + left


def train_one(estimator: str, rows: int, folds: int) -> tuple[Work, float, float]:
    """Train a job; return its work, its seconds, and the total guessed after its first fold."""
    columns, schema = table(rows)
    validation = Validation(scheme="stratified", folds=folds)
    parameters = ESTIMATORS[estimator]
    spec = TrainingSpec(schema, estimator, "roc_auc", parameters, validation)
    job = Job(id=1, attempt=1, n_rows=rows, validation=dataclasses.asdict(validation), stages=[])
    listener = FirstGuess(job)
    start = time.perf_counter()
    result = train(spec, dict(columns), listener)
    with tempfile.TemporaryDirectory() as name:
        moment = isoformat(datetime.now(UTC) - timedelta(0))
        origin = Origin(job_id=1, job_name="j", dataset="d", dataset_sha256="0", created_at=moment)
        write_artefacts(result, spec, columns, origin, Path(name))
    took = time.perf_counter() - start
    work = Work.of(estimator=estimator, parameters=parameters, n_rows=rows,
                   n_columns=len(schema["features"]), validation=job.validation)  # fmt: skip
    if work is None:
        raise RuntimeError("a job of known size has work")
    return work, took, listener.guess_s


def main() -> None:
    """Train, guess before and after the first fold, and print the ratios."""
    ratios: dict[str, list[float]] = {"before": [], "after one fold": []}
    for estimator in ESTIMATORS:
        runs: list[Run] = []
        for rows, folds in SIZES:
            known = list(reversed(runs))
            work, took, guessed = train_one(estimator, rows, folds)
            before = estimate_total(work, {estimator: known})
            runs.append(Run(work, took))
            words = "not run yet"
            if before is not None:
                ratios["before"].append(before / took)
                ratios["after one fold"].append(guessed / took)
                words = f"{before / took:.2f} before, {guessed / took:.2f} after one fold"
            print(f"{estimator:31} {rows:5} rows {folds:2} folds {took:6.2f} s: {words}")
    for when, found in ratios.items():
        off = np.exp(np.abs(np.log(found)))
        print(f"estimated / real {when}: off by a factor of {np.median(off):.2f} in the median, "
              f"{off.max():.2f} at most")  # fmt: skip


if __name__ == "__main__":
    main()
