"""Each kind of chore: what the child is given, and what is written when it ends."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from dashboard.chores.service import FETCH, ChoreClaim, beat
from dashboard.datasets.comparing import finish_difference
from dashboard.datasets.discarding import drop_unwanted
from dashboard.datasets.reading import (
    Reading,
    fail_reading,
    finish_fetch,
    finish_reading,
    record_reading,
)
from dashboard.datasets.relations import finish_relation
from dashboard.db import Dataset, Difference, Model, Prediction, Relation
from dashboard.extensions import db
from dashboard.models.verification import record_verification
from dashboard.predictions.execution import finish_prediction, record_prediction_progress
from dashboard.storage import keys
from tasks.payload import fetch_payload, storage_address


class ChoreKind(ABC):
    """One chore that is being done."""

    work: ClassVar[str]

    def __init__(self, claim: ChoreClaim) -> None:
        self.claim = claim

    @abstractmethod
    def payload(self) -> dict[str, Any] | None:
        """Return what the child needs; None when the subject is gone."""

    @abstractmethod
    def progress(self, fraction: float, message: str) -> bool:
        """Write how far it is; False when it is no longer wanted."""

    @abstractmethod
    def finish(self, values: dict[str, Any]) -> None:
        """Write what came of it."""

    @abstractmethod
    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write that nothing came of it, and why."""

    def clean_up(self) -> None:
        """Delete what its child wrote that nobody wants any more; the child is gone by then."""
        return  # most write nothing before they are asked to finish


class OfAFile(ChoreKind):
    """Something that is done with a dataset's file, for one reading of it."""

    reading: Reading | None = None  # known when the payload was made

    def payload(self) -> dict[str, Any] | None:
        """Return what the child needs; None also when it was done by a chore before this one."""
        dataset = db.session.get(Dataset, self.claim.subject_id)
        if dataset is None or dataset.state != "reading":
            return None
        self.reading = Reading(dataset.token, dataset.reading)
        payload = {"storage": storage_address(), **self.needs(dataset)}
        db.session.rollback()
        return payload

    @abstractmethod
    def needs(self, dataset: Dataset) -> dict[str, Any]:
        """Return where the file is, or is to be, and what is to be done with it."""

    def progress(self, fraction: float, message: str) -> bool:
        """Write it to the dataset."""
        return record_reading(
            claim=self.claim, reading=self.reading, progress=fraction, message=message
        )

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Refuse the file."""
        fail_reading(claim=self.claim, reading=self.reading, failure=failure)

    def clean_up(self) -> None:
        """Delete what was written of a file that was discarded meanwhile, or is read anew."""
        if self.reading is not None:
            token, number = self.reading
            drop_unwanted(dataset_id=self.claim.subject_id, token=token, reading=number)


class FetchFile(OfAFile):
    """Fetch a file from an address; then it is read."""

    work = "fetch_file"

    def needs(self, dataset: Dataset) -> dict[str, Any]:
        """Return what is fetched, and where to."""
        original = keys.dataset_original(dataset.id, dataset.token)
        return {"fetch": fetch_payload(dataset), "original_key": original}

    def finish(self, values: dict[str, Any]) -> None:
        """Write where it lies, and ask for its reading."""
        finish_fetch(claim=self.claim, reading=self.reading, values=values)


class ReadDataset(OfAFile):
    """Read an uploaded file; or write a sample and read that."""

    work = "read_dataset"

    def needs(self, dataset: Dataset) -> dict[str, Any]:
        """Return where the file is and what the person decided about it."""
        of_this = dataset.id, dataset.token, dataset.reading
        return {
            "sample": dataset.sample,
            "original_key": dataset.original_key or keys.dataset_original(*of_this[:2]),
            "table_key": keys.dataset_table(*of_this),
            "rejects_key": keys.dataset_rejects(*of_this),
            "profile_key": keys.dataset_profile(*of_this),
            "file_name": dataset.file_name,
            "options": dataset.options,
            # A file that came in parts was not hashed on its way.
            "is_hashed": dataset.sha256 is not None,
        }

    def finish(self, values: dict[str, Any]) -> None:
        """Write the table's profile, or why the file is refused."""
        finish_reading(claim=self.claim, reading=self.reading, values=values)


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
            "schema": model.schema,
            "rows": prediction.rows,
            "input_key": prediction.input_key,
            "output_key": keys.prediction_file(prediction.id, prediction.token, "output"),
            "file_name": prediction.file_name or "",
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


class CompareVersions(ChoreKind):
    """Compare two versions of a dataset."""

    work = "compare_versions"

    def payload(self) -> dict[str, Any] | None:
        """Return where both tables and profiles are."""
        difference = db.session.get(Difference, self.claim.subject_id)
        if difference is None:
            return None
        sides = [
            db.session.get_one(Dataset, dataset_id)
            for dataset_id in (difference.from_id, difference.to_id)
        ]
        names = ("table_key", "profile_key", "columns")
        before, after = (
            {"name": side.label} | {name: getattr(side, name) for name in names} for side in sides
        )
        db.session.rollback()
        return {"storage": storage_address(), "before": before, "after": after}

    def progress(self, fraction: float, message: str) -> bool:
        """Write a heartbeat; how far it is shows nowhere."""
        return beat(claim=self.claim)

    def finish(self, values: dict[str, Any]) -> None:
        """Write in what they differ."""
        finish_difference(claim=self.claim, answer=values.get("answer"))

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why they could not be compared."""
        finish_difference(claim=self.claim, failure=failure)


class RelateTarget(ChoreKind):
    """Measure how every column of a dataset relates to one of them."""

    work = "relate_target"

    def payload(self) -> dict[str, Any] | None:
        """Return where the table is, and the target."""
        relation = db.session.get(Relation, self.claim.subject_id)
        if relation is None:
            return None
        dataset = db.session.get_one(Dataset, relation.dataset_id)
        payload = {
            "storage": storage_address(),
            "table_key": dataset.table_key,
            "dataset": dataset.name,
            "columns": dataset.columns,
            "dialect": dataset.dialect,
            "target": relation.target,
        }
        db.session.rollback()
        return payload

    def progress(self, fraction: float, message: str) -> bool:
        """Go on: there is nothing to write."""
        return True

    def finish(self, values: dict[str, Any]) -> None:
        """Write the answer."""
        finish_relation(claim=self.claim, values=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why there is no answer."""
        finish_relation(claim=self.claim, failure=failure)


KINDS: dict[str, type[ChoreKind]] = {
    FETCH: FetchFile,
    "read_dataset": ReadDataset,
    "verify_model": VerifyModel,
    "predict": Predict,
    "compare_versions": CompareVersions,
    "relate_target": RelateTarget,
}
