"""Models: downloading."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from dashboard.db import Model
from dashboard.errors import BadRequest, Conflict
from dashboard.models.conversion import WAITING
from dashboard.storage import get_storage

FORMATS = {"bundle": "zip", "joblib": "joblib", "skops": "skops", "onnx": "onnx"}
WORDS = {
    "bundle": "Recommended: model, predict.py, train.py, card. Works without Trainyard",
    "skops": "The fitted Pipeline in a form that can be inspected before loading",
    "joblib": "The fitted Pipeline as a pickle. Load it only if you trust its origin",
    "onnx": "For other languages and runtimes; takes what the bundle's schema.py makes",
}


@dataclass(frozen=True)
class Download:
    """A file that is handed out."""

    stream: BinaryIO
    file_name: str
    size_bytes: int
    sha256: str


def file_name_of(model: Model, file_format: str) -> str:
    """Return a model's file name, of letters and digits only: ``telco_churn-churned-gb-1287.zip``.

    It is made of the dataset, the target, the estimator in short and the number of the job.
    """
    job = model.job
    words = f"{job.dataset.name.removesuffix('.csv')}-{job.target}"
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", words).strip("._-")[:100] or "model"
    return f"{safe}-{shorten(job.estimator)}-{job.id}.{FORMATS[file_format]}"


def shorten(estimator: str) -> str:
    """Return an estimator's name in short: ``gb`` of GradientBoostingClassifier."""
    name = re.sub("(Classifier|Regressor|CV)+$", "", estimator) or estimator
    capitals = "".join(letter for letter in name if letter.isupper())
    return (capitals if len(capitals) > 1 else name).lower()


def list_formats(model: Model) -> list[tuple[str, str, str]]:
    """List the files that a model has: the format, the file's name, and what it is for."""
    return [
        (name, file_name_of(model, name), words)
        for name, words in WORDS.items()
        if name in model.offered
    ]


def open_download(model: Model, file_format: str) -> Download:
    """Open a model's file.

    Parameters
    ----------
    model : Model
        The model.
    file_format : {"bundle", "joblib", "skops", "onnx"}
        Which of its files.

    Raises
    ------
    BadRequest
        When there is no such format.
    Conflict
        When the model is still being checked, was refused, or there is none of this format.
    NotFound
        When the file is missing from the storage.
    """
    if file_format not in FORMATS:
        raise BadRequest(f'"{file_format}" is no format. Choose one of: {", ".join(FORMATS)}')
    check_ready(model)
    stored = model.offered.get(file_format)
    if stored is None:
        raise Conflict(_why_not(model, file_format))
    stream = get_storage().open(stored["key"])
    return Download(
        stream, file_name_of(model, file_format), stored["size_bytes"], stored["sha256"]
    )


def _why_not(model: Model, file_format: str) -> str:
    """Say why a model that may be used has no file of a format."""
    found = model.files.get(file_format, {})
    if found == WAITING:
        return "The model is still being converted to ONNX. Try again in a few seconds"
    reason = found.get("reason", "it was made before there was this format")
    return f"There is no {file_format} of this model: {reason}"


def check_ready(model: Model) -> None:
    """Raise `Conflict` unless a model was checked and may be used."""
    if model.state == "verifying":
        raise Conflict("The model is still being checked. Try again in a few seconds")
    if model.state == "refused":
        reason = (model.failure or {}).get("message", "")
        raise Conflict(f"The model did not pass its check, so it is not offered: {reason}")
