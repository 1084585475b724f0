"""Rows of a fold that are too few for what is done inside it: who does it, and what works."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.jobs.changing.changed import with_change
from tasks.engine.errors import EngineError
from tasks.engine.preflight.fields import field_of
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.spec import TrainingSpec
from tasks.engine.training import train
from tests.engine.tables import make_spec

SIX = "a,c,y\n" + "".join(f"{n * 37 % 11}.5,{'uv'[n % 2]},{'pqr'[n % 3]}\n" for n in range(6))
NUMBERS = "a,c,y\n" + "".join(f"{n * 37 % 11}.5,{'uv'[n % 2]},{n * 7 % 5}.25\n" for n in range(6))


def changed(spec: TrainingSpec, change: Any) -> TrainingSpec:
    now = {"estimator": spec.estimator, "parameters": spec.parameters,
           "preprocessing": spec.preprocessing.changed}  # fmt: skip
    new = with_change(now, change)
    chosen = Preprocessing(**new["preprocessing"])
    return replace(
        spec, estimator=new["estimator"], parameters=new["parameters"], preprocessing=chosen
    )


def refused(
    folder: Path, estimator: str, preprocessing: Any = None, parameters: Any = None
) -> EngineError:
    """Return why a request fails, after its change was seen to train."""
    task = "regression" if estimator.endswith(("CV", "Regressor")) else "classification"
    text = SIX if task == "classification" else NUMBERS
    spec, columns = make_spec(
        folder, "y", task, estimator, text, parameters=parameters or {},
        preprocessing=preprocessing or {}, split={"folds": 2},
    )  # fmt: skip
    with pytest.raises(EngineError) as found:
        train(spec, columns)
    assert train(changed(spec, found.value.change), columns).score is not None
    return found.value


@pytest.mark.parametrize(
    ("estimator", "chosen", "who", "hint"),
    [
        ("LassoCV", {}, "Lasso, self-tuned", "such as Ridge regression"),
        ("StackingClassifier", {}, "Stacking", "such as Logistic regression"),
        ("RidgeCV", {"encode": "target"}, "Target encoding", "set encode to one_hot"),
    ],
)
def test_who_splits_rows_once_more_is_named_and_the_change_trains(
    tmp_path: Path, estimator: str, chosen: Any, who: str, hint: str
) -> None:
    found = refused(tmp_path, estimator, chosen)
    assert found.code == "TOO_FEW_ROWS_INSIDE"
    assert found.message.startswith(f"{who} splits the rows of a fold once more")
    assert hint in found.hint
    assert field_of(found) == ("preprocessing.encode" if who == "Target encoding" else "estimator")


@pytest.mark.parametrize(
    ("estimator", "parameters", "who"),
    [
        ("NearestCentroid", {}, "Nearest centre"),
        ("BaggingClassifier", {"estimator": "NearestCentroid", "bootstrap": False},
         "Nearest centre, inside Bagging,"),
    ],
)  # fmt: skip
def test_centres_of_one_row_each_are_told_as_such(
    tmp_path: Path, estimator: str, parameters: Any, who: str
) -> None:
    found = refused(tmp_path, estimator, parameters=parameters)
    assert found.code == "TOO_FEW_ROWS_OF_CLASSES"
    assert found.message == (
        f"{who} needs several rows of a class, and a fold is trained on one row of each"
    )


def test_components_that_there_are_not_are_lowered(tmp_path: Path) -> None:
    text = "a,y\n" + "".join(f"{n * 37 % 11}.5,{n * 7 % 5}.25\n" for n in range(12))
    spec, columns = make_spec(tmp_path, "y", "regression", "PLSRegression", text,
                              split={"folds": 2})  # fmt: skip
    with pytest.raises(EngineError) as found:
        train(spec, columns)
    assert (found.value.code, found.value.change) == (
        "TOO_MANY_COMPONENTS", {"parameters": {"n_components": 1}}
    )  # fmt: skip
    assert train(changed(spec, found.value.change), columns).score is not None


def test_no_parameter_is_changed_that_only_what_is_inside_has(tmp_path: Path) -> None:
    inside = {"estimator": "KNeighborsClassifier", "n_estimators": 2}
    spec, columns = make_spec(tmp_path, "y", "classification", "BaggingClassifier", SIX,
                              parameters=inside, split={"folds": 2})  # fmt: skip
    with pytest.raises(EngineError) as found:
        train(spec, columns)
    assert (found.value.code, found.value.change) == ("TOO_MANY_NEIGHBOURS", {})
