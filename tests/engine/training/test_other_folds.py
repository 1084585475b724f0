"""What is proposed where folds cannot be made or scored: it trains, or nothing is proposed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.jobs.changing.changed import say_change
from tasks.engine.errors import EngineError
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

RANDOM = "3141592653589793238462643383279502884197169399375105820974944592"
TWO, THREE = {"b": 2}, {"b": 1, "c": 12}
CLASSES = "classification"


def table(n: int, rare: dict[str, int] | None = None, *, sort: bool = False) -> str:
    """Return rows of the class a, but for some that are spread over them, or come last."""
    others = "".join(label * count for label, count in (rare or {}).items())
    labels = ["a"] * (n - len(others)) + list(others)
    order = range(n) if sort else sorted(range(n), key=lambda k: (k * 7 % n, k))
    rows = (f"{int(RANDOM[k % 60]) / 2},{'pqrs'[k % 4]},{labels[i]}" for k, i in enumerate(order))
    return "x,g,y\n" + "\n".join(rows) + "\n"


def numbers(n: int) -> str:
    return "x,y\n" + "".join(f"{RANDOM[k]}.5,{k * k % 7}.25\n" for k in range(n))


def change_of(spec: TrainingSpec, change: dict[str, Any]) -> TrainingSpec:
    """Return a request with a change, as the dashboard makes it."""
    split = replace(spec.validation, **change.get("validation", {}))
    return replace(spec, validation=split, metric=change.get("metric", spec.metric))


def refuse(
    folder: Path, text: str, task: str, **how: Any
) -> tuple[EngineError, TrainingSpec, Any]:
    estimator = "LogisticRegression" if task == CLASSES else "Ridge"
    spec, columns = make_spec(folder, "y", task, how.pop("estimator", estimator), text, **how)
    with pytest.raises(EngineError) as refusal:
        train(spec, columns)
    return refusal.value, spec, columns


FIVE = {"scheme": "kfold", "folds": 5}
BY_GROUP = {"scheme": "group", "group_column": "g", "folds": 5}


@pytest.mark.parametrize(
    ("text", "task", "how", "told"),
    [
        (table(40, TWO), CLASSES, {"split": {"folds": 5}}, ("TARGET_RARE_CLASS",
         {"validation": {"folds": 2}}, "Use 2 folds")),
        (table(40, THREE), CLASSES, {"split": {"folds": 5}}, ("TARGET_RARE_CLASS",
         {"validation": {"scheme": "kfold", "folds": 5}}, "Use 5 folds that are not stratified")),
        (table(40, TWO), CLASSES, {"split": FIVE}, ("METRIC_MISSING",
         {"validation": {"scheme": "stratified", "folds": 2}}, "Use 2 stratified folds")),
        (numbers(7), "regression", {"split": FIVE}, ("TOO_FEW_ROWS",
         {"validation": {"folds": 3}}, "Use 3 folds")),
        (numbers(4), "regression", {"split": FIVE}, ("TOO_FEW_ROWS",
         {"validation": {"folds": 2}}, "Use 2 folds")),
        (table(40, {"b": 20}), CLASSES, {"split": BY_GROUP}, ("TOO_FEW_GROUPS",
         {"validation": {"folds": 4}}, "Use 4 folds")),
        (table(60, THREE), CLASSES, {"split": FIVE, "metric": "f1"}, ("METRIC_MISSING",
         {"metric": "f1_macro"}, "Judge by F1, macro")),
        ("x,y\n" + "".join(f"{RANDOM[k]}.5,{k % 9}.0\n" for k in range(50)), "regression",
         {"split": FIVE, "metric": "mape"}, ("METRIC_MISSING",
         {"metric": "mae"}, "Judge by Mean absolute error")),
    ],
)  # fmt: skip
def test_a_proposed_change_trains(
    text: str, task: str, how: dict[str, Any], told: tuple[str, Any, str], tmp_path: Path
) -> None:
    code, change, said = told
    refused, spec, columns = refuse(tmp_path, text, task, **how)
    assert (refused.code, refused.change) == (code, change)
    assert say_change(refused.change) == said
    if "validation" in change:
        assert refused.hint.startswith(f"{said}, or ")
    assert train(change_of(spec, refused.change), columns).score is not None


@pytest.mark.parametrize(
    ("text", "task", "how", "told"),
    [
        (table(2, {"b": 1}), CLASSES, {}, ("TOO_FEW_ROWS", "Upload more rows")),
        (table(3, {"b": 1}), CLASSES, {"split": {"folds": 2}}, ("TOO_FEW_ROWS",
         "Upload more rows")),
        (numbers(3), "regression", {}, ("TOO_FEW_ROWS", "Upload more rows")),
        (numbers(3), "regression", {"split": {"scheme": "holdout"}}, ("TOO_FEW_ROWS",
         "Upload more rows")),
        (table(40, {"b": 1}), CLASSES, {}, ("TARGET_RARE_CLASS",
         'Upload more rows of class "b", which has 1 row, or choose another target')),
        (table(40, {"b": 1}), CLASSES, {"split": FIVE}, ("METRIC_MISSING",
         'Upload more rows of class "b", which has 1 row, or choose another target')),
        (table(40, {"b": 1}), CLASSES, {"split": FIVE, "metric": "accuracy"}, ("FOLD_ONE_CLASS",
         'Upload more rows of class "b", which has 1 row, or choose another target')),
        (table(40, {"b": 12}, sort=True), CLASSES, {"split": {"scheme": "time"}},
         ("METRIC_MISSING", "Use another way to split, such as stratified folds")),
    ],
)  # fmt: skip
def test_nothing_is_proposed_where_no_folds_help(
    text: str, task: str, how: dict[str, Any], told: tuple[str, str], tmp_path: Path
) -> None:
    code, hint = told
    refused, _, _ = refuse(tmp_path, text, task, **how)
    assert (refused.code, refused.hint, refused.change) == (code, hint, {})
    if how.get("split") == {"scheme": "holdout"}:
        assert refused.message == "3 rows have a target; a hold-out part needs at least 4"


@pytest.mark.parametrize(
    "estimator", ["LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"]
)
def test_too_few_rows_of_a_class_are_told_with_an_estimator_that_takes_them(
    estimator: str, tmp_path: Path
) -> None:
    how: dict[str, Any] = {"estimator": estimator, "split": {"folds": 2}}
    refused, spec, columns = refuse(tmp_path, table(5, {"b": 2}), CLASSES, **how)
    assert refused.code == "TOO_FEW_ROWS_OF_CLASSES"
    other = replace(spec, estimator=refused.change["estimator"], parameters={})
    assert train(other, columns).score is not None
