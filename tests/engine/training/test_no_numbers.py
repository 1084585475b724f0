"""What is no number, or is too large: said of the data only where it stands there."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.errors import EngineError
from tasks.engine.failures.no_numbers import explain_no_numbers
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

DIVERGED = {"name": "GradientBoostingRegressor", "parameters": {"learning_rate": 1e10}}


def refusal(folder: Path, estimator: str, *, large: str = "", **changes: Any) -> EngineError:
    """Return why a fit on two columns of numbers fails; three numbers of `a` may be large."""
    rng, rows = random.Random(1), []
    for n in range(90):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        shown = large if large and n in (3, 40, 77) else f"{a:.4f}"
        rows.append(f"{shown},{b:.4f},{a + 2 * b:.4f}")
    text = "a,b,y\n" + "\n".join(rows) + "\n"
    spec, columns = make_spec(folder, "y", "regression", estimator, text, **changes)
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    return refused.value


def test_what_diverged_inside_is_named_and_no_column(tmp_path: Path) -> None:
    found = refusal(tmp_path, "StackingRegressor", parameters={"estimators": ["Ridge", DIVERGED]})
    assert found.code == "DIVERGED"
    assert "Gradient boosting, classic, inside Stacking" in found.message
    assert "learning_rate 1e+10" in found.message
    assert "olumn" not in found.message
    assert found.change == {"parameters": {"estimators": ["Ridge", "GradientBoostingRegressor"]}}
    spec, columns = make_spec(
        tmp_path, "y_number", "regression", "StackingRegressor", **found.change
    )
    assert train(spec, columns).model is not None


@pytest.mark.parametrize(
    ("estimator", "large"),
    [
        ("Ridge", "1e300"),
        ("KNeighborsRegressor", "1e308"),
        ("RandomForestRegressor", "1e60"),
        ("VotingRegressor", "1e300"),
        ("StackingRegressor", "1e300"),
    ],
)
def test_numbers_of_the_data_that_are_too_large_are_told_with_their_column(
    tmp_path: Path, estimator: str, large: str
) -> None:
    found = refusal(tmp_path, estimator, large=large)
    assert (found.code, found.change) == (
        "NUMBERS_TOO_LARGE", {"preprocessing": {"scale": "quantile"}}
    )  # fmt: skip
    assert '"a" has numbers beyond' in found.message


def test_what_xgboost_says_of_numbers_that_are_too_large_is_of_the_data_alone(
    tmp_path: Path,
) -> None:
    said = ValueError("Check failed: Input data contains `inf` or a value too large, while ...")
    spec, _columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    for large, code in ((1e60, "NUMBERS_TOO_LARGE"), (1e30, "INSIDE_NO_NUMBERS")):
        found = explain_no_numbers(said, "XGBoost", spec, pd.DataFrame({"a": [1.0, large]}))
        assert found
        assert found.code == code


def test_nearest_centre_is_not_to_blame_where_folds_have_several_rows_of_a_class(
    tmp_path: Path,
) -> None:
    spec, _columns = make_spec(tmp_path, "y_class", "classification", "NearestCentroid")
    X, error = pd.DataFrame({"a": [1.0, 2.0]}), ValueError("Input X contains NaN.")

    def code_of(*folds: list[str]) -> str:
        y_of_folds = [np.array(fold) for fold in folds]
        found = explain_no_numbers(error, "Nearest centre", spec, X, *[y_of_folds][: len(folds)])
        return found.code if found else ""

    assert code_of() == "INSIDE_NO_NUMBERS"
    assert code_of(["p", "q", "q"], ["p", "p", "q"]) == "INSIDE_NO_NUMBERS"
    assert code_of(["p", "q", "q"], ["p", "q"]) == "TOO_FEW_ROWS_OF_CLASSES"
