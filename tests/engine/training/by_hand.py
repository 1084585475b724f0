"""Training as a data scientist writes it, with pandas and scikit-learn alone: nothing of ours."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

FEATURES = ["age", "income", "city", "shop", "member", "since", "comment"]
BEFORE, BEHIND = ["age", "income", "city", "shop", "member"], ["comment"]
DATE_PARTS = ["year", "month", "day", "weekday", "days"]
AROUND = {"quarter": 4, "month": 12, "week": 53, "weekday": 7, "day": 31, "day_of_year": 366}


def read(path: Path, target: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the mixed table's columns, and the target of the rows that have one."""
    frame = pd.read_csv(path)
    frame = frame[frame[target].notna()].reset_index(drop=True)
    frame["member"] = frame["member"].map({"yes": 1.0, "no": 0.0})
    y = frame[target].to_numpy(object if target != "y_number" else float)
    return frame[[name for name in FEATURES if name != target]], y


def with_dates(X: pd.DataFrame, parts: list[str], around: bool = False) -> pd.DataFrame:
    """Put numbers in the place of the date."""
    moments = pd.to_datetime(X["since"])
    found: dict[str, Any] = {
        "year": moments.dt.year, "quarter": moments.dt.quarter, "month": moments.dt.month,
        "week": moments.dt.isocalendar().week, "day": moments.dt.day,
        "weekday": moments.dt.day_of_week, "day_of_year": moments.dt.day_of_year,
        "days": (moments - pd.Timestamp("1970-01-01")).dt.days,
    }  # fmt: skip
    made = X.drop(columns=["since", *BEHIND])
    for part in parts:
        values = found[part].astype(float)
        if around and part in AROUND:
            made[f"{part}_sin"] = np.sin(2 * np.pi * values / AROUND[part])
            made[f"{part}_cos"] = np.cos(2 * np.pi * values / AROUND[part])
        else:
            made[part] = values
    return made.assign(**{name: X[name] for name in BEHIND})


def mean_encoder(task: str) -> TargetEncoder:
    if task == "classification":
        return TargetEncoder(cv=StratifiedKFold(5, shuffle=True, random_state=0))
    return TargetEncoder(target_type="continuous", cv=KFold(5, shuffle=True, random_state=0))


def scaled_steps(task: str, scaler: Any = None) -> dict[str, Any]:
    """Return the steps for estimators that want one scale."""
    scaler = scaler or StandardScaler()
    return plain_steps(task) | {
        "numbers": make_pipeline(SimpleImputer(strategy="median", add_indicator=True), scaler),
        "targets": make_pipeline(mean_encoder(task), scaler),
    }


def plain_steps(task: str) -> dict[str, Any]:
    """Return the steps for estimators that do not mind the scale."""
    return {
        "categories": OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        "numbers": SimpleImputer(strategy="median", add_indicator=True),
        "booleans": SimpleImputer(strategy="most_frequent"),
        "targets": mean_encoder(task),
        "text": TfidfVectorizer(max_features=300),
    }


