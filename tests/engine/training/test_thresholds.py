"""Thresholds: the cheapest one of all is found, and a model follows it, exported and anew."""

import dataclasses
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import confusion_matrix

from tasks.engine.errors import DataError
from tasks.engine.how import Borrowed
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.origin import Origin
from tasks.engine.model.verification import verify_bundle
from tasks.engine.scores.costs import Costs, Cut, find_cheapest, read_cuts
from tasks.engine.scores.thresholds import find_cuts
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.test_training import Listener

ORIGIN = Origin(1, "job", "table.csv", "ab" * 32, "2026-01-01T00:00:00Z")
scores = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5 + 1e-16, 0.75, 1.0]))
cost = st.one_of(st.floats(0, 100), st.floats(-20, 20), st.integers(0, 3).map(float))


def frame_of(rows: list[tuple[bool, float]], kind: str = "probability") -> pd.DataFrame:
    truth = ["yes" if is_so else "no" for is_so, _ in rows]
    rank = np.array([value for _, value in rows])
    other = 1 - rank if kind == "probability" else -rank
    return pd.DataFrame({"actual": truth, f"{kind}_0": other, f"{kind}_1": rank})


def count(rows: list[tuple[bool, float]], threshold: float) -> tuple[int, int]:
    told = [is_so for is_so, value in rows if value >= threshold]
    return sum(told), len(told) - sum(told)


@given(
    st.lists(st.tuples(st.booleans(), scores), min_size=2, max_size=40),
    st.builds(Costs, cost, cost, cost, cost),
)
def test_no_threshold_is_cheaper_than_the_one_that_is_found(
    rows: list[tuple[bool, float]], costs: Costs
) -> None:
    found = find_cuts(frame_of(rows), ["no", "yes"], "yes")
    if len({is_so for is_so, _ in rows}) < 2:
        assert found is None
        return
    assert found is not None
    cuts = list(read_cuts(found))
    for cut in cuts:  # the counts are those of the very threshold, as a model applies it
        assert (cut.true_positive, cut.false_positive) == count(rows, cut.threshold)
        assert 0 <= cut.threshold <= 1
        assert cut.n == len(rows)
    thresholds = [cut.threshold for cut in cuts]
    assert thresholds == sorted(thresholds, reverse=True)
    assert found["default"] in thresholds
    best = find_cheapest(cuts, costs, 0.5).cost(costs)
    for threshold in {0.0, 0.5, 1.0, *(value for _, value in rows)}:
        tp, fp = count(rows, threshold)
        other = Cut(threshold, tp, fp, found["positives"] - tp, found["negatives"] - fp)
        assert best <= other.cost(costs) + 1e-9


@pytest.mark.parametrize(("positive", "told"), [("yes", (1, 0)), ("no", (2, 1))])
def test_rows_between_two_classes_are_counted_as_the_model_tells_them(
    positive: str, told: tuple[int, int]
) -> None:
    """Of two equal probabilities a forest tells the class that comes first."""
    frame = frame_of([(True, 0.9), (True, 0.5), (False, 0.5), (False, 0.1)])
    frame["prediction"] = ["yes", "no", "no", "no"]
    found = find_cuts(frame, ["no", "yes"], positive)
    assert found is not None
    now = next(cut for cut in read_cuts(found) if cut.threshold == found["default"])
    assert (now.true_positive, now.false_positive) == told
    assert now.threshold == pytest.approx(0.5)


@given(st.lists(st.tuples(st.booleans(), st.floats(-1e6, 1e6)), min_size=2, max_size=30))
def test_margins_have_thresholds_too(rows: list[tuple[bool, float]]) -> None:
    found = find_cuts(frame_of(rows, "margin"), ["no", "yes"], "yes")
    if found is None:
        return
    assert found["default"] == 0
    cuts = list(read_cuts(found))
    assert (cuts[0].true_positive, cuts[0].false_positive) == (0, 0)
    for cut in cuts:
        assert (cut.true_positive, cut.false_positive) == count(rows, cut.threshold)


def test_many_rows_have_few_cuts() -> None:
    rng = np.random.default_rng(0)
    rank = rng.random(200_000)
    truth = np.where(rng.random(len(rank)) < rank, "yes", "no")
    frame = pd.DataFrame({"actual": truth, "probability_0": 1 - rank, "probability_1": rank})
    found = find_cuts(frame, ["no", "yes"], "yes")
    assert found is not None
    assert len(found["threshold"]) < 1000
    cuts = list(read_cuts(found))
    # Of honest probabilities the best threshold is the share of the cost that a false alarm has.
    assert find_cheapest(cuts, Costs(1, 4), 0.5).threshold == pytest.approx(0.2, abs=0.02)


