"""One `ColumnTransformer` for a table, made of scikit-learn's own classes only.

It is part of the model's `Pipeline`, so it is fitted inside each fold only. What goes where is
decided by each column's kind and, for categories, by how many there are. Unless settings say
otherwise:

========================  =======================================================
number, parts of a date   median for what is missing, plus a column that says so;
                          one scale where the estimator wants it
boolean                   the most frequent for what is missing
category, up to 20        one-hot; missing is a category of its own
category, more            target encoding with internal cross-fitting
text                      TF-IDF of the 300 most frequent words
========================  =======================================================

Histogram gradient boosting gets numbers as they are and categories (up to 200) as codes: it deals
with missing values and categories itself. A column of numbers without any value is left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer

from tasks.engine.estimators.catalogue import Estimator
from tasks.engine.preprocessing.encoding import (
    PASSED,
    boolean_step,
    category_step,
    may_be_sparse,
    needs_dense,
    number_step,
    takes_native,
    text_step,
)
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.preprocessing.valueless import has_value

NATIVE_CATEGORIES = 200  # below the 255 that scikit-learn's histogram gradient boosting can take


@dataclass(frozen=True)
class FeaturePlan:
    """Which columns of the typed table are treated as what.

    `way` is how the categories of `few` become numbers, see `encoding.category_step`; those of
    `many` are always target-encoded.
    """

    numbers: tuple[str, ...]
    booleans: tuple[str, ...]
    few: tuple[str, ...]
    many: tuple[str, ...]
    texts: tuple[str, ...]
    way: str = "one_hot"

    @property
    def native(self) -> tuple[str, ...]:
        """The columns that the estimator takes as categories, the first ones after encoding."""
        return self.few if self.way == "codes" else ()


def plan_features(
    X: pd.DataFrame, schema: dict[str, Any], settings: Preprocessing, estimator: Estimator
) -> FeaturePlan:
    """Decide what each column is treated as; the target plays no part in it.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The typed table, see `coercion.features_from_text`.
    schema : dict
        The schema that it was typed by.
    settings : Preprocessing
        What was chosen.
    estimator : Estimator
        The catalogue's entry.
    """
    way, limit = settings.encode, math.inf
    if way == "auto":
        way, limit = "one_hot", settings.one_hot_limit
        if takes_native(settings, estimator):
            way, limit = "codes", NATIVE_CATEGORIES
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    has_gaps = takes_native(settings, estimator)
    groups: dict[str, list[str]] = {n: [] for n in ("numbers", "booleans", "few", "many", "texts")}
    for name in X.columns:
        if X[name].dtype != object:
            if not has_gaps or has_value(X[name]):
                groups["booleans" if kinds.get(name) == "boolean" else "numbers"].append(name)
        elif kinds[name] == "text":
            groups["texts"].append(name)
        else:
            groups["few" if X[name].nunique() <= limit else "many"].append(name)
    return FeaturePlan(**{group: tuple(names) for group, names in groups.items()}, way=way)


def make_preprocessor(
    plan: FeaturePlan, settings: Preprocessing, estimator: Estimator, rows: int, seed: int
) -> ColumnTransformer:
    """Make the unfitted transformer for an estimator.

    Parameters
    ----------
    plan : FeaturePlan
        What each column is treated as.
    settings : Preprocessing
        What was chosen.
    estimator : Estimator
        The catalogue's entry; says whether it wants one scale, dense features, or does it itself.
    rows : int
        How many rows there are.
    seed : int
        For steps that draw lots.

    Returns
    -------
    ColumnTransformer
        Its first outputs are the codes of `plan.native`.
    """
    categories = category_step(plan.way, settings, estimator, rows, seed)
    numbers = number_step(settings, estimator, rows, seed)
    booleans = boolean_step(settings, estimator)
    targets = category_step("target", settings, estimator, rows, seed)
    steps: list[tuple[str, Any, Sequence[str] | str]] = [
        ("codes" if plan.way == "codes" else "categories", categories, list(plan.few))
    ]
    if numbers == booleans == PASSED:
        steps.append(("numbers", PASSED, [*plan.numbers, *plan.booleans]))
    else:
        steps.append(("numbers", numbers, list(plan.numbers)))
        steps.append(("booleans", booleans, list(plan.booleans)))
    steps.append(("targets", targets, list(plan.many)))
    for n, name in enumerate(plan.texts, start=1):
        steps.append((f"text_{n}", text_step(settings), name))
    is_wide = bool(plan.texts) or may_be_sparse(settings, estimator)
    threshold = 0.3 if is_wide and not needs_dense(settings, estimator) else 0.0
    return ColumnTransformer([s for s in steps if len(s[2])], sparse_threshold=threshold)
