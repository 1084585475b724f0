"""What the light worker does with a file, in this process."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.storage import keys, open_storage
from dashboard.storage.local import LocalStorage
from tasks import dataset_work

OF_THIS = (1, "ab" * 8, 1)


def test_the_storage_is_told_of_a_table_before_its_columns_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[tuple[str, int]] = []
    profile_table = dataset_work.profile_table

    def announce(_storage: LocalStorage, path: Path) -> None:
        acts.append(("told", path.stat().st_size))

    def look(table: Path, *given: Any, **options: Any) -> Any:
        acts.append(("looked at", table.stat().st_size))
        return profile_table(table, *given, **options)

    monkeypatch.setattr(LocalStorage, "announce", announce)
    monkeypatch.setattr(dataset_work, "profile_table", look)
    address, table = (tmp_path / "files").as_uri(), keys.dataset_table(*OF_THIS)
    payload = {
        "storage": {"url": address}, "sample": "iris", "file_name": "iris.csv", "options": {},
        "original_key": keys.dataset_original(*OF_THIS[:2]), "table_key": table,
        "rejects_key": keys.dataset_rejects(*OF_THIS),
        "profile_key": keys.dataset_profile(*OF_THIS),
    }  # fmt: skip
    dataset_work.read_dataset(payload, lambda _event: None)
    with open_storage(address).local_copy(table) as kept:
        size = kept.stat().st_size
    assert acts == [("told", size), ("looked at", size)]
