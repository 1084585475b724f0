"""The child's part of the last job where several were tried; see `engine.blending`."""

import os
from typing import Any

import pandas as pd

from dashboard.storage import Storage
from tasks.baseline_store import StoredBaselines
from tasks.engine.blending import Member, train_blend
from tasks.engine.ensembles import Candidate
from tasks.engine.errors import EngineError
from tasks.engine.progress import Reporter
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec
from tasks.failures import parsing, reading


def blend(
    payload: dict[str, Any],
    storage: Storage,
    spec: TrainingSpec,
    columns: dict[str, Any],
    reporter: Reporter,
) -> tuple[TrainingResult, TrainingSpec]:
    """Choose among finished jobs, and fit what is chosen on all rows."""
    asked = payload["blend"]
    members = []
    for one in asked["members"]:
        what = f"What job {one['job_id']} predicted"
        try:
            with reading(storage, one["out_of_fold_key"], what, "") as path, parsing():
                frame = pd.read_parquet(path)
        except EngineError as problem:
            reporter.log(f"{problem.message}, so the job is left out", "warning")
            continue
        folds = {int(fold): seconds for fold, seconds in one["fold_seconds"].items()}
        candidate = Candidate(one["job_id"], frame, one["fit_seconds"], folds)
        own = TrainingSpec.from_dict({**payload["spec"], **one["asked"]})
        members.append(Member(own, candidate))
    return train_blend(
        spec,
        members,
        columns,
        reporter,
        store=StoredBaselines(storage, payload["dataset_id"]),
        seconds=asked["seconds"],
        threads=min(asked["threads"], os.cpu_count() or 1),
    )
