"""What a child does to explain a job's model, with less right to the machine than all else."""

import os
from typing import Any

import pandas as pd

from tasks.child import Send
from tasks.engine.explain.explaining import Explanation, folds_of
from tasks.engine.explain.learning_curve import learn_by_size
from tasks.engine.model.stored_model import load_model
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.loading import load_cells
from tasks.failures import parsing, reading
from tasks.model_work import TRAIN_AGAIN
from tasks.work import UPLOAD_AGAIN, report_to, storage_of

NICENESS = 19


def explain_job(payload: dict[str, Any], send: Send) -> None:
    """Work out what matters, how the model depends on it, and where it errs."""
    model, spec, columns = _begin(payload)
    storage = storage_of(payload)
    what = "What was predicted in the folds"
    with reading(storage, payload["out_of_fold_key"], what, TRAIN_AGAIN) as path, parsing():
        out_of_fold = pd.read_parquet(path)
    folds, scores = folds_of(spec, columns, model), _scores(payload)
    told = Explanation(folds, columns, model, out_of_fold, scores)
    limits = {"fit_s": payload["fit_s"], "limit_s": payload["limit_s"]}
    send({"type": "done", "values": {"answer": told.run(report_to(send), **limits)}})


def learning_curve(payload: dict[str, Any], send: Send) -> None:
    """Score models that learned from parts of the rows."""
    model, spec, columns = _begin(payload)
    folds = folds_of(spec, columns, model)
    limits = {"fit_s": payload["fit_s"], "limit_s": payload["limit_s"]}
    answer = learn_by_size(folds, _scores(payload), report_to(send), **limits)
    send({"type": "done", "values": {"answer": answer}})


def _begin(payload: dict[str, Any]) -> tuple[Any, TrainingSpec, dict[str, Any]]:
    os.nice(NICENESS)
    storage, spec = storage_of(payload), TrainingSpec.from_dict(payload["spec"])
    with reading(storage, payload["model_key"], "The file of the model", TRAIN_AGAIN) as path:
        model, _found = load_model(path)
    what = f'The table of the dataset "{payload["origin"]["dataset"]}"'
    with reading(storage, payload["table_key"], what, UPLOAD_AGAIN) as path, parsing():
        columns = load_cells(path, spec.columns_needed, spec.schema.get("dialect"))
    return model, spec, columns


def _scores(payload: dict[str, Any]) -> dict[int, float | None]:
    return {int(fold): score for fold, score in payload["scores"].items()}
