"""Folds that lack a class: what can be scored is scored, what cannot is said."""

from pathlib import Path

import numpy as np
import pytest

from tasks.engine.errors import DataError
from tasks.engine.estimators.catalogue import list_estimators
from tasks.engine.scores.evaluation import Predicted, align, score
from tasks.engine.scores.gaps import _unseen, find_gaps
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_every_estimator import fast_parameters

CLASSIFIERS = [entry.id for entry in list_estimators("classification")]


def rare_csv(common: str) -> str:
    """Return 90 rows in 9 groups; the class "rare" stands in three rows of one group."""
    rows = [f"{n % 7},{n * 3 % 11},g{n // 10},{common[n % len(common)]}" for n in range(90)]
    rows[40:43] = [f"{n},3,g4,rare" for n in (50, 51, 52)]
    return "x,z,group,y\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("names", "words"),
    [("a", "0 there"), ("ab", "there. 1 more class is like that"),
     ("abc", "there. 2 more classes are like that")],
)  # fmt: skip
def test_classes_that_no_fold_learned_are_counted(names: str, words: str) -> None:
    y = np.array(["z"] * 9 + list(names))
    assert _unseen(y, [(np.arange(9), np.arange(9, len(y)))]).endswith(words)


@pytest.mark.sampled(5)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_class_in_the_test_rows_alone_counts_as_impossible(estimator: str, tmp_path: Path) -> None:
    spec, columns = make_spec(
        tmp_path, "y", "classification", estimator, rare_csv("ab"), metric="accuracy",
        split={"scheme": "group", "group_column": "group"}, parameters=fast_parameters(estimator),
    )  # fmt: skip
    result = train(spec, columns)
    warnings = {w["code"]: w["message"] for w in result.warnings}
    assert 'Class "rare" has no training row in fold' in warnings["CLASS_UNSEEN"]
    assert result.score is not None
    rare = result.out_of_fold[result.out_of_fold["actual"] == "rare"]
    assert len(rare) == 3
    assert not (rare["prediction"] == "rare").any()
    if "probability_2" in rare:
        assert (rare["probability_2"] == 0).all()
        assert all(np.isfinite(fold.scores["log_loss"]) for fold in result.folds)  # type: ignore[arg-type]


def test_metric_of_one_class_only_is_missing_there_and_said(tmp_path: Path) -> None:
    text = "x,group,y\n" + "".join(
        f"{n % 7},g{n % 3},{'a' if n % 3 == 0 else 'ab'[n % 2]}\n" for n in range(90)
    )
    split = {"scheme": "group", "group_column": "group"}
    spec, columns = make_spec(
        tmp_path, "y", "classification", "GaussianNB", text, split=split, metric="accuracy"
    )
    result = train(spec, columns)
    alone = [fold.fold for fold in result.folds if "roc_auc" not in fold.scores]
    assert len(alone) == 1
    message = next(w["message"] for w in result.warnings if w["code"] == "METRIC_MISSING")
    assert message == (
        "ROC AUC, Average precision, F1, Precision and Recall cannot be worked out on fold "
        f'{alone[0]}: its test rows are all of class "a". Their means are over the other folds'
    )
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", text, split=split)
    with pytest.raises(DataError) as refusal:
        train(spec, columns)
    assert refusal.value.code == "METRIC_MISSING"
    assert f'on fold {alone[0]}: its test rows are all of class "a"' in refusal.value.message
    assert "another main metric" in refusal.value.hint


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_fold_with_nothing_to_learn_scores_or_says_so(estimator: str, tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{n % 7},{'a' if n < 45 else 'ab'[n % 2]}\n" for n in range(90))
    spec, columns = make_spec(
        tmp_path, "y", "classification", estimator, text, split={"scheme": "time"},
        metric="accuracy", parameters=fast_parameters(estimator),
    )  # fmt: skip
    refusal = None
    try:
        assert train(spec, columns).score is not None
    except DataError as problem:
        refusal = problem
    words = 'The training rows of fold 1 are all of class "a", so there is nothing to learn'
    assert refusal is None or refusal.message.startswith(words)


def test_unseen_class_has_a_probability_of_zero_in_every_score() -> None:
    y = np.array(["a", "b", "rare", "a"], dtype=object)
    known = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.7, 0.3]])
    said = align(Predicted(y, known), ["a", "b"], ["a", "b", "rare"])
    assert said.probabilities is not None
    np.testing.assert_array_equal(said.probabilities[:, 2], 0)
    found = score("classification", y, said, ["a", "b", "rare"])
    surprise = -np.log(np.finfo(float).eps)
    expected = (-np.log(0.9) - np.log(0.8) + surprise - np.log(0.7)) / 4
    assert found["log_loss"] == pytest.approx(expected, abs=1e-9)
    assert found["roc_auc"] == pytest.approx((1 + 1 + 0.5) / 3, abs=1e-9)


def test_zeros_and_single_rows_cost_the_metrics_that_they_break() -> None:
    y = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    rows = np.arange(5)
    splits = [(rows[1:], rows[:1]), (rows[:3], rows[3:])]
    found = find_gaps("regression", "rmse", y, splits)["METRIC_MISSING"]
    assert "R² cannot be worked out on fold 1: it has one test row only" in found
    assert "fold 1: one of its test rows has the target 0" in found
    with pytest.raises(DataError, match="R² cannot be worked out on fold 1"):
        find_gaps("regression", "r2", y, splits)
