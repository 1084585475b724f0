"""Nested validation: no search sees a row that scores it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tasks.engine.errors import DataError
from tasks.engine.folds.outer import split_nested
from tasks.engine.folds.splitting import split_rows
from tasks.engine.prepared import prepare
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_splitting import cases, check_order
from tests.sampling import examples


@settings(deadline=None, max_examples=examples(150))
@given(case=cases())
def test_no_outer_test_row_is_there_for_a_search(case: dict[str, Any]) -> None:
    validation, order = case["validation"], case["order"]
    try:
        outer = split_rows(**{**case, "validation": replace(validation, repeats=1)})
    except DataError:
        return
    assert validation.n_outer == len(outer)
    for fold, (train_rows, test_rows) in enumerate(outer, start=1):
        score = {**case, "validation": validation.for_score(fold)}
        rows, ((fitted, scored),) = split_nested(**score)
        assert score["validation"].n_splits == 1
        np.testing.assert_array_equal(rows[fitted], train_rows)
        np.testing.assert_array_equal(rows[scored], test_rows)
        search = {**case, "validation": validation.for_search(fold)}
        try:
            rows, splits = split_nested(**search)
        except DataError:  # of a small part, or one of one class
            continue
        np.testing.assert_array_equal(rows, train_rows)
        assert len(splits) == search["validation"].n_splits
        for inner_train, inner_test in splits:
            seen = {*rows[inner_train], *rows[inner_test]}
            assert not seen & set(test_rows)
            assert not set(inner_train) & set(inner_test)
            check_order(replace(validation, folds=len(outer)), order, rows[inner_train],
                        rows[inner_test])  # fmt: skip


@settings(deadline=None, max_examples=examples(100))
@given(case=cases())
def test_what_can_be_split_once_can_be_split_again(case: dict[str, Any]) -> None:
    """With one inner fold fewer, no class or group is too rare for it that was not before."""
    validation = case["validation"]
    if validation.folds < 3 or validation.scheme not in {"kfold", "stratified", "group"}:
        return
    try:
        outer = split_rows(**{**case, "validation": replace(validation, repeats=1)})
    except DataError:
        return
    for fold, (train_rows, _) in enumerate(outer, start=1):
        if len(set(case["y"][train_rows])) > 1:
            split_nested(**{**case, "validation": validation.for_search(fold)})


def nested(folder: Path, **changes: Any) -> tuple[TrainingSpec, dict[str, Any]]:
    return make_spec(folder, "y_class", "classification", "LogisticRegression", **changes)


@pytest.mark.parametrize("scheme", ["stratified", "group", "time", "holdout"])
def test_what_outer_test_rows_hold_changes_nothing_of_a_search(
    scheme: str, tmp_path: Path
) -> None:
    column = {"group": {"group_column": "shop"}, "time": {"time_column": "since"}}
    spec, columns = nested(tmp_path, split={"scheme": scheme, **column.get(scheme, {})})
    search = replace(spec, validation=spec.validation.for_search(2 if scheme != "holdout" else 1))
    score = spec.validation.for_score(2 if scheme != "holdout" else 1)
    whole = prepare(replace(spec, validation=score), columns, lambda *_: None)
    held_back = whole.rows[whole.splits[0][1]]
    first = train(search, columns, score_only=True)
    assert not set(first.out_of_fold["row"]) & set(held_back)

    # Whoever sees them now learns nonsense.
    spoiled = {name: np.array(cells, object) for name, cells in columns.items()}
    rng = np.random.default_rng(0)
    for name in spec.schema["features"]:
        if name not in {"shop", "since"}:
            spoiled[name][held_back] = rng.permutation(spoiled[name][held_back])
    spoiled["__line__"] = columns["__line__"]
    again = train(search, spoiled, score_only=True)
    assert again.score == first.score
    assert again.out_of_fold.equals(first.out_of_fold)
    assert again.split_hash == first.split_hash
    assert again.data_hash != first.data_hash


def test_the_best_is_fitted_on_outer_training_rows_and_scored_on_the_others(
    tmp_path: Path,
) -> None:
    spec, columns = nested(tmp_path)
    usual = train(spec, columns, score_only=True)
    found = [
        train(replace(spec, validation=spec.validation.for_score(fold)), columns, score_only=True)
        for fold in (1, 2, 3)
    ]
    # The same settings in each outer fold: then it is the usual cross-validation.
    scores = [one.folds[0].scores for one in found]
    assert scores == [fold.scores for fold in usual.folds]
    assert [one.score_std for one in found] == [None] * 3


def test_the_positive_class_is_that_of_all_rows(tmp_path: Path) -> None:
    """Of the outer training rows the other class may be the rarer one."""
    rows = [("a", n) for n in range(20)] + [("b", n) for n in range(21)]
    text = "x,y_class\n" + "".join(f"{n}.5,{label}\n" for label, n in rows)
    split = {"scheme": "time", "folds": 2}
    spec, columns = nested(tmp_path, text=text, split=split, metric="accuracy")
    search = replace(spec, validation=spec.validation.for_search(2))
    whole = prepare(spec, columns, lambda *_: None)
    part = prepare(search, columns, lambda *_: None)
    assert (len(part.y), part.n_without_target) == (28, 0)
    assert whole.positive == part.positive == "a"
