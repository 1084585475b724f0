"""Every metric against scikit-learn called by hand, over folds; and what each one means."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from tasks.engine.errors import DataError
from tasks.engine.estimators.catalogue import METRICS, get_estimator
from tasks.engine.scores.evaluation import Predicted, score
from tasks.engine.scores.metrics import calibration_error
from tasks.engine.scores.positive import choose_positive
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv

ByHand = Callable[[pd.DataFrame], dict[str, Any]]
EXACT = {"rel": 0, "abs": 1e-12}


def calibration_by_hand(truth: np.ndarray, told: np.ndarray) -> float:
    """Return the expected calibration error of one probability, bin by bin."""
    found = 0.0
    for n in range(15):
        upper = told <= 1 if n == 14 else told < (n + 1) / 15
        inside = (told >= n / 15) & upper
        if inside.any():
            found += inside.mean() * abs(told[inside].mean() - truth[inside].mean())
    return found


def binary_by_hand(fold: pd.DataFrame, classes: list[str], positive: str) -> dict[str, Any]:
    y, told = fold["actual"], fold["prediction"]
    p = fold[f"probability_{classes.index(positive)}"].to_numpy()
    both = fold[["probability_0", "probability_1"]].to_numpy()
    return macro_by_hand(y, told) | {
        "roc_auc": sk.roc_auc_score(y == positive, p),
        "average_precision": sk.average_precision_score(y, p, pos_label=positive),
        "f1": sk.f1_score(y, told, pos_label=positive),
        "precision": sk.precision_score(y, told, pos_label=positive),
        "recall": sk.recall_score(y, told, pos_label=positive),
        "log_loss": sk.log_loss(y, both, labels=classes),
        "brier": sk.brier_score_loss(y, p, pos_label=positive),
        "calibration_error": calibration_by_hand((y == positive).to_numpy(), p),
    }


def macro_by_hand(y: pd.Series, told: pd.Series) -> dict[str, Any]:
    return {
        "accuracy": sk.accuracy_score(y, told),
        "balanced_accuracy": sk.balanced_accuracy_score(y, told),
        "f1_macro": sk.f1_score(y, told, average="macro"),
        "precision_macro": sk.precision_score(y, told, average="macro", zero_division=0),
        "recall_macro": sk.recall_score(y, told, average="macro"),
        "mcc": sk.matthews_corrcoef(y, told),
    }


def many_by_hand(fold: pd.DataFrame, classes: list[str]) -> dict[str, Any]:
    y, told = fold["actual"], fold["prediction"]
    p = fold[[f"probability_{n}" for n in range(len(classes))]].to_numpy()
    one_hot = np.array([[name == c for c in classes] for name in y])
    best = p.argmax(axis=1)
    return macro_by_hand(y, told) | {
        "roc_auc": sk.roc_auc_score(y, p, multi_class="ovr", average="macro", labels=classes),
        "average_precision": sk.average_precision_score(one_hot, p, average="macro"),
        "log_loss": sk.log_loss(y, p, labels=classes),
        "brier": sk.brier_score_loss(y, p, labels=classes),
        "calibration_error": calibration_by_hand(
            np.array(classes)[best] == y.to_numpy(), p.max(axis=1)
        ),
    }


def numbers_by_hand(fold: pd.DataFrame) -> dict[str, Any]:
    y, told = fold["actual"], fold["prediction"]
    return {
        "r2": sk.r2_score(y, told),
        "rmse": sk.root_mean_squared_error(y, told),
        "mae": sk.mean_absolute_error(y, told),
        "median_ae": sk.median_absolute_error(y, told),
        "mape": sk.mean_absolute_percentage_error(y, told),
        "pinball_10": sk.mean_pinball_loss(y, told, alpha=0.1),
        "pinball_50": sk.mean_pinball_loss(y, told, alpha=0.5),
        "pinball_90": sk.mean_pinball_loss(y, told, alpha=0.9),
        "max_error": sk.max_error(y, told),
    }


def three_classes() -> str:
    lines = mixed_csv().splitlines()
    rows = [line.rsplit(",", 2)[0] + f",c{n % 3 if n % 4 else 0},0" for n, line in
            enumerate(lines[1:])]  # fmt: skip
    return "\n".join([lines[0], *rows]) + "\n"


def two(fold: pd.DataFrame) -> dict[str, Any]:
    return binary_by_hand(fold, ["high", "low"], "high")


def three(fold: pd.DataFrame) -> dict[str, Any]:
    return many_by_hand(fold, ["c0", "c1", "c2"])


@pytest.mark.parametrize(
    ("estimator", "text", "by_hand"),
    [("GaussianNB", None, two), ("GaussianNB", three_classes(), three),
     ("Ridge", None, numbers_by_hand)],
    ids=["two classes", "three classes", "numbers"],
)  # fmt: skip
def test_every_metric_agrees_with_scikit_learn_over_folds(
    estimator: str, text: str | None, by_hand: ByHand, tmp_path: Path
) -> None:
    task = get_estimator(estimator).task
    target = "y_class" if task == "classification" else "y_number"
    spec, columns = make_spec(tmp_path, target, task, estimator, text)
    result = train(spec, columns)
    expected = [by_hand(fold) for _, fold in result.out_of_fold.groupby("fold")]
    for found, wanted in zip(result.folds, expected, strict=True):
        assert found.scores == pytest.approx(wanted, **EXACT)
    known = {m.name for m in METRICS[task] if not m.two_only or result.details["positive_class"]}
    assert set(result.metrics) == known
    for name, found in result.metrics.items():
        values = [fold[name] for fold in expected]
        assert found["mean"] == pytest.approx(np.mean(values), **EXACT)
        assert found["std"] == pytest.approx(np.std(values, ddof=1), **EXACT)


@pytest.mark.parametrize(
    ("y", "positive"),
    [
        (["no"] * 3 + ["yes"] * 7, "yes"),
        (["0"] * 3 + ["1"] * 7, "1"),
        (["FALSE"] * 3 + ["TRUE"] * 7, "TRUE"),
        (["churned"] * 3 + ["stayed"] * 7, "churned"),
        (["stayed"] * 3 + ["left"] * 7, "stayed"),
        (["a", "b"], "b"),
        (["a", "b", "c"], None),
        (["1"] * 7 + ["2"] * 3, "2"),
        (["1.0"] * 3 + ["2.0"] * 7, "1.0"),
        (["-1"] * 3 + ["1"] * 7, "1"),
        ([1] * 7 + [2] * 3, 2),
        ([0] * 3 + [1] * 7, 1),
        (["t"] * 7 + ["f"] * 3, "t"),
        ([False, True, True], True),
    ],
)
def test_positive_class_says_yes_or_is_the_rarer_one(y: list[Any], positive: Any) -> None:
    assert choose_positive(Counter(y)) == positive


def test_metrics_of_the_positive_class_are_about_it() -> None:
    y = np.array(["left", "stayed", "stayed", "left"], dtype=object)
    told = np.array(["left", "stayed", "left", "stayed"], dtype=object)
    one = score("classification", y, Predicted(told), ["left", "stayed"], "left")
    assert (one["precision"], one["recall"], one["f1"]) == (0.5, 0.5, 0.5)
    without = score("classification", y[1:3], Predicted(told[1:3]), ["left", "stayed"], "left")
    assert not {"precision", "recall", "f1"} & set(without)


def test_calibration_error_is_the_distance_from_what_happens() -> None:
    y = np.array([1, 0, 0, 0, 1])
    told = np.array([0.2, 0.2, 0.2, 0.2, 1.0])
    both = np.column_stack([1 - told, told])
    # Four rows are told 0.2 and one of them is so: 0.05 off. One is told 1, and is so.
    assert calibration_error(y, both, 1) == pytest.approx(0.8 * 0.05, **EXACT)


def test_metric_for_two_classes_is_refused_for_three(tmp_path: Path) -> None:
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", "GaussianNB", three_classes(), metric="f1"
    )
    with pytest.raises(DataError, match="F1 is for two classes; the target has 3") as refusal:
        train(spec, columns)
    assert refusal.value.hint == "Choose another main metric, such as F1, macro"
