"""The child's part of the last job where several were tried; see `engine.blending`."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.storage import Storage
from tasks.baseline_store import StoredBaselines
from tasks.engine.errors import EngineError
from tasks.engine.progress import Reporter
from tasks.engine.results import TrainingResult
from tasks.engine.several.blending import Hurry, Member, train_blend
from tasks.engine.several.ensembles import Candidate
from tasks.engine.spec import TrainingSpec
from tasks.failures import parsing, reading

OF_FOLDS = ("fold_seconds", "fold_scores")
# How long it takes to score and write the model, for each second until the choice.
AFTER_TO_BEFORE = 1.0


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
        candidate = Candidate(
            one["job_id"],
            frame,
            one["fit_seconds"],
            *({int(fold): value for fold, value in one[name].items()} for name in OF_FOLDS),
        )
        own = TrainingSpec.from_dict({**payload["spec"], **one["asked"]})
        members.append(Member(own, candidate))
    known = asked["warnings"]
    result, chosen = train_blend(
        spec,
        members,
        columns,
        reporter,
        store=StoredBaselines(storage, payload["dataset_id"]),
        hurry=Hurry(lambda: _seconds_to_fit(asked), is_strict=asked["is_strict"]),
        threads=min(asked["threads"], os.cpu_count() or 1),
        with_look=known is None,
    )
    return replace(result, warnings=[*result.warnings, *(known or [])]), chosen


def _seconds_to_fit(asked: Mapping[str, Any]) -> float:
    """Return how long fits on all rows may take from now on.

    What comes after them takes what is left of the time around them, and no less than a share of
    what came before: it is loaded and prepared as slowly as it is written.
    """
    passed = time.time() - asked["told_at"]
    after = max(asked["around_s"] - passed, AFTER_TO_BEFORE * passed)
    return float(max(asked["seconds"] - passed - after, asked["least_s"]))
