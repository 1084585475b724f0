"""Labels are those of the pipeline's own `predict`, wherever a label is given."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from tasks.engine.estimators.catalogue import list_estimators
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.verification import verify_bundle
from tasks.engine.scores.evaluation import predict
from tasks.engine.table.coercion import training_data
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_every_estimator import ORIGIN, fast_parameters

# These refuse to learn from what is no better than a guess.
REFUSE = {"AdaBoostClassifier", "NuSVC"}
CLASSIFIERS = [e.id for e in list_estimators("classification") if e.id not in REFUSE]
# The feature says nothing of the target, in any fold of two: every probability is a tie.
USELESS = "x,y\n" + "".join(f"{n % 2},{'ab'[n // 2 % 2]}\n" for n in range(80))


def typed(columns: dict[str, Any], schema: dict[str, Any]) -> tuple[pd.DataFrame, np.ndarray]:
    text = pd.DataFrame({n: c for n, c in columns.items() if n != "__line__"}, dtype=object)
    X, y, _rows, _warnings = training_data(text, schema)
    return X, y


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_ties_go_where_the_estimator_sends_them(estimator: str, tmp_path: Path) -> None:
    settings = {"split": {"folds": 2}, "parameters": fast_parameters(estimator)}
    spec, columns = make_spec(tmp_path, "y", "classification", estimator, USELESS, **settings)
    result = train(spec, columns)
    X, y = typed(columns, spec.schema)
    np.testing.assert_array_equal(predict(result.model, X).labels, result.model.predict(X))
    for fold, part in result.out_of_fold.groupby("fold"):
        rest = result.out_of_fold[result.out_of_fold["fold"] != fold]["row"].sort_values()
        model = clone(result.model).fit(X.iloc[rest], y[rest])
        np.testing.assert_array_equal(part["prediction"], model.predict(X.iloc[part["row"]]))


def test_model_of_a_useless_feature_passes_its_check(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y", "classification", "GradientBoostingClassifier",
                              USELESS)  # fmt: skip
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))


def test_rows_without_a_tie_are_asked_about_once(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification",
                              "HistGradientBoostingClassifier")  # fmt: skip
    model = train(spec, columns).model
    X, _y = typed(columns, spec.schema)
    model.predict = None
    assert len(predict(model, X).labels) == len(X)
