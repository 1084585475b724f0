"""A target of numbers that is learned on another scale, all the way to its bundle."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor

from tasks.engine.errors import DataError, ParameterError
from tasks.engine.estimators.catalogue import list_estimators
from tasks.engine.explain.explaining import folds_of
from tasks.engine.explain.learning_curve import learn_by_size
from tasks.engine.notebook import open_table, request
from tasks.engine.prepared import prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.settings import Preprocessing, list_settings, read_preprocessing
from tasks.engine.preprocessing.target_scale import check_target
from tasks.engine.scores.evaluation import predict
from tasks.engine.several.blending import Member, train_blend
from tasks.engine.several.ensembles import Candidate
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.preflight.test_checking import look
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.clean_process import run
from tests.engine.training.test_bundles import make_bundle
from tests.engine.training.test_every_estimator import fast_parameters
from tests.engine.training.test_explaining import explain, quiet
from tests.engine.training.test_preprocessing import retrained

SCALES = ["standardize", "log1p", "quantile"]


def ask(folder: Path, target: str, **asked: Any) -> tuple[TrainingSpec, dict[str, Any]]:
    return make_spec(folder, "y_number", "regression", asked.pop("estimator", "Ridge"),
                     preprocessing={"target": target}, **asked)  # fmt: skip


def test_every_estimator_of_numbers_may_stand_within(tmp_path: Path) -> None:
    """The one around asks it for `predict` before it is fitted, as none is asked elsewhere."""
    spec, columns = ask(tmp_path, "log1p")
    X = prepare(spec, columns, lambda *_: None).X
    for entry in list_estimators("regression"):
        own = replace(spec, estimator=entry.id, parameters=fast_parameters(entry.id))
        around = make_pipeline(own, X)[-1]
        assert isinstance(around, TransformedTargetRegressor)
        assert hasattr(around.regressor, "predict"), entry.id


def test_a_stack_of_a_scaled_target_trains_the_same_from_its_bundle(tmp_path: Path) -> None:
    stack = {"estimators": ["Ridge", "DecisionTreeRegressor"]}
    _, folder = make_bundle(
        tmp_path, "StackingRegressor", "y_number", "regression",
        preprocessing={"target": "log1p"}, parameters=stack,
    )  # fmt: skip
    trained = run(folder / "train.py", str(tmp_path / "table.csv"), "-o", str(tmp_path / "again"))
    assert trained.returncode == 0, trained.stderr
    assert "it predicts exactly what model.joblib predicts" in trained.stdout


def with_negatives() -> str:
    return mixed_csv().replace(",low,", ",low,-", 3)


@pytest.mark.parametrize("target", SCALES)
def test_folds_learn_the_scale_from_their_training_rows_alone(target: str, tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, target)
    plain = train(spec, columns).out_of_fold
    tested = plain.loc[plain["fold"] == 1, "row"].to_numpy()
    spoilt = np.asarray(columns["y_number"], dtype=object).copy()
    spoilt[tested] = "99999"
    other = train(spec, {**columns, "y_number": spoilt}).out_of_fold
    first = [found.loc[found["fold"] == 1, "prediction"].tolist() for found in (plain, other)]
    assert first[0] == first[1]
    second = [found.loc[found["fold"] == 2, "prediction"].tolist() for found in (plain, other)]
    assert second[0] != second[1]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("target", SCALES)
def test_bundle_trains_and_predicts_the_same_by_itself(target: str, tmp_path: Path) -> None:
    result, folder = make_bundle(
        tmp_path, "Ridge", "y_number", "regression", preprocessing={"target": target}
    )
    assert isinstance(result.model[-1], TransformedTargetRegressor)
    source, again = str(tmp_path / "table.csv"), str(tmp_path / "again.joblib")
    trained = run(folder / "train.py", source, "-o", again)
    assert trained.returncode == 0, trained.stderr
    answers = [
        run(folder / "predict.py", source, *more).stdout for more in ((), ("--model", again))
    ]
    assert answers[0] == answers[1] != ""
    said = [float(line.rpartition(",")[2]) for line in answers[0].splitlines()[1:]]
    assert np.std(said) > 0.5  # in the target's own unit
    assert f"another scale (`{target}`)" in (folder / "MODEL_CARD.md").read_text()


@pytest.mark.parametrize("check", ["training", "preflight"])
def test_what_log1p_does_not_take_is_counted_and_refused(check: str, tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, "log1p", text=with_negatives())
    if check == "training":
        with pytest.raises(DataError) as refusal:
            train(spec, columns)
        found = refusal.value.as_dict()
    else:
        found = look(spec, columns)["error"]
        assert found["field"] == "preprocessing.target"
    assert found["code"] == "TARGET_NEGATIVE"
    assert '"y_number" has 3 values below 0. First: line ' in found["message"]
    assert found["details"]["count"] == len(found["details"]["samples"]) == 3
    assert found["details"]["condition"] == ["lt", "0"]
    mended = read_preprocessing(found["change"]["preprocessing"])
    assert train(replace(spec, preprocessing=mended), columns).score is not None


@pytest.mark.parametrize(
    ("values", "condition"),
    [(["1e200"], ["gt", "1e+150"]), (["-1e300", "-2e300"], ["lt", "-1e+150"]),
     (["1e300", "-1e300"], None)],
)  # fmt: skip
def test_numbers_that_cannot_be_scored_are_refused(
    values: list[str], condition: list[str] | None, tmp_path: Path
) -> None:
    head, *lines = mixed_csv(90).splitlines()
    vast = [
        f"{line.rpartition(',')[0]},{value}" for line, value in zip(lines, values, strict=False)
    ]
    spec, columns = ask(tmp_path, "none", text="\n".join([head, *vast, *lines[len(vast) :]]))
    with pytest.raises(DataError) as refusal:
        train(spec, columns)
    found = refusal.value.as_dict()
    assert found["code"] == "TARGET_TOO_LARGE"
    assert f"First: line 2, {float(values[0]):g}" in found["message"]
    assert found["details"]["condition"] == condition
    assert look(spec, columns)["error"]["field"] == "target"


@pytest.mark.parametrize("estimator", ["Ridge", "DummyRegressor", "TweedieRegressor"])
def test_a_target_that_is_one_number_is_refused(estimator: str, tmp_path: Path) -> None:
    """Of it R2 is 1 whatever the estimator: a score that looks like a perfect model."""
    head, *lines = mixed_csv(60).splitlines()
    same = [f"{line.rpartition(',')[0]},{'' if n % 7 == 3 else '5.50'}"
            for n, line in enumerate(lines)]  # fmt: skip
    spec, columns = ask(tmp_path, "none", estimator=estimator, text="\n".join([head, *same]))
    with pytest.raises(DataError, match='"y_number" is 5.5 in every row') as refusal:
        train(spec, columns)
    assert refusal.value.code == "TARGET_CONSTANT"
    assert look(spec, columns)["error"]["field"] == "target"


def test_many_numbers_are_looked_at_where_they_are(tmp_path: Path) -> None:
    """As Python's own numbers in a set, two million of them took 173 MB."""
    spec, _ = ask(tmp_path, "none")
    y = np.arange(200_000.0)
    tracemalloc.start()
    check_target(spec, y, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * y.nbytes


def test_what_was_done_is_told_by_the_job_and_before_it(tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, "standardize")
    step = {"columns": "Target", "by": "StandardScaler", "before": 1, "after": 1}
    plain = train(replace(spec, preprocessing=Preprocessing()), columns).details
    details, found = train(spec, columns).details, look(spec, columns)
    assert details["preprocessing"] == [*plain["preprocessing"], step]
    assert found["columns"]["steps"][-1] == step
    for name in ("columns_after_encoding", "columns_learned_from"):
        assert details[name] == plain[name]
    assert found["columns"]["learned_from"] == plain["columns_learned_from"]


@pytest.mark.parametrize("target", SCALES)
def test_it_is_explained_in_its_own_unit(target: str, tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, target)
    _result, told = explain(spec, columns)
    assert told["importance"]["differing"] == []
    assert told["importance"]["columns"][0]["name"] == "age"
    age = next(found for found in told["dependence"] if found["name"] == "age")
    assert 2 < min(age["lines"][0]["mean"]) < max(age["lines"][0]["mean"]) < 10
    assert told["coefficients"]["target"] == target
    assert "age" in told["coefficients"]["names"]


def test_the_learning_curve_ends_with_the_score(tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, "quantile")
    result = train(spec, columns)
    folds = folds_of(spec, columns, result.model)
    known = {fold.fold: fold.scores["r2"] for fold in result.folds}
    points = learn_by_size(folds, known, quiet, fit_s=0.1, limit_s=60)["points"]
    assert points[-1]["mean"] == pytest.approx(result.score)
    half = next(point for point in points if point["share"] == 0.5)
    assert 0 < half["mean"] < result.score


def test_a_blend_takes_the_mean_in_the_targets_own_unit(tmp_path: Path) -> None:
    spec, columns = ask(tmp_path, "standardize", estimator="SVR")
    other = replace(spec, estimator="Ridge", preprocessing=Preprocessing(target="log1p"))
    members = [
        Member(one, Candidate(key, train(one, columns, score_only=True).out_of_fold, 0.1))
        for key, one in enumerate((spec, other))
    ]
    asked = replace(spec, estimator="VotingRegressor", preprocessing=Preprocessing())
    result, _ = train_blend(asked, members, columns)
    X = folds_of(spec, columns, result.model).data.X
    said = predict(result.model, X).labels
    np.testing.assert_array_equal(
        retrained(result.model, X, folds_of(spec, columns, result.model).data.y).predict(X), said
    )
    assert 2 < said.mean() < 8


def test_classes_have_no_scale(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(mixed_csv(60))
    table = open_table(path)
    for estimator, target, column, words in (
        ("GaussianNB", "log1p", "y_class", "target must be none: Naive Bayes predicts classes"),
        ("PoissonRegressor", "standardize", "y_number", "takes no target below 0"),
    ):
        with pytest.raises(ParameterError, match=words) as refusal:
            request(table, column, estimator, preprocessing={"target": target})
        assert list(refusal.value.fields) == ["target"]
    assert request(table, "y_number", "GammaRegressor", preprocessing={"target": "log1p"})
    names = [setting.name for setting in list_settings("classification")]
    assert "target" not in names
    assert [setting.name for setting in list_settings("regression")] == [*names, "target"]


def test_a_table_of_constant_columns_is_refused_without_a_word_of_dates(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"1,{n}\n" for n in range(40)))
    table = open_table(path)
    spec = request(table, "y", "Ridge")
    with pytest.raises(DataError, match="No column is chosen to learn from") as refused:
        train(spec, table.cells(spec.columns_needed))
    assert "date" not in refused.value.message + refused.value.hint
