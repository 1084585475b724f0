"""What the light worker does with a file, in this process."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.storage import keys, open_storage
from dashboard.storage.local import LocalStorage
from tasks import dataset_work, work

OF_THIS = (1, "ab" * 8, 1)


def payload_in(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "storage": {"url": (folder / "files").as_uri()}, "sample": "iris", "options": {},
        "file_name": "iris.csv", "original_key": keys.dataset_original(*OF_THIS[:2]),
        "table_key": keys.dataset_table(*OF_THIS), "rejects_key": keys.dataset_rejects(*OF_THIS),
        "profile_key": keys.dataset_profile(*OF_THIS), **more,
    }  # fmt: skip


def test_each_phase_of_a_reading_is_told_and_the_columns_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(",".join(f"{row}.{n}" for n in range(300)) for row in range(9))
    names = ",".join(f"c{n}" for n in range(300))
    payload = payload_in(tmp_path, sample="", is_hashed=True)
    original = tmp_path / "wide.csv"
    original.write_text(f"{names}\n{text}\n")
    open_storage(payload["storage"]["url"]).put_file(payload["original_key"], original)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(work, "EVERY_S", 0.0)
    dataset_work.read_dataset(payload, told.append)
    words = [event["message"] for event in told if event["type"] == "progress"]
    phases = [word.partition(",")[0] for word in words]
    assert list(dict.fromkeys(phases)) == [
        "Finding how the file is laid out", "Storing the last rows", "Looking at columns",
        "Comparing 300 columns and the rows", "Storing what was found",
    ]  # fmt: skip
    assert phases.count("Looking at columns") == 300
    assert "Looking at columns, 0 of 300 done" in words
    fractions = [event["fraction"] for event in told if event["type"] == "progress"]
    assert fractions == sorted(fractions)


def test_a_new_phase_is_told_at_once_and_the_rest_not_too_often() -> None:
    told: list[dict[str, Any]] = []
    report = work.report_to(told.append)
    for n in range(50):
        report(n / 100, f"Looking at columns, {n} of 50 done")
    report(0.9, "Comparing 50 columns and the rows")
    words = [event["message"] for event in told]
    assert (words[0], words[-1]) == (
        "Looking at columns, 0 of 50 done", "Comparing 50 columns and the rows",
    )  # fmt: skip
    assert len(words) < 50


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
    payload = payload_in(tmp_path)
    dataset_work.read_dataset(payload, lambda _event: None)
    with open_storage(payload["storage"]["url"]).local_copy(payload["table_key"]) as kept:
        size = kept.stat().st_size
    assert acts == [("told", size), ("looked at", size)]
