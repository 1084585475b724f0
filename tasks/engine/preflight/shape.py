"""How many columns there are after encoding, from a fit of a few rows and counts of all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.preprocessing.shapes import ALL, TITLES, describe_shapes
from tasks.engine.preprocessing.target_scale import describe_target


@dataclass(frozen=True)
class Shape:
    """The columns before and after encoding.

    `steps`: as `shapes.describe_shapes` gives them. `after`: after encoding; `learned_from`: what
    the estimator is given, behind selection. `is_exact`: not guessed from a few rows. `density`:
    the share of cells that are kept of a sparse matrix, None where it is dense.
    """

    steps: list[dict[str, Any]]
    before: int
    after: int
    learned_from: int
    is_exact: bool
    density: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "before": self.before,
            "after": self.after,
            "learned_from": self.learned_from,
            "is_exact": self.is_exact,
            "is_sparse": self.density is not None,
            "steps": self.steps,
        }


def find_shape(
    model: Pipeline, X: pd.DataFrame, few: pd.DataFrame, y: np.ndarray, settings: Preprocessing
) -> Shape:
    """Encode a few rows and say what all rows would become.

    Parameters
    ----------
    model : Pipeline
        As `pipelines.make_pipeline` made it for `X`, unfitted.
    X : DataFrame of shape (n_samples, n_columns)
        All rows, typed.
    few : DataFrame of shape (n_few, n_columns)
        Some of them.
    y : ndarray of shape (n_few,)
        Their target.
    settings : Preprocessing
        What was chosen.
    """
    few = _with_gaps(few, X)
    encoder = clone(model[0])
    values = encoder.fit_transform(few, y)
    encoded = [("preprocess", encoder)]
    for name, step in model.steps[1:-1]:
        fresh = clone(step)
        values = fresh.fit_transform(values, y)
        encoded.append((name, fresh))
    # What is behind encoding is described without the estimator, which is not fitted here.
    fitted = Pipeline([*encoded, ("estimator", "passthrough")])
    steps = describe_shapes(fitted, few)
    is_exact = _count_categories(steps, encoder, X) and _count_words(steps, settings)
    is_exact = is_exact or len(few) >= len(X)
    after = sum(step["after"] for step in steps if step["columns"] != ALL)
    is_exact = _scale_selection(steps, after, settings) and is_exact
    density = None
    if sparse.issparse(values):
        density = values.nnz / max(values.shape[0] * values.shape[1], 1)
    learned = steps[-1]["after"] if steps[-1]["columns"] == ALL else after
    steps += describe_target(model[-1])
    return Shape(steps, X.shape[1], after, learned, is_exact, density)


def _with_gaps(few: pd.DataFrame, X: pd.DataFrame) -> pd.DataFrame:
    """Return the few rows with a gap in each number that has one anywhere: it makes a column."""
    numeric = [name for name in X.columns if X[name].dtype != object]
    lacking = X[numeric].isna().any() & ~few[numeric].isna().any() if numeric else pd.Series()
    names = lacking.index[lacking.to_numpy(bool)]
    if not len(names):
        return few
    few = few.astype(dict.fromkeys(names, float))
    few.loc[few.index[0], list(names)] = np.nan
    return few


def _count_categories(steps: list[dict[str, Any]], encoder: Any, X: pd.DataFrame) -> bool:
    """Count the one-hot columns of all rows, by the step itself; True, as that is exact."""
    for name, step, columns in encoder.transformers_:
        if name != "categories":
            continue
        found = next(s for s in steps if s["columns"] == TITLES[name])
        if "OneHotEncoder" in found["by"]:
            found["after"] = len(clone(step).fit(X[list(columns)]).get_feature_names_out())
    return True


def _count_words(steps: list[dict[str, Any]], settings: Preprocessing) -> bool:
    """Tell whether the number of words is known: each text had more than are kept of it."""
    texts = next((step for step in steps if step["columns"] == "Texts"), None)
    return texts is None or texts["after"] >= texts["before"] * settings.text_features


def _scale_selection(steps: list[dict[str, Any]], after: int, settings: Preprocessing) -> bool:
    """Let the steps behind encoding begin with all columns; True where what they keep is known."""
    before, is_exact = after, True
    for step in steps:
        if step["columns"] != ALL:
            continue
        share = step["after"] / max(step["before"], 1)
        is_counted = isinstance(settings.select_keep, int) or isinstance(settings.components, int)
        kept = min(step["after"], before) if is_counted else max(1, round(share * before))
        step["before"], step["after"], before = before, kept, kept
        is_exact = is_exact and is_counted
    return is_exact
