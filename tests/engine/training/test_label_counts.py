"""Metrics of predicted classes are scikit-learn's, whichever classes are there."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from tasks.engine.scores.metrics import score_labels

CODES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(CODES)
def test_metrics_of_classes_agree_with_scikit_learn(rows: list[tuple[int, int]]) -> None:
    y, labels = np.array(rows).T
    macro: dict[str, Any] = {"average": "macro", "zero_division": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one class alone
        expected = {
            "accuracy": sk.accuracy_score(y, labels),
            "balanced_accuracy": sk.recall_score(y, labels, labels=np.unique(y), **macro),
            "f1_macro": sk.f1_score(y, labels, **macro),
            "precision_macro": sk.precision_score(y, labels, **macro),
            "recall_macro": sk.recall_score(y, labels, **macro),
            "mcc": sk.matthews_corrcoef(y, labels),
        }
    assert score_labels(y, labels, None) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(CODES, st.integers(0, 5))
def test_metrics_of_one_class_agree_with_scikit_learn(
    rows: list[tuple[int, int]], positive: int
) -> None:
    y, labels = np.array(rows).T
    found = {n: v for n, v in score_labels(y, labels, positive).items() if np.isfinite(v)}
    truth, told = y == positive, labels == positive
    expected = {
        "f1": sk.f1_score(truth, told, zero_division=0),
        "precision": sk.precision_score(truth, told, zero_division=0),
        "recall": sk.recall_score(truth, told, zero_division=0),
    }
    there = expected if truth.any() else {}
    assert {n: v for n, v in found.items() if n in expected} == pytest.approx(there, rel=1e-12)


def test_no_count_of_a_great_table_runs_over() -> None:
    rows = np.random.default_rng(0).integers(0, 3, (2, 3_000_000))
    assert score_labels(*rows, None)["mcc"] == pytest.approx(sk.matthews_corrcoef(*rows), abs=1e-9)
