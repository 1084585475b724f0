"""Folds: what they promise of any data, and that no version of anything changes them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)

from tasks.engine.errors import DataError, EngineError
from tasks.engine.folds.splitting import hash_split, split_rows
from tasks.engine.spec import Validation
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.sampling import examples

# Small data of which the hashes below are. They are never to change: see `drawn_folds`.
ROWS = 37
CLASSES = np.array(["abc"[(n * n) % 3] for n in range(ROWS)], dtype=object)
NUMBERS = np.array([n * 0.5 for n in range(ROWS)])
GROUPS = np.array([f"g{n % 7}" for n in range(ROWS)], dtype=object)
TIMES = np.array([(n * 11) % ROWS for n in range(ROWS)], dtype=float)
GOLDEN = {
    "kfold":
        "6b19ea6177712b89735458f4c1240ae79f42213aef46b91c70fc086db1c1e2d8",
    "kfold, another seed, repeated":
        "d92b55d571e9a0aa302cf681e9d9a653b9aeda6cc0f2ad65c997cdff08d84879",
    "stratified":
        "2cad5575db83f16f2ef9a40ad585fb331eb00c299e0c04cea1f0bf7b3ec55195",
    "stratified, another seed, repeated":
        "a43fa16d05f291debcaac459506c600623080e4f52934a2a76299d4fbde4e353",
    "group":
        "1098e4a2e5b17210219cf17c12e503a0381abd310a2a80e16141d268c1be7d2f",
    "group, another seed":
        "f6432f0a919ce702d091cb56b8b08a9b19ef3d608c1b15e42a4ed9de924ce8b4",
    "time":
        "e8cb2e92d5c5c924af534810350915e02cd3bb7f8cc424fa6060ed9b0760eb5d",
    "time with a gap":
        "d3336c2797b8e806952035ce9ec515bb7559f399a26c4c80445005f7f2d69a50",
    "holdout":
        "754fcd4351427a6f7136b85c6463d54f9cda48164bb0f23b5a261da7f92d9dfb",
    "holdout of classes":
        "d1ff40beca2bca0f5607537ef6adb5c06de47d323db57acdbdc2ce8b10266b79",
}  # fmt: skip


def split(scheme: str, task: str, seed: int = 0, **changes: Any) -> list[Any]:
    y = CLASSES if task == "classification" else NUMBERS
    order = {"group": GROUPS, "time": TIMES}.get(scheme)
    return split_rows(y, Validation(scheme, **changes), task, seed, order)


def hash_of(name: str) -> str:
    scheme, task, seed, changes = CASES[name]
    y = CLASSES if task == "classification" else NUMBERS
    return hash_split(split(scheme, task, seed, **changes), np.arange(ROWS), y)


CASES: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "kfold": ("kfold", "regression", 0, {}),
    "kfold, another seed, repeated": ("kfold", "regression", 7, {"folds": 4, "repeats": 3}),
    "stratified": ("stratified", "classification", 0, {}),
    "stratified, another seed, repeated": ("stratified", "classification", 2**32 - 1,
                                           {"folds": 3, "repeats": 2}),
    "group": ("group", "regression", 0, {}),
    "group, another seed": ("group", "classification", 3, {"folds": 2}),
    "time": ("time", "regression", 0, {}),
    "time with a gap": ("time", "classification", 0, {"folds": 3, "gap": 4}),
    "holdout": ("holdout", "regression", 0, {}),
    "holdout of classes": ("holdout", "classification", 5, {"test_size": 0.37}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_folds_are_those_of_every_version(name: str) -> None:
    assert hash_of(name) == GOLDEN[name]


@pytest.mark.parametrize("seed", [0, 1, 4_000_000_000])
def test_folds_are_those_that_scikit_learn_draws(seed: int) -> None:
    """If a later scikit-learn draws others, this comparison goes and the folds stay."""
    none = np.zeros(ROWS)
    lots: dict[str, Any] = {"random_state": seed}
    theirs = [
        ("kfold", "regression", RepeatedKFold(n_splits=4, n_repeats=2, **lots)),
        ("stratified", "classification", RepeatedStratifiedKFold(n_splits=4, n_repeats=2, **lots)),
        ("group", "regression", GroupKFold(4, shuffle=True, **lots)),
        ("holdout", "regression", ShuffleSplit(1, test_size=0.3, **lots)),
        ("holdout", "classification", StratifiedShuffleSplit(1, test_size=0.3, **lots)),
    ]
    for scheme, task, splitter in theirs:
        ours = split(scheme, task, seed, folds=4, repeats=2, test_size=0.3)
        groups = GROUPS if scheme == "group" else None
        for own, other in zip(ours, splitter.split(none, CLASSES, groups), strict=True):
            for part, its_part in zip(own, other, strict=True):
                np.testing.assert_array_equal(part, np.sort(its_part))
    by_time = TimeSeriesSplit(4, gap=2).split(none)
    ranks = np.argsort(TIMES)
    for own, other in zip(split("time", "regression", folds=4, gap=2), by_time, strict=True):
        for part, its_part in zip(own, other, strict=True):
            np.testing.assert_array_equal(part, np.sort(ranks[its_part]))


SCHEMES = ["kfold", "stratified", "group", "time", "holdout"]


@st.composite
def cases(draw: Any) -> dict[str, Any]:
    """Draw rows with classes, groups and times, some of them blank, and a way to split them."""
    validation = Validation(
        draw(st.sampled_from(SCHEMES)), draw(st.integers(2, 6)), draw(st.integers(1, 3)),
        test_size=draw(st.floats(0.05, 0.9)), gap=draw(st.integers(0, 3)),
    )  # fmt: skip
    n = draw(st.integers(2, 90))

    def column(cells: Any) -> list[Any]:
        found: list[Any] = draw(st.lists(cells, min_size=n, max_size=n))
        return found

    groups = np.array(column(st.sampled_from(["", *"stuvwxyz"])), object)
    times = np.array(column(st.one_of(st.integers(0, 20).map(float), st.just(np.nan))))
    return {
        "y": np.array(column(st.sampled_from("abc")), object), "validation": validation,
        "seed": draw(st.integers(0, 2**32 - 1)), "task": "classification",
        "order": {"group": groups, "time": times}.get(validation.scheme),
    }  # fmt: skip


@settings(deadline=None, max_examples=examples(150))
@given(case=cases())
def test_folds_keep_their_promises(case: dict[str, Any]) -> None:
    validation, scored = case["validation"], np.zeros(len(case["y"]), int)
    try:
        splits = split_rows(**case)
    except DataError:
        return
    assert len(splits) == validation.n_splits
    for (trained, tested), again in zip(splits, split_rows(**case), strict=True):
        np.testing.assert_array_equal(trained, again[0])
        np.testing.assert_array_equal(tested, again[1])
        assert len(trained)
        assert len(tested)
        assert not set(trained) & set(tested)
        scored[tested] += 1
        check_order(validation, case["order"], trained, tested)
    often = {"kfold": validation.repeats, "stratified": validation.repeats, "group": 1}
    if validation.scheme in often:
        assert set(scored) == {often[validation.scheme]}
    assert validation.scheme in often or set(scored) <= {0, 1}
    if validation.scheme == "stratified":
        check_shares(case["y"], splits)


def check_order(validation: Validation, order: Any, trained: Any, tested: Any) -> None:
    if validation.scheme == "group":
        assert not set(order[trained]) & set(order[tested])
    if validation.scheme == "time":
        places = np.empty(len(order), int)
        places[np.argsort(order, kind="stable")] = np.arange(len(order))
        assert places[trained].max() + validation.gap < places[tested].min()


def check_shares(y: np.ndarray, splits: list[Any]) -> None:
    for label in set(y):
        counts = [np.count_nonzero(y[tested] == label) for _, tested in splits]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scheme": "holdout", "test_size": 0.999}, "A hold-out part of 99.9% leaves none of 37"),
        ({"scheme": "time", "gap": 7}, "A gap of 7 rows leaves none of the 7 rows before"),
        ({"scheme": "kfold", "folds": 19}, "37 rows have a target; 19 folds need at least 38"),
        ({"scheme": "group", "folds": 8}, "has 7 groups; 8 folds"),
    ],
)
def test_folds_that_cannot_be_made_are_refused_in_words(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(DataError, match=words) as refusal:
        split(task="regression", **changes)
    assert refusal.value.hint


def test_rows_without_a_group_stay_together_and_are_told(tmp_path: Path) -> None:
    text = "shop,x,y\n" + "".join(
        f"{'' if n % 6 == 0 else f's{n % 6}'},{n % 7}.5,{n % 5}.25\n" for n in range(60)
    )
    spec, columns = make_spec(tmp_path, "y", "regression", "Ridge", text,
                              split={"scheme": "group", "group_column": "shop"})  # fmt: skip
    result = train(spec, columns)
    folds = result.out_of_fold.set_index("row")["fold"]
    assert folds[[n for n in range(60) if n % 6 == 0]].nunique() == 1
    assert [w["message"] for w in result.warnings if w["code"] == "GROUP_MISSING"] == [
        '10 rows have no "shop". They were kept together, as one group'
    ]


def test_why_folds_are_unusual_stands_among_the_warnings(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge",
                              split={"note": "3 folds, because"})  # fmt: skip
    assert {"code": "FOLDS_UNUSUAL", "message": "3 folds, because"} in train(
        spec, columns
    ).warnings


def test_tables_that_are_too_small_or_empty_are_refused_in_words(tmp_path: Path) -> None:
    blank = "x,y\n" + "".join(f"{n}.5,\n" for n in range(40))
    few = "x,y\n" + "".join(f"{'pq'[n // 3 % 2]},{'ab'[n % 2]}\n" for n in range(8))
    for text, chosen, code in ((blank, {}, "TARGET_EMPTY"),
                               (few, {"encode": "target"}, "TOO_FEW_ROWS_INSIDE")):  # fmt: skip
        spec, columns = make_spec(tmp_path, "y", "classification", "LogisticRegression", text,
                                  preprocessing=chosen, split={"folds": 2})  # fmt: skip
        with pytest.raises(EngineError) as refusal:
            train(spec, columns)
        assert refusal.value.code == code
        assert refusal.value.hint


def test_gap_before_a_test_part_is_part_of_the_hash() -> None:
    y = np.arange(30.0)
    hashes = {
        gap: hash_split(
            split_rows(y, Validation("time", folds=3, gap=gap), "regression", 0),
            np.arange(30), y, gap,
        )
        for gap in (0, 2, 4)
    }  # fmt: skip
    assert len(set(hashes.values())) == 3
