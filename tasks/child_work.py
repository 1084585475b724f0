"""What runs in the child. Loaded once by the forkserver, with all that it needs.

Each function takes a payload of JSON values and `send`, and sends one event ``done`` at its end.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.storage import Storage, keys
from dashboard.storage.local import LocalStorage  # noqa: F401 - so that the forkserver has it
from tasks.baseline_store import StoredBaselines
from tasks.blend_work import blend
from tasks.child import Send, told_to_finish
from tasks.comparing import compare_versions  # noqa: F401 - work of a child, like all below
from tasks.dataset_work import fetch_file, read_dataset, relate_target  # noqa: F401 - likewise
from tasks.delivery_work import deliver  # noqa: F401 - likewise
from tasks.engine.errors import EngineError
from tasks.engine.failures.warned import as_warning
from tasks.engine.fit_progress.curves import Curve
from tasks.engine.how import Borrowed
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.origin import Origin
from tasks.engine.model.stored_model import load_model
from tasks.engine.progress import FoldOutcome, FoldScore
from tasks.engine.results import TrainingResult
from tasks.engine.sentinel.groups import group_columns
from tasks.engine.spec import TrainingSpec
from tasks.engine.table import tables
from tasks.engine.table.loading import load_cells
from tasks.engine.training import train
from tasks.engine.versions import library_of, versions
from tasks.explain_work import explain_job, learning_curve  # noqa: F401 - likewise
from tasks.failures import explain, parsing, reading
from tasks.fold_keeping import FoldKeeper
from tasks.model_work import (  # noqa: F401 - likewise
    convert_model,
    match_file,
    predict,
    verify_model,
)
from tasks.preflight_work import check_request  # noqa: F401 - likewise
from tasks.work import UPLOAD_AGAIN, storage_of


class _EventReporter:
    """Turns what the engine tells into events, and keeps each fold's predictions in storage."""

    def __init__(self, keeper: FoldKeeper, send: Send) -> None:
        self.keeper, self.send = keeper, send

    def stage(self, stage: str, fraction: float, message: str, part: float | None = None) -> None:
        event = {"type": "stage", "stage": stage, "fraction": fraction, "message": message}
        self.send(event if part is None else event | {"part": part})

    def log(self, text: str, level: str = "info") -> None:
        self.keeper.tell({"type": "log", "level": level, "text": text})

    def warn(self, code: str, message: str, change: Mapping[str, Any] | None = None) -> None:
        self.send({"type": "warning", "warning": as_warning(code, message, change)})

    def failing(self, failed: EngineError) -> None:
        self.send({"type": "failing", "failure": explain(failed)})

    def fitting(self, fold: int, curve: Curve | None = None) -> None:
        event = {"type": "fitting", "fold": fold}
        self.send(event | ({"curve": curve.as_dict()} if curve else {}))

    def fold_done(self, outcome: FoldOutcome) -> None:
        self.keeper.keep(outcome)


def _read_folds(
    folds: list[dict[str, Any]], storage: Storage, reporter: _EventReporter
) -> dict[int, FoldOutcome]:
    found = {}
    for fold in folds:
        key = fold.pop("key")
        if not key:
            continue
        try:
            what = f"What was predicted in fold {fold['fold']}"
            with reading(storage, key, what, "") as path, parsing():
                frame = pd.read_parquet(path)
            found[fold["fold"]] = FoldOutcome(FoldScore(**fold), frame)
        except EngineError as problem:
            reporter.log(f"{problem.message}, so the fold is trained again", "warning")
    return found


def _borrow(payload: dict[str, Any], storage: Storage, reporter: _EventReporter) -> Borrowed:
    """Read what a job that differs in the threshold alone fitted, if the same libraries did."""
    given = payload["borrowed"]
    made_by = versions(library_of(payload["spec"]["estimator"]))
    if given is None or given["versions"] != made_by:
        return Borrowed()
    reporter.log(f"job #{given['job_id']} differs in the threshold alone: its fits are used again")
    folds = _read_folds(given["folds"], storage, reporter)
    file = given["model"]
    try:
        what = f"The model of job #{given['job_id']}"
        with reading(storage, file["key"], what, "", file["sha256"]) as path, parsing():
            return Borrowed(folds, load_model(path)[0])
    except EngineError as problem:
        reporter.log(f"{problem.message}, so it is fitted again", "warning")
    return Borrowed(folds)


