"""Training: what is refused, resumed, kept."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.engine.errors import DataError
from tasks.engine.fit_progress import curves, telling
from tasks.engine.fit_progress.curves import Curve
from tasks.engine.folds import one_fold
from tasks.engine.progress import FoldOutcome
from tasks.engine.training import train
from tests.engine.fit_progress.test_fitting import bytes_of
from tests.engine.tables import make_spec, mixed_csv


class Listener:
    """Keeps what training tells."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.outcomes: list[FoldOutcome] = []
        self.lines: list[str] = []
        self.codes: list[str] = []
        self.told: list[tuple[str, float | None]] = []
        self.fitted: list[tuple[int, Curve | None]] = []

    def stage(self, stage: str, fraction: float, message: str, part: float | None = None) -> None:
        self.fractions.append(fraction)
        self.told.append((message, part))

    def log(self, text: str, level: str = "info") -> None:
        self.lines.append(text)

    def fitting(self, fold: int, curve: Curve | None = None) -> None:
        self.fitted.append((fold, curve))

    def fold_done(self, outcome: FoldOutcome) -> None:
        self.outcomes.append(outcome)

    def warn(self, code: str, message: str, change: object = None) -> None:
        self.codes.append(code)


def test_progress_never_goes_backwards(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    listener = Listener()
    train(spec, columns, listener)
    assert listener.fractions == sorted(listener.fractions)
    assert [o.score.fold for o in listener.outcomes] == [1, 2, 3]


@pytest.mark.parametrize(("stops_early", "words"), [(False, ""), (True, "at most ")])
def test_progress_moves_within_each_fit(
    stops_early: bool, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "EVERY_S", 0.0)
    chosen = {"n_iter_no_change": 9 if stops_early else None, "n_estimators": 20}
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", "GradientBoostingClassifier", parameters=chosen
    )
    listener = Listener()
    train(spec, columns, listener)
    told = dict(listener.told)
    part = None if stops_early else 0.35
    assert told[f"Fitting fold 2 of 3, 7 of {words}20 rounds"] == part
    assert told[f"Fitting on all 120 rows, 7 of {words}20 rounds"] == part
    assert listener.fractions == sorted(listener.fractions)


@pytest.mark.parametrize(
    ("estimator", "rounds", "threshold"),
    [("GradientBoostingClassifier", "n_estimators", 0.3),
     ("HistGradientBoostingClassifier", "max_iter", None),
     ("RandomForestClassifier", "n_estimators", None)],
)  # fmt: skip
def test_scores_by_round_end_with_the_score_of_the_fold_and_change_nothing(
    estimator: str, rounds: str, threshold: float | None, tmp_path: Path, monkeypatch: Any
) -> None:
    asked = {"metric": "f1", "threshold": threshold, "parameters": {rounds: 30}}
    spec, columns = make_spec(tmp_path, "y_class", "classification", estimator, **asked)
    plain = Listener()
    unseen = train(spec, columns, plain)
    assert [outcome.curve for outcome in plain.outcomes] == [None] * 3  # over in a moment
    monkeypatch.setattr(telling, "EVERY_S", 0.0005)
    monkeypatch.setattr(curves, "SHARE", 1e9)
    listener = Listener()
    seen = train(spec, columns, listener)
    assert seen.metrics == unseen.metrics
    assert bytes_of(seen.model) == bytes_of(unseen.model)
    told = {fold for fold, curve in listener.fitted if curve}
    assert {fold for fold, _ in listener.fitted} == {1, 2, 3}
    for outcome in listener.outcomes:
        if outcome.score.fold in told:
            curve = outcome.curve
            assert curve is not None
            assert curve.measure == "f1"
            assert curve.points[-1][1] == outcome.score.scores["f1"]
            assert all(0 <= score <= 1 for _, score in curve.points)
    assert told


