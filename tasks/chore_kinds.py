"""Each kind of chore by its name; those about datasets are here."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from dashboard.chores.service import CHECK, CONVERT, DELIVER, FETCH, READS, beat
from dashboard.datasets.look.relations import finish_relation
from dashboard.datasets.reading import (
    Reading,
    fail_reading,
    finish_fetch,
    finish_reading,
    record_reading,
)
from dashboard.datasets.upload.discarding import drop_unwanted
from dashboard.datasets.version.comparing import finish_difference
from dashboard.db import Dataset, Difference, Relation
from dashboard.extensions import db
from dashboard.storage import keys
from tasks.chore_kind import ChoreKind
from tasks.delivering import Deliver
from tasks.explain_kinds import EXPLAIN_KINDS
from tasks.model_chores import ConvertModel, MatchFile, Predict, VerifyModel
from tasks.payload import fetch_payload, storage_address
from tasks.preflight_chore import CheckRequest


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
    **dict.fromkeys(READS, ReadDataset),
    "verify_model": VerifyModel,
    CONVERT: ConvertModel,
    "match_file": MatchFile,
    "predict": Predict,
    "compare_versions": CompareVersions,
    "relate_target": RelateTarget,
    **EXPLAIN_KINDS,
    CHECK: CheckRequest,
    DELIVER: Deliver,
}