def native_steps(task: str) -> dict[str, Any]:
    """Return the steps for histogram gradient boosting."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    kept = {"numbers": "passthrough", "booleans": "passthrough"}
    return plain_steps(task) | kept | {"categories": codes}


def make_model(
    X: pd.DataFrame, *, steps: dict[str, Any], estimator: Any, behind: Iterable[Any] = (),
    few: Iterable[str] = ("city",), sparse_threshold: float = 0.3,
) -> Pipeline:  # fmt: skip
    """Return the pipeline; `few` are the categories of the first step, others are `targets`."""
    first = [name for name in few if name in X]
    rest = [name for name in ("city", "shop") if name in X and name not in first]
    named = {*first, *rest, "member", "comment"}
    columns = [
        ("categories", steps["categories"], first),
        ("numbers", steps["numbers"], [name for name in X if name not in named]),
        ("booleans", steps["booleans"], ["member"]),
        ("targets", steps["targets"], rest),
        ("text", steps["text"], "comment"),
    ]
    encoder = ColumnTransformer([c for c in columns if c[2]], sparse_threshold=sparse_threshold)
    return make_pipeline(encoder, *behind, estimator)


def cross_validate(
    model: Pipeline, X: pd.DataFrame, y: np.ndarray, folds: int = 3
) -> tuple[np.ndarray, np.ndarray | None, list[dict[str, float]]]:
    """Return what is predicted out of fold, the probabilities if there are any, and all scores."""
    is_class = y.dtype == object
    kind = StratifiedKFold if is_class else KFold
    predicted = np.empty(len(y), dtype=y.dtype)
    told, scores = None, []
    for train, test in kind(folds, shuffle=True, random_state=0).split(X, y):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = clone(model).fit(X.iloc[train], y[train])
        predicted[test] = fitted.predict(X.iloc[test])
        chances = None
        if is_class and hasattr(fitted, "predict_proba"):
            chances = fitted.predict_proba(X.iloc[test])
            told = np.empty((len(y), chances.shape[1])) if told is None else told
            told[test] = chances
        score = score_classes if is_class else score_numbers
        scores.append(score(y[test], predicted[test], chances, y))
    return predicted, told, scores


def score_numbers(
    y: np.ndarray, found: np.ndarray, _chances: None, _all: np.ndarray
) -> dict[str, float]:
    return {
        "r2": metrics.r2_score(y, found),
        "rmse": np.sqrt(metrics.mean_squared_error(y, found)),
        "mae": metrics.mean_absolute_error(y, found),
        "median_ae": metrics.median_absolute_error(y, found),
        "mape": metrics.mean_absolute_percentage_error(y, found),
        "max_error": metrics.max_error(y, found),
        **{f"pinball_{q}": metrics.mean_pinball_loss(y, found, alpha=q / 100)
           for q in (10, 50, 90)},
    }  # fmt: skip


def score_classes(
    y: np.ndarray, found: np.ndarray, chances: np.ndarray | None, everything: np.ndarray
) -> dict[str, float]:
    classes, counts = np.unique(everything.astype(str), return_counts=True)
    y, found = y.astype(str), found.astype(str)
    macro: dict[str, Any] = {"average": "macro", "zero_division": 0}
    scores = {
        "accuracy": metrics.accuracy_score(y, found),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, found),
        "f1_macro": metrics.f1_score(y, found, **macro),
        "precision_macro": metrics.precision_score(y, found, **macro),
        "recall_macro": metrics.recall_score(y, found, **macro),
        "mcc": metrics.matthews_corrcoef(y, found),
    }
    if len(classes) == 2:
        rarer = classes[counts.argmin()]
        scores |= {
            "f1": metrics.f1_score(y, found, pos_label=rarer, zero_division=0),
            "precision": metrics.precision_score(y, found, pos_label=rarer, zero_division=0),
            "recall": metrics.recall_score(y, found, pos_label=rarer, zero_division=0),
        }
    return scores if chances is None else scores | score_chances(y, chances, classes, counts)


def score_chances(
    y: np.ndarray, chances: np.ndarray, classes: np.ndarray, counts: np.ndarray
) -> dict[str, float]:
    scores = {"log_loss": metrics.log_loss(y, chances, labels=classes)}
    if len(classes) == 2:
        rarer = int(counts.argmin())
        is_rarer, chance = y == classes[rarer], chances[:, rarer]
        return scores | {
            "roc_auc": metrics.roc_auc_score(is_rarer, chance),
            "average_precision": metrics.average_precision_score(is_rarer, chance),
            "brier": metrics.brier_score_loss(is_rarer, chance),
            "calibration_error": calibration_error(is_rarer, chance),
        }
    truth = (y[:, None] == classes).astype(float)
    return scores | {
        "roc_auc": metrics.roc_auc_score(truth, chances, average="macro"),
        "average_precision": metrics.average_precision_score(truth, chances, average="macro"),
        "brier": float(((chances - truth) ** 2).sum(axis=1).mean()),
        "calibration_error": calibration_error(
            classes[chances.argmax(axis=1)] == y, chances.max(axis=1)
        ),
    }


def calibration_error(is_so: np.ndarray, chance: np.ndarray, bins: int = 15) -> float:
    error = 0.0
    for n in range(bins):
        last = chance <= 1 if n == bins - 1 else chance < (n + 1) / bins
        in_bin = (chance >= n / bins) & last
        if in_bin.any():
            error += in_bin.mean() * abs(is_so[in_bin].mean() - chance[in_bin].mean())
    return float(error)
