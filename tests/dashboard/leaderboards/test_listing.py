"""The list of leaderboards: what is told of the other groups, and how much is asked for it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import Dataset, User
from dashboard.extensions import db
from dashboard.leaderboards.listing import OTHERS_SHOWN, Entry, list_leaderboards
from tests.factories import make_dataset, make_succeeded_job

pytestmark = pytest.mark.both_databases


@pytest.fixture
def dataset(any_app: Flask, member: User) -> Dataset:
    return make_dataset(member)


def add(dataset: Dataset, split: str, **values: Any) -> int:
    return make_succeeded_job(dataset=dataset, split_hash=split * 64, **values).id


def read_entry() -> Entry:
    (entry,), _ = list_leaderboards()
    return entry


def count_statements() -> int:
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    list_leaderboards()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(said)


def test_many_boards_are_asked_for_as_few_are(dataset: Dataset, member: User) -> None:
    for _ in range(2):
        add(make_dataset(member), "a")
    list_leaderboards()
    few = count_statements()
    for _ in range(6):
        other = make_dataset(member)
        add(other, "a")
        add(other, "b", task="regression", target="income", metrics={"r2": {"mean": 0.5}})
    db.session.rollback()
    assert len(list_leaderboards()[0]) == 14
    assert count_statements() == few


def test_the_best_of_a_board_is_that_of_its_own_metric(dataset: Dataset) -> None:
    wanted = {add(dataset, "a", score=0.9), add(dataset, "b", target="other", score=0.7)}
    add(dataset, "a", score=0.8)
    both = {"r2": {"mean": 0.5}, "rmse": {"mean": 3.0}}
    wanted.add(add(dataset, "c", task="regression", metric="rmse", target="income", metrics=both))
    assert {entry.best.id for entry in list_leaderboards()[0]} == wanted


def test_the_best_of_the_others_is_always_shown(dataset: Dataset) -> None:
    best = add(dataset, "0", score=0.99, seed=7)
    for n in range(1, OTHERS_SHOWN + 3):
        for _ in range(2):
            add(dataset, f"{n}", score=0.6, seed=n)
    entry = read_entry()
    assert len(entry.others) == OTHERS_SHOWN
    assert entry.others[-1].score == 0.99
    assert entry.others[-1].words.endswith("seed 7")
    assert entry.n_others == OTHERS_SHOWN + 2
    assert entry.best.id != best


def test_groups_in_equal_words_are_told_apart(dataset: Dataset) -> None:
    plain = "v1, 5 folds, stratified, seed 0"
    for _ in range(3):
        add(dataset, "a", n_rows=100, n_columns=3)
    for _ in range(2):
        add(dataset, "b", n_rows=90, n_columns=3)
    assert [one.words for one in read_entry().others] == [f"{plain}, 90 rows"]
    add(dataset, "c", n_rows=90, n_columns=4)
    words = [one.words for one in read_entry().others]
    assert words == [f"{plain}, 90 rows, 3 columns", f"{plain}, 90 rows, 4 columns"]
    last = add(dataset, "d", n_rows=100, n_columns=3)
    add(dataset, "e", seed=1)
    words = [one.words for one in read_entry().others]
    assert f"{plain}, 100 rows, as job #{last}" in words
    assert "v1, 5 folds, stratified, seed 1" in words
