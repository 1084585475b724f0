"""Where one failure comes behind another, the change that is proposed removes both."""

from pathlib import Path
from typing import Any

import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor

from dashboard.jobs.changing.changed import say_change
from tasks.engine.errors import EngineError
from tasks.engine.failures.known import explain_error
from tasks.engine.failures.whole_change import make_whole, with_change
from tasks.engine.progress import NullReporter
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_other_folds import THREE, table

LOGISTIC = {"estimator": "LogisticRegression", "parameters": None}


@pytest.mark.parametrize(
    ("estimator", "parameters", "change", "said"),
    [
        ("QuadraticDiscriminantAnalysis", {"reg_param": 0.1},
         {"validation": {"scheme": "kfold", "folds": 5}, **LOGISTIC},
         "Use 5 folds that are not stratified and use logistic regression"),
        ("KNeighborsClassifier", {"n_neighbors": 200, "weights": "distance"},
         {"validation": {"scheme": "kfold", "folds": 5}, "parameters": {"n_neighbors": 5}},
         "Use 5 folds that are not stratified and set n_neighbors = 5"),
    ],
)  # fmt: skip
def test_one_change_removes_both_causes(
    estimator: str, parameters: dict[str, Any], change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    spec, columns = make_spec(
        tmp_path, "y", "classification", estimator, table(40, THREE),
        split={"folds": 5}, parameters=parameters,
    )  # fmt: skip
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.change == change
    assert say_change(refused.value.change) == said
    assert ". Also: " in refused.value.hint
    assert train(with_change(spec, change), columns).score is not None


COUNTS_BELOW = "x,y\n" + "".join(f"{n * 7 % 31}.5,{n * 11 % 23 - 3}\n" for n in range(40))
SAME = "a,y\n" + "".join(f"{'pq'[n % 2]},{'pq'[n % 2]}\n" for n in range(40))
TWICE = "a,b,y\n" + "".join(f"{n * 7 % 31}.5,{n * 7 % 31}.5,{'pq'[n % 2]}\n" for n in range(40))


@pytest.mark.parametrize(
    ("text", "asked", "how", "change"),
    [
        (COUNTS_BELOW, ("regression", "PoissonRegressor"), {"preprocessing": {"target": "log1p"}},
         {"preprocessing": {"target": None}, "estimator": "HistGradientBoostingRegressor",
          "parameters": None}),
        (SAME, ("classification", "QuadraticDiscriminantAnalysis"), {}, LOGISTIC),
        (table(200, {"b": 4}), ("classification", "NuSVC"), {"parameters": {"nu": 0.9}}, LOGISTIC),
        (TWICE, ("classification", "NuSVC"), {"parameters": {"nu": 1.0, "kernel": "linear"}},
         LOGISTIC),
    ],
)  # fmt: skip
def test_another_estimator_is_proposed_where_no_setting_helps(
    text: str, asked: tuple[str, str], how: dict[str, Any], change: Any, tmp_path: Path
) -> None:
    spec, columns = make_spec(tmp_path, "y", *asked, text, **how)
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.change == change
    assert train(with_change(spec, change), columns).score is not None


def test_values_that_an_estimator_does_not_take_are_counted(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y", "regression", "GammaRegressor", COUNTS_BELOW)
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.message == (
        'Gamma regression does not take every value of the target: "y" has 4 values below 0 and '
        "1 value of 0"
    )


def test_a_metric_that_an_estimator_cannot_give_is_told_with_one_that_it_can(
    tmp_path: Path,
) -> None:
    spec, columns = make_spec(
        tmp_path, "y", "classification", "OutputCodeClassifier", table(40, {"b": 20})
    )
    found = train(spec, columns)
    assert found.score is None
    (told,) = [one for one in found.warnings if one["code"] == "METRIC_ABSENT"]
    assert train(with_change(spec, told["change"]), columns).score is not None


def large_cells(n: int) -> str:
    """Return rows of numbers, some of which are too large to be scaled."""
    rows = (f"{k * 7 % 31}.5,{'1e300' if k % 50 == 0 else k * 37 % 997 / 8},{k % 11}.5"
            for k in range(n))  # fmt: skip
    return "x,w,y\n" + "\n".join(rows) + "\n"


def note_rows(monkeypatch: pytest.MonkeyPatch, estimator: type) -> list[int]:
    """Note how many rows each fit of an estimator has."""
    seen, fit = [], estimator.fit

    def noted(self: Any, X: Any, y: Any, *others: Any) -> Any:
        seen.append(len(X))
        return fit(self, X, y, *others)

    monkeypatch.setattr(estimator, "fit", noted)
    return seen


def test_a_change_is_tried_on_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Gaussian process learned 1,200 rows in 26 s before the reason was told."""
    spec, columns = make_spec(
        tmp_path, "y", "regression", "GaussianProcessRegressor", large_cells(1500)
    )
    seen = note_rows(monkeypatch, GaussianProcessRegressor)
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.code == "NUMBERS_TOO_LARGE"
    assert refused.value.change == {"preprocessing": {"scale": "quantile"}}
    assert max(seen[1:]) == 300  # the first was the request's own


def test_a_failure_is_told_before_its_change_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that who can end the process has it, should a fit of the trial not end."""
    spec, columns = make_spec(
        tmp_path, "y", "regression", "GaussianProcessRegressor", large_cells(100)
    )
    seen, heard = note_rows(monkeypatch, GaussianProcessRegressor), []

    class Listening(NullReporter):
        def failing(self, failed: EngineError) -> None:
            heard.append((failed.code, dict(failed.change), len(seen)))

    with pytest.raises(EngineError) as refused:
        train(spec, columns, Listening())
    assert heard == [(refused.value.code, {"preprocessing": {"scale": "quantile"}}, 1)]
    assert len(seen) > 1


def test_what_takes_long_on_few_rows_is_not_tried_on_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, columns = make_spec(
        tmp_path, "y", "regression", "RandomForestRegressor", large_cells(400),
        parameters={"n_estimators": 600},
    )  # fmt: skip
    seen = note_rows(monkeypatch, RandomForestRegressor)
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.change == {"preprocessing": {"scale": "quantile"}}
    assert seen[1:] == [60]  # the first was the request's own


@pytest.mark.parametrize(("rows", "change"), [(856, 5), (4, 1)])
def test_as_many_neighbours_are_proposed_as_are_usual_and_there_are(
    rows: int, change: int
) -> None:
    words = f"Expected n_neighbors <= n_samples_fit, but n_neighbors = 900, n_samples_fit = {rows}"
    found = explain_error(ValueError(words), "nearest neighbours")
    assert found.change == {"parameters": {"n_neighbors": change}}


def test_what_more_rows_keep_away_is_no_failure(tmp_path: Path) -> None:
    spec, columns = make_spec(
        tmp_path, "y", "regression", "KNeighborsRegressor", large_cells(1000),
        parameters={"n_neighbors": 500},
    )  # fmt: skip
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert refused.value.change == {"preprocessing": {"scale": "quantile"}}
    assert train(with_change(spec, refused.value.change), columns).score is not None


def test_a_failure_with_a_change_and_no_hint_keeps_both(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    failed = EngineError("NONE", "It failed", change={"parameters": {"alpha": 2.0}})
    make_whole(failed, spec, columns)
    assert (failed.change, failed.hint) == ({"parameters": {"alpha": 2.0}}, "")
