"""What the child does with a model that was made: check it, convert it, apply it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.storage import Storage
from tasks.child import Send
from tasks.engine.errors import EngineError
from tasks.engine.model.stored_model import load_model
from tasks.engine.model.verification import verify_bundle
from tasks.engine.predicting import matching
from tasks.engine.predicting.prediction import predict_text, text_table, warn_of_empty
from tasks.engine.predicting.scoring import score_file
from tasks.engine.table.coercion import features_from_text
from tasks.engine.table.examples import spread_rows
from tasks.engine.table.loading import load_cells
from tasks.failures import parsing, reading
from tasks.work import UPLOAD_AGAIN, report_to, storage_of

TRAIN_AGAIN = "Duplicate the job and run it"
# A conversion is held against the model on so many rows of the dataset.
CONVERSION_ROWS = 1000
TRAINING_GONE = {
    "code": "TRAINING_GONE", "column": None, "count": 0,
    "message": "The training data is missing from the storage, so nobody can say whether columns "
               "moved. The file can be predicted all the same",
}  # fmt: skip


def verify_model(payload: dict[str, Any], send: Send) -> None:
    """Check a bundle in a clean process."""
    storage = storage_of(payload)
    bundle_is, check_is = payload["bundle_sha256"], payload["check_sha256"]
    what = "The check of the bundle"
    with (
        reading(storage, payload["bundle_key"], "The bundle", TRAIN_AGAIN, bundle_is) as bundle,
        reading(storage, payload["check_key"], what, TRAIN_AGAIN, check_is) as check,
    ):
        verify_bundle(bundle, check, payload["schema"])
    send({"type": "done"})


def convert_model(payload: dict[str, Any], send: Send) -> None:
    """Write a model as ONNX, if that answers the same; else say why not."""
    # Loaded here alone: it takes seconds, and memory that no other work needs.
    from tasks.engine.onnx.conversion import convert

    storage = storage_of(payload)
    what = "The file of the model"
    model_is = payload["model_sha256"]
    with reading(storage, payload["model_key"], what, TRAIN_AGAIN, model_is) as path:
        model, _found = load_model(path)
    try:
        made = convert(model, _typed_rows(payload), payload["facts"])
    except EngineError as problem:
        send({"type": "done", "values": {"reason": problem.message}})
        return
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "model.onnx"
        path.write_bytes(made.content)
        stored = storage.put_file(payload["onnx_key"], path)
    file = {"key": stored.key, "size_bytes": stored.size_bytes, "sha256": stored.sha256}
    told = {"difference": made.difference, "n_rows": made.n_rows}
    send({"type": "done", "values": {"file": file | told}})


def _typed_rows(payload: dict[str, Any]) -> pd.DataFrame:
    storage, schema = storage_of(payload), payload["schema"]
    what = f'The table of the dataset "{payload["dataset"]}"'
    with reading(storage, payload["table_key"], what, UPLOAD_AGAIN) as path, parsing():
        columns = load_cells(path, schema["features"], schema.get("dialect"))
    text = spread_rows(columns, schema["features"], CONVERSION_ROWS)
    return features_from_text(text, schema)[0]


def match_file(payload: dict[str, Any], send: Send) -> None:
    """Hold a file's columns, and how its rows are spread, against what a model was trained on."""
    storage, report = storage_of(payload), report_to(send)
    what = f"The file {payload['file_name']}"
    with (
        reading(storage, payload["input_key"], what, UPLOAD_AGAIN) as source,
        _training_data(storage, payload["table_key"]) as training,
    ):
        found = matching.match_file(
            payload["schema"],
            source,
            file_name=payload["file_name"],
            mapping=payload["mapping"],
            training=training,
            on_progress=lambda part: report(part, "Looking at the columns"),
        )
    if training is None:
        found["warnings"] = [*found["warnings"], TRAINING_GONE]
    send({"type": "done", "values": found})


@contextmanager
def _training_data(storage: Storage, key: str | None) -> Iterator[Path | None]:
    """Give the table of the training data; None where it is gone, as columns fit without it."""
    with ExitStack() as held:
        path = None
        try:
            if key is not None:
                what = "The training data"
                path = held.enter_context(reading(storage, key, what, UPLOAD_AGAIN))
        except EngineError as problem:
            if problem.code != "FILE_MISSING":
                raise
        yield path


def predict(payload: dict[str, Any], send: Send) -> None:
    """Apply a model to rows, or to a file."""
    storage = storage_of(payload)
    what = "The file of the model"
    model_is = payload["model_sha256"]
    with reading(storage, payload["model_key"], what, TRAIN_AGAIN, model_is) as path:
        model, found = load_model(path)
    if payload["kind"] == "rows":
        text = text_table(payload["rows"], payload["schema"])
        answer = predict_text(model, payload["schema"], text).as_dict()
        empty = warn_of_empty(text, payload["schema"])
        answer["warnings"] = found + empty + answer["warnings"]
        send({"type": "done", "values": {"answer": answer, "warnings": answer["warnings"]}})
        return
    report = report_to(send)
    what = f"The file {payload['file_name']}"
    with (
        tempfile.TemporaryDirectory() as name,
        reading(storage, payload["input_key"], what, UPLOAD_AGAIN) as source,
    ):
        target = Path(name) / "answer.csv"
        scored = score_file(
            model,
            payload["schema"],
            source,
            target,
            file_name=payload["file_name"],
            mapping=payload["mapping"],
            on_progress=lambda part: report(part, "Predicting"),
        )
        storage.put_file(payload["output_key"], target)
    values = {
        "n_rows": scored.n_rows, "warnings": found + scored.warnings,
        "output_key": payload["output_key"],
        "answer": {
            "delimiter": scored.delimiter, "decimal": scored.decimal,
            "n_columns": scored.n_columns,
        },
    }  # fmt: skip
    send({"type": "done", "values": values})
