"""Folds are stored while the next one is fitted, and told of when they are stored."""

import contextlib
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.errors import Unavailable
from dashboard.storage.files import StoredFile
from dashboard.storage.local import LocalStorage
from tasks.engine.progress import FoldOutcome, FoldScore
from tasks.fold_keeping import FoldKeeper

LEASE = "abcdef0123456789"


class SlowStorage(LocalStorage):
    """A storage that has a file only when a test lets it, or never."""

    def __init__(self, root: Path, refuses: str = "") -> None:
        super().__init__(root)
        self.refuses, self.may_go_on = refuses, threading.Event()

    def put_file(self, key: str, path: Path) -> StoredFile:
        assert self.may_go_on.wait(10)
        if self.refuses:
            raise Unavailable(self.refuses)
        return super().put_file(key, path)


def outcome(fold: int) -> FoldOutcome:
    return FoldOutcome(FoldScore(fold, {"r2": 0.5}, 1.0, 8, 2), pd.DataFrame({"row": [fold]}))


def test_a_fold_is_told_of_when_it_is_stored_and_holds_up_nobody(tmp_path: Path) -> None:
    storage, told = SlowStorage(tmp_path), list[dict[str, Any]]()
    with FoldKeeper(7, LEASE, storage, told.append) as keeper:
        keeper.keep(outcome(1))
        assert told == []
        storage.may_go_on.set()
        keeper.keep(outcome(2))
    assert [event["fold"]["fold"] for event in told] == [1, 2]
    for event in told:
        with storage.local_copy(event["fold"]["key"]) as path:
            assert pd.read_parquet(path)["row"].tolist() == [event["fold"]["fold"]]


def test_what_is_told_of_a_fold_waits_until_it_is_stored(tmp_path: Path) -> None:
    storage, told = SlowStorage(tmp_path), list[dict[str, Any]]()
    with FoldKeeper(7, LEASE, storage, told.append) as keeper:
        keeper.tell({"text": "fold 1 begins"})
        keeper.keep(outcome(1))
        keeper.tell({"text": "fold 1 done"})
        keeper.tell({"text": "and what is said next"})
        assert told == [{"text": "fold 1 begins"}]
        storage.may_go_on.set()
    assert [event.get("text", "the fold") for event in told] == [
        "fold 1 begins", "the fold", "fold 1 done", "and what is said next",
    ]  # fmt: skip


def keep(storage: SlowStorage, folds: int, error: Exception | None = None) -> list[dict[str, Any]]:
    """Keep folds, in a block that an error may end; return what was told."""
    told: list[dict[str, Any]] = []
    storage.may_go_on.set()
    with (
        contextlib.suppress(ArithmeticError),
        FoldKeeper(7, LEASE, storage, told.append) as keeper,
    ):
        for fold in range(1, folds + 1):
            keeper.keep(outcome(fold))
        if error:
            raise error
    return told


@pytest.mark.parametrize("folds", [1, 2])
def test_a_fold_that_cannot_be_stored_ends_the_training(folds: int, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no room"):
        keep(SlowStorage(tmp_path, "there is no room left"), folds)


def test_what_ends_the_training_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of the second fold"):
        keep(SlowStorage(tmp_path, "no room"), 1, ValueError("of the second fold"))


def test_what_was_scored_before_the_training_ends_is_kept(tmp_path: Path) -> None:
    assert len(keep(SlowStorage(tmp_path), 1, ArithmeticError())) == 1
