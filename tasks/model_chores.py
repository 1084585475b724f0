"""Chores about models: check one, convert one, apply one."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.db import Model, Prediction
from dashboard.extensions import db
from dashboard.filters import duration, size
from dashboard.models.conversion import ONNX, finish_conversion
from dashboard.models.verification import record_verification
from dashboard.predictions.execution import finish_prediction, record_prediction_progress
from dashboard.predictions.matching import finish_match, record_match_progress
from dashboard.storage import keys
from tasks.celery_app import settings
from tasks.chore_kind import ChoreKind
from tasks.payload import storage_address

# One of the largest that is tried took 18 s; more is a machine that is busy, or one that is stuck.
CONVERSION_LIMIT_S = 120.0


class VerifyModel(ChoreKind):
    """Check a bundle before it is offered."""

    work = "verify_model"

    def payload(self) -> dict[str, Any] | None:
        """Return where the bundle and its check are."""
        model = db.session.get(Model, self.claim.subject_id)
        if model is None:
            return None
        payload = {
            "storage": storage_address(),
            "bundle_key": model.files["bundle"]["key"],
            "bundle_sha256": model.files["bundle"]["sha256"],
            "check_key": model.files["check"]["key"],
            "check_sha256": model.files["check"]["sha256"],
            "schema": model.schema,
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Go on: there is nothing to write."""
        return True

    def finish(self, values: dict[str, Any]) -> None:
        """Offer the model."""
        record_verification(claim=self.claim, failure=None)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Do not offer the model."""
        record_verification(claim=self.claim, failure=failure)


class ConvertModel(ChoreKind):
    """Write a model as ONNX, where that answers the same."""

    work = "convert_model"

    def payload(self) -> dict[str, Any] | None:
        """Return where the model is, and the table whose rows it is asked about."""
        model = db.session.get(Model, self.claim.subject_id)
        if model is None:
            return None
        job = model.job
        payload = {
            "storage": storage_address(),
            "model_key": model.files["joblib"]["key"],
            "model_sha256": model.files["joblib"]["sha256"],
            # Under the lease of the job, as all its files; a number for each attempt at it.
            "onnx_key": keys.beside(model.files["joblib"]["key"], ONNX, self.claim.attempt),
            "schema": model.schema,
            "table_key": job.dataset.table_key,
            "dataset": job.dataset.name,
            "facts": {"job": str(job.id), "task": job.task, "target": job.target},
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Go on: there is nothing to write."""
        return True

    def finish(self, values: dict[str, Any]) -> None:
        """Offer the file, or say why there is none."""
        finish_conversion(claim=self.claim, values=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Say what went wrong; the model itself is as good as before."""
        finish_conversion(claim=self.claim, failure=failure)

    def exceeded(
        self, memory_bytes: Callable[[], int], seconds: float
    ) -> Mapping[str, Any] | None:
        """Stop what takes too long, or more memory than a job may have."""
        if seconds > CONVERSION_LIMIT_S:
            message = f"it took more than {duration(CONVERSION_LIMIT_S)}"
            return {"code": "TIME_LIMIT", "message": message, "hint": ""}
        if memory_bytes() > settings.job_memory_bytes:
            message = f"it needed more than {size(settings.job_memory_bytes)} of memory"
            return {"code": "MEM_LIMIT", "message": message, "hint": ""}
        return None


class MatchFile(ChoreKind):
    """Hold a file's columns against those that a model needs."""

    work = "match_file"

    def payload(self) -> dict[str, Any] | None:
        """Return where the file is, and the table that the model was trained on."""
        prediction = db.session.get(Prediction, self.claim.subject_id)
        if prediction is None or prediction.state != "checking":
            return None
        model = prediction.model
        payload = {
            "storage": storage_address(),
            "schema": model.schema,
            "input_key": prediction.input_key,
            "file_name": prediction.file_name or "",
            "mapping": prediction.mapping,
            "table_key": model.job.dataset.table_key,
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Write it to the prediction."""
        return record_match_progress(claim=self.claim, fraction=fraction)

    def finish(self, values: dict[str, Any]) -> None:
        """Write what was found."""
        finish_match(claim=self.claim, matching=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why the file cannot be read."""
        finish_prediction(claim=self.claim, failure=failure)


class Predict(ChoreKind):
    """Apply a model."""

    work = "predict"

    def payload(self) -> dict[str, Any] | None:
        """Return where the model is, and the rows or where they are."""
        prediction = db.session.get(Prediction, self.claim.subject_id)
        if prediction is None:
            return None
        model = prediction.model
        payload = {
            "storage": storage_address(),
            "kind": prediction.kind,
            "model_key": model.files["joblib"]["key"],
            "model_sha256": model.files["joblib"]["sha256"],
            "schema": model.schema,
            "rows": prediction.rows,
            "input_key": prediction.input_key,
            "output_key": keys.prediction_file(prediction.id, prediction.token, "output"),
            "file_name": prediction.file_name or "",
            "mapping": prediction.mapping,
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Write it to the prediction."""
        return record_prediction_progress(claim=self.claim, fraction=fraction)

    def finish(self, values: dict[str, Any]) -> None:
        """Write the answer."""
        finish_prediction(claim=self.claim, values=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why there is no answer."""
        finish_prediction(claim=self.claim, failure=failure)