def train_job(payload: dict[str, Any], send: Send) -> None:
    """Train one job and store what comes of it."""
    storage = storage_of(payload)
    with FoldKeeper(payload["job_id"], payload["lease"], storage, send) as keeper:
        done = _train(payload, storage, _EventReporter(keeper, send))
    send(done)


def _train(payload: dict[str, Any], storage: Storage, reporter: _EventReporter) -> dict[str, Any]:
    """Return the event that says what came of a job."""
    spec = TrainingSpec.from_dict(payload["spec"])
    started = time.perf_counter()
    reporter.stage("load", 0.01, "Loading the data")
    looked_at = [*spec.columns_needed, *group_columns(spec.schema)]
    what = f'The table of the dataset "{payload["origin"]["dataset"]}"'
    with reading(storage, payload["table_key"], what, UPLOAD_AGAIN) as path, parsing():
        columns = load_cells(path, looked_at, spec.schema.get("dialect"))
    rows = len(columns[tables.LINE])
    took = time.perf_counter() - started
    reporter.log(f"load: {rows:,} rows x {len(columns) - 1} columns in {took:.1f} s")
    cautions = payload["cautions"]
    if payload["blend"]:
        result, spec = blend(payload, storage, spec, columns, reporter)
        if len(result.details["members"]) > 1:  # weighed on other folds than it is scored on
            cautions = []
    else:
        result = train(
            spec,
            columns,
            reporter,
            resume=_read_folds(payload["resume"], storage, reporter),
            borrowed=_borrow(payload, storage, reporter),
            store=StoredBaselines(storage, payload["dataset_id"]),
            enough=lambda: payload["finish_now"] or told_to_finish.is_set(),
            score_only=payload["score_only"],
            with_look=payload["with_look"],
        )
    result = replace(result, warnings=[*result.warnings, *cautions])
    reporter.stage("save", 0.95, "Saving the result")
    return {"type": "done"} | _store_result(payload, storage, spec, columns, result)


def _store_result(
    payload: dict[str, Any],
    storage: Storage,
    spec: TrainingSpec,
    columns: dict[str, Any],
    result: TrainingResult,
) -> dict[str, Any]:
    job_id, lease = payload["job_id"], payload["lease"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths: dict[str, Path] = {}
        if not payload["score_only"]:
            paths = write_artefacts(result, spec, columns, Origin(**payload["origin"]), folder)
        paths["results"] = folder / "results.json"
        paths["results"].write_text(json.dumps(result.charts), encoding="utf-8")
        paths["out_of_fold"] = folder / "out_of_fold.parquet"
        result.out_of_fold.to_parquet(paths["out_of_fold"], index=False)
        stored = {
            kind: storage.put_file(keys.job_artefact(job_id, lease, kind), path)
            for kind, path in paths.items()
        }
    files = {
        kind: {"key": f.key, "size_bytes": f.size_bytes, "sha256": f.sha256}
        for kind, f in stored.items()
        if kind in {"bundle", "joblib", "skops", "check"}
    }
    summary = _summarise(result) | {
        "details": result.details
        | {"baselines": result.baselines, "cpu_seconds": round(time.process_time(), 2)}
        | {"threshold_from": payload["threshold_from"]},
        "results_key": stored["results"].key,
        "out_of_fold_key": stored["out_of_fold"].key,
    }
    if payload["blend"]:  # which estimator it is was not known before
        summary |= {"estimator": spec.estimator, "parameters": spec.parameters}
        summary |= {"preprocessing": spec.preprocessing.changed}
    return {"result": summary, "files": files, "schema": small_schema(result.schema)}


def _summarise(result: TrainingResult) -> dict[str, Any]:
    same = (
        "score", "score_std", "baseline_score", "metrics", "warnings", "partial",
        "data_hash", "split_hash", "classes",
    )  # fmt: skip
    return {name: getattr(result, name) for name in same}
