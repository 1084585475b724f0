"""Baselines that jobs on the same data, target and folds share: one small file below the dataset.

Two children may score and write the same at once: both find the same. What cannot be kept, or was
deleted with its dataset meanwhile, is scored again by the next job.
"""

import io
import json
from typing import Any

from dashboard.errors import DomainError
from dashboard.storage import Storage, keys


class StoredBaselines:
    """Keeps baselines in the storage; `tasks.engine.scores.baselines.BaselineStore`."""

    def __init__(self, storage: Storage, dataset_id: int) -> None:
        self.storage, self.dataset_id = storage, dataset_id

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return what an earlier job kept; None where there is nothing, or nothing readable."""
        try:
            with self.storage.open(self._key(digest)) as stream:
                found: dict[str, Any] = json.load(stream)
        except (DomainError, OSError, ValueError):
            return None
        return found

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        """Write what was found. A job does not fail because there is no room for it."""
        text = io.BytesIO(json.dumps(found).encode())
        try:
            self.storage.write(self._key(digest), text)
        except (DomainError, OSError):
            return

    def _key(self, digest: str) -> str:
        return keys.dataset_baselines(self.dataset_id, digest)