def test_cut_of_no_row_has_no_precision() -> None:
    assert Cut(1.0, 0, 0, 3, 5).precision is None
    assert Cut(0.5, 2, 1, 1, 5).precision == pytest.approx(2 / 3)
    assert Cut(0.5, 2, 1, 1, 5).recall == pytest.approx(2 / 3)


def decided(spec: Any, threshold: float) -> Any:
    costs = {"false_positive": 1.0, "false_negative": 4.0}
    return dataclasses.replace(spec, threshold=threshold, costs=costs)


@pytest.mark.parametrize(
    ("estimator", "threshold"), [("GaussianNB", 0.8), ("LinearSVC", 0.7)],
)  # fmt: skip
def test_model_and_folds_follow_the_threshold(
    estimator: str, threshold: float, tmp_path: Path
) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", estimator, metric="accuracy")
    plain = train(spec, columns)
    result = train(decided(spec, threshold), columns)
    kind = "probability" if estimator == "GaussianNB" else "margin"
    told = np.where(result.out_of_fold[f"{kind}_0"] >= threshold, "high", "low")
    assert result.out_of_fold["prediction"].tolist() == told.tolist()
    assert plain.out_of_fold["prediction"].tolist() != told.tolist()
    counts = confusion_matrix(result.out_of_fold["actual"], told, labels=["high", "low"])
    assert result.charts["confusion"]["counts"] == counts.tolist()
    assert result.metrics["roc_auc"] == plain.metrics["roc_auc"]
    paths = write_artefacts(result, decided(spec, threshold), columns, ORIGIN, tmp_path)
    model = joblib.load(paths["joblib"])
    assert model[-1].threshold == threshold
    verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))
    with zipfile.ZipFile(paths["bundle"]) as archive:
        archive.extractall(tmp_path / "bundle")
    known = json.loads((tmp_path / "bundle" / "metadata.json").read_text())
    assert known["positive_class"] == "high"
    assert known["decision"]["threshold"] == threshold
    card = (tmp_path / "bundle" / "MODEL_CARD.md").read_text()
    assert f"is at least **{threshold:g}**" in card
    assert "false positive 1, false negative 4" in card


def test_bundle_trains_the_same_again(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    result = train(decided(spec, 0.8), columns)
    paths = write_artefacts(result, decided(spec, 0.8), columns, ORIGIN, tmp_path)
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(paths["bundle"]) as archive:
        archive.extractall(folder)
    (folder / "in.csv").write_text(mixed_csv())
    predict = ["predict.py", "in.csv", "-o"]
    again = [*predict, "2.csv", "--model", "retrained.joblib"]
    for script in (["train.py", "in.csv"], [*predict, "1.csv"], again):
        subprocess.run([sys.executable, *script], cwd=folder, check=True, capture_output=True)
    assert (folder / "1.csv").read_bytes() == (folder / "2.csv").read_bytes()


def test_folds_and_model_of_a_job_without_threshold_are_used_again(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    before = Listener()
    plain = train(spec, columns, before)
    borrowed = Borrowed({o.score.fold: o for o in before.outcomes}, plain.model)
    after = Listener()
    quick = train(decided(spec, 0.8), columns, after, borrowed=borrowed)
    anew = train(decided(spec, 0.8), columns)
    assert len(after.outcomes) == 3
    assert [f.scores for f in quick.folds] == [f.scores for f in anew.folds]
    pd.testing.assert_frame_equal(quick.out_of_fold, anew.out_of_fold)
    assert quick.charts == anew.charts
    assert [f.fit_seconds for f in quick.folds] == [f.fit_seconds for f in plain.folds]
    assert quick.model[-1].estimator_ is plain.model[-1]


def test_wrapper_is_in_the_state_that_its_own_fit_leaves_it_in(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    model = train(decided(spec, 0.8), columns).model
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    fitted = clone(model[-1]).fit(X, np.array(["high", "low", "low", "high"], dtype=object))
    assert vars(model[-1]).keys() == vars(fitted).keys()
    assert vars(model[-1].estimator).keys() == vars(fitted.estimator).keys()


@pytest.mark.parametrize(
    ("estimator", "threshold", "words"),
    [
        ("GaussianNB", 1.5, "gives probabilities, and the threshold 1.5 is none"),
        ("VotingClassifier", 0.5, "neither probabilities nor a decision function"),
    ],
)
def test_threshold_that_nothing_can_be_held_against_is_refused(
    estimator: str, threshold: float, words: str, tmp_path: Path
) -> None:
    chosen = {"estimators": ["GaussianNB", "RidgeClassifier"], "voting": "hard"}
    parameters = chosen if estimator == "VotingClassifier" else {}
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", estimator, metric="accuracy", parameters=parameters
    )
    with pytest.raises(DataError, match=words):
        train(decided(spec, threshold), columns)
