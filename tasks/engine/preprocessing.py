"""One `ColumnTransformer` for a table, made of scikit-learn's own classes only.

It is part of the model's `Pipeline`, so it is fitted inside each fold only. What goes where is
decided by each column's kind and, for categories, by how many there are:

========================  =======================================================
number, parts of a date   median for what is missing, plus a column that says so;
                          one scale where the estimator wants it
boolean                   the most frequent for what is missing
category, up to 20        one-hot; missing is a category of its own
category, more            target encoding with internal cross-fitting
text                      TF-IDF of the 300 most frequent words
========================  =======================================================

Histogram gradient boosting gets numbers as they are and categories (up to 200) as codes: it deals
with missing values and categories itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)

from tasks.engine.catalogue import Estimator

FEW_CATEGORIES = 20
NATIVE_CATEGORIES = 200  # below the 255 that scikit-learn's histogram gradient boosting can take
TFIDF_WORDS = 300


@dataclass(frozen=True)
class FeaturePlan:
    """Which columns of the typed table are treated as what."""

    numbers: tuple[str, ...]
    booleans: tuple[str, ...]
    few: tuple[str, ...]
    many: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns of categories, few first."""
        return (*self.few, *self.many)


def plan_features(X: pd.DataFrame, schema: dict[str, Any], limit: int) -> FeaturePlan:
    """Decide what each column is treated as; the target plays no part in it.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The typed table, see `coercion.features_from_text`.
    schema : dict
        The schema that it was typed by.
    limit : int
        The most categories that are told apart one by one.
    """
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    groups: dict[str, list[str]] = {name: [] for name in FeaturePlan.__dataclass_fields__}
    for name in X.columns:
        if X[name].dtype != object:
            groups["booleans" if kinds.get(name) == "boolean" else "numbers"].append(name)
        elif kinds[name] == "text":
            groups["texts"].append(name)
        else:
            groups["few" if X[name].nunique() <= limit else "many"].append(name)
    return FeaturePlan(**{group: tuple(names) for group, names in groups.items()})


def _impute_numbers() -> SimpleImputer:
    return SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)


def _target_encoder(task: str, seed: int) -> TargetEncoder:
    splitter = StratifiedKFold if task == "classification" else KFold
    return TargetEncoder(cv=splitter(5, shuffle=True, random_state=seed))


def _scaled(step: Any, scale: str) -> Any:
    """Return a step with its numbers brought to one scale, where the estimator wants one."""
    if not scale:
        return step
    # Unseen numbers beyond those seen must not go below 0 where the estimator takes none.
    return make_pipeline(step, MinMaxScaler(clip=True) if scale == "range" else StandardScaler())


def _codes() -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan
    )


def make_preprocessor(plan: FeaturePlan, estimator: Estimator, seed: int) -> ColumnTransformer:
    """Make the unfitted transformer for an estimator.

    Parameters
    ----------
    plan : FeaturePlan
        What each column is treated as.
    estimator : Estimator
        The catalogue's entry; says whether it wants one scale, dense features, or does it itself.
    seed : int
        For the cross-fitting of target encoding.

    Returns
    -------
    ColumnTransformer
        Its first outputs are the codes of `plan.few`, where the estimator takes categories.
    """
    steps: list[tuple[str, Any, Sequence[str] | str]] = []
    if estimator.native:
        steps.append(("codes", _codes(), list(plan.few)))
        steps.append(("numbers", "passthrough", [*plan.numbers, *plan.booleans]))
    else:
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        steps.append(("categories", one_hot, list(plan.few)))
        steps.append(("numbers", _scaled(_impute_numbers(), estimator.scale), list(plan.numbers)))
        mode = SimpleImputer(strategy="most_frequent", keep_empty_features=True)
        steps.append(("booleans", mode, list(plan.booleans)))
    encoder = _target_encoder(estimator.task, seed)
    steps.append(("targets", _scaled(encoder, estimator.scale), list(plan.many)))
    for n, name in enumerate(plan.texts, start=1):
        steps.append((f"text_{n}", TfidfVectorizer(max_features=TFIDF_WORDS), name))
    threshold = 0.0 if estimator.dense or not plan.texts else 0.3
    return ColumnTransformer([s for s in steps if len(s[2])], sparse_threshold=threshold)
