"""Baselines that jobs share: kept below their dataset, and never a reason to fail."""

import io
from pathlib import Path
from typing import Any

import pytest

from dashboard.storage import StorageFull, keys
from dashboard.storage.local import LocalStorage
from tasks.baseline_store import StoredBaselines

DIGEST = "ab" * 32
FOUND: dict[str, Any] = {"dummy": [{"r2": -0.1}], "linear": [], "note": "Too wide"}


def test_what_one_job_keeps_the_next_one_finds(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    assert StoredBaselines(storage, 7).find(DIGEST) is None
    StoredBaselines(storage, 7).keep(DIGEST, FOUND)
    StoredBaselines(storage, 7).keep(DIGEST, FOUND)  # another job, at the same moment
    assert StoredBaselines(storage, 7).find(DIGEST) == FOUND
    assert StoredBaselines(storage, 8).find(DIGEST) is None
    storage.delete_prefix(keys.dataset_prefix(7))
    assert StoredBaselines(storage, 7).find(DIGEST) is None


def test_what_cannot_be_read_or_written_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path)
    storage.write(keys.dataset_baselines(7, DIGEST), io.BytesIO(b"{"))
    assert StoredBaselines(storage, 7).find(DIGEST) is None

    def is_full(*_: object, **__: object) -> None:
        raise StorageFull("There is no room left")

    monkeypatch.setattr(storage, "write", is_full)
    StoredBaselines(storage, 7).keep(DIGEST, FOUND)
    assert StoredBaselines(storage, 7).find(DIGEST) is None