def test_scored_folds_are_not_fitted_again_and_change_nothing(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    listener = Listener()
    whole = train(spec, columns, listener)
    done = {o.score.fold: o for o in listener.outcomes[:2]}
    again = Listener()
    resumed = train(spec, columns, again, resume=done)
    assert [o.score.fold for o in again.outcomes] == [3]
    assert (resumed.score, resumed.score_std) == (whole.score, whole.score_std)


def test_a_candidate_has_the_same_scores_and_no_model(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    whole, scored = train(spec, columns), train(spec, columns, score_only=True)
    assert (scored.score, scored.score_std) == (whole.score, whole.score_std)
    assert scored.split_hash == whole.split_hash
    assert not hasattr(scored.model[-1], "coef_")
    assert hasattr(whole.model[-1], "coef_")
    assert "low" in whole.metrics["r2"]
    assert "low" not in scored.metrics["r2"]


def test_stop_and_keep_scores_what_is_done_and_is_marked(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    listener = Listener()
    train(spec, columns, listener)
    kept = train(spec, columns, resume={1: listener.outcomes[0]}, enough=lambda: True)
    assert kept.partial
    assert len(kept.folds) == 1
    assert kept.score == listener.outcomes[0].score.scores["r2"]


def test_baseline_of_what_was_kept_is_scored_on_the_same_folds(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "DummyRegressor")
    listener = Listener()
    whole = train(spec, columns, listener)
    kept = train(spec, columns, resume={2: listener.outcomes[1]}, enough=lambda: True)
    assert kept.baseline_score == kept.score == listener.outcomes[1].score.scores["r2"]
    assert kept.baseline_score != whole.baseline_score


def fails(folder: Path, text: str, target: str, task: str) -> DataError:
    spec, columns = make_spec(folder, target, task, "DummyClassifier"
                              if task == "classification" else "DummyRegressor", text)  # fmt: skip
    with pytest.raises(DataError) as refusal:
        train(spec, columns)
    return refusal.value


def test_data_that_cannot_be_learned_from_is_refused_in_words(tmp_path: Path) -> None:
    rare = "x,y\n" + "".join(f"{n % 9},{'b' if n == 3 else 'a'}\n" for n in range(40))
    found = fails(tmp_path, rare, "y", "classification")
    assert found.code == "TARGET_RARE_CLASS"
    assert 'Class "b" has 1 row' in found.message
    assert found.change == {}
    text = "x,y\n" + "".join(f"{n % 9},{'$5' if n == 7 else n * 1.5}\n" for n in range(40))
    found = fails(tmp_path, text, "y", "regression")
    assert found.code == "TARGET_NOT_NUMERIC"
    assert 'line 9, "$5"' in found.message
    assert found.details["samples"] == [{"line": 9, "value": "$5", "count": 1}]


def test_rows_without_a_target_are_left_out_and_said(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{n % 9},{'' if n % 10 == 0 else 'ab'[n % 2]}\n" for n in range(60))
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", text)
    result = train(spec, columns)
    assert result.details["rows_without_target"] == 6
    (told,) = result.warnings
    assert told["code"] == "TARGET_MISSING"
    assert told["message"] == "6 rows have no target value. They were left out (10.0%)"
    assert 0 not in set(result.out_of_fold["row"])


@pytest.mark.parametrize(
    "split",
    [{"scheme": "holdout"}, {"scheme": "time", "time_column": "since"}, {"scheme": "kfold"},
     {"scheme": "group", "group_column": "shop"}, {"scheme": "stratified", "repeats": 2}],
)  # fmt: skip
def test_no_row_is_both_trained_on_and_scored(split: dict[str, Any], tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB", split=split)
    result = train(spec, columns)
    assert len(result.folds) == spec.validation.n_splits
    for fold in result.folds:
        rows = result.out_of_fold[result.out_of_fold["fold"] == fold.fold]["row"]
        assert len(rows) == fold.n_test == rows.nunique()
        if split["scheme"] == "group":
            shops = columns["shop"]
            inside = {shops[row] for row in rows}
            others = result.out_of_fold[result.out_of_fold["fold"] != fold.fold]["row"]
            assert not inside & {shops[row] for row in others}


@pytest.mark.parametrize(("column", "cells"), [("when", ("", "")), ("step", ("", "x"))])
def test_rows_without_a_time_are_the_newest_and_said(
    column: str, cells: tuple[str, str], tmp_path: Path
) -> None:
    lines = ["when,step,x,y"]
    for n in range(60):
        day, step = f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}", f"{n * 0.5}"
        if n in (3, 8):
            day = step = cells[n == 8] if n == 3 or column == "when" else ""
        lines.append(f"{day},{step},{n % 7},{n * 0.1 + n % 3:.2f}")
    text = "\n".join(lines) + "\n"
    spec, columns = make_spec(tmp_path, "y", "regression", "Ridge", text,
                              split={"scheme": "time", "time_column": column})  # fmt: skip
    result = train(spec, columns)
    last = result.out_of_fold[result.out_of_fold["fold"] == 3]
    assert {3, 8} <= set(last["row"])
    warnings = {w["code"]: w["message"] for w in result.warnings}
    assert warnings["TIME_MISSING"].startswith(f'2 rows have no readable "{column}"')


def test_time_column_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB",
                              split={"scheme": "time", "time_column": "city"})  # fmt: skip
    with pytest.raises(DataError, match='"city" holds neither dates nor numbers.* category'):
        train(spec, columns)


def test_catalogue_and_parameters_need_no_scikit_learn() -> None:
    program = (
        "import sys, tasks.engine.estimators.catalogue, tasks.engine.estimators.parameters;"
        "import tasks.engine.table.samples;"
        "print([m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_mixed_table_has_what_the_tests_need() -> None:
    assert mixed_csv().count("\n") == 121


def test_training_saw_a_range_of_numbers_and_of_dates_and_none_of_two_values(
    tmp_path: Path,
) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    result = train(spec, columns)
    seen = {column["name"]: column for column in result.schema["columns"]}
    kinds = {column["kind"] for column in seen.values() if "range" in column}
    assert kinds == {"number", "date"}
    dates = sorted(columns["since"])
    assert seen["since"]["range"] == [dates[0], dates[-1]]
    assert any(column["kind"] == "boolean" for column in seen.values())


def test_many_categories_become_one_column_where_the_target_is_whole_numbers(
    tmp_path: Path,
) -> None:
    lines = ["place,size,price", *(f"p{n % 40},{n % 17},{100 + 3 * n}" for n in range(120))]
    text = "\n".join(lines) + "\n"
    spec, columns = make_spec(tmp_path, "price", "regression", "Ridge", text)
    assert [c["kind"] for c in spec.schema["columns"]] == ["category", "number", "number"]
    assert train(spec, columns).details["columns_after_encoding"] == 2


def test_a_class_of_two_rows_has_a_change_that_puts_it_into_each_fold(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{n % 9},{'b' if n in (3, 17) else 'a'}\n" for n in range(40))
    note = 'Folds are not stratified: class "b" has 2 rows, too few for 5 folds'
    split = {"scheme": "kfold", "folds": 5, "note": note}
    asked = {"text": text, "metric": "accuracy"}
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", split=split, **asked)
    (found,) = [w for w in train(spec, columns).warnings if w["code"] == "FOLDS_UNUSUAL"]
    assert found["change"] == {"validation": {"scheme": "stratified", "folds": 2}}
    changed = found["change"]["validation"]
    spec, columns = make_spec(
        tmp_path, "y", "classification", "GaussianNB", split=changed, **asked
    )
    result = train(spec, columns)
    rare = result.out_of_fold[result.out_of_fold["actual"] == "b"]
    assert sorted(rare["fold"]) == [1, 2]
    assert "CLASS_UNSEEN" not in {w["code"] for w in result.warnings}


def test_predictions_are_timed_where_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    listener = Listener()
    assert train(spec, columns).details["predict_s_per_1000"] is None, (
        "of few rows it says nothing"
    )
    monkeypatch.setattr(one_fold, "TIMED_ROWS", 10)
    result = train(spec, columns, listener)
    timed = sum(outcome.predict_seconds or 0 for outcome in listener.outcomes)
    rows = len(result.out_of_fold)
    assert result.details["predict_s_per_1000"] == pytest.approx(timed / rows * 1000)
    kept = {o.score.fold: replace(o, predict_seconds=None) for o in listener.outcomes}
    assert train(spec, columns, resume=kept).details["predict_s_per_1000"] is None
    # The scores of the draws go with the charts.
    assert len(result.charts["draws"]["scores"]["accuracy"]) > 100
    assert train(spec, columns, score_only=True).charts.get("draws") is None
