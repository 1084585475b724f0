"""The steps that make numbers of columns: scikit-learn's own classes, as the settings say."""

from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from tasks.engine.estimators.catalogue import Estimator
from tasks.engine.preprocessing.settings import Preprocessing

PASSED = "passthrough"
QUANTILES = 1000  # QuantileTransformer's own default; never more than rows
UNKNOWN, MISSING = -1, -2  # as codes, where the estimator takes no missing numbers


def takes_native(settings: Preprocessing, estimator: Estimator) -> bool:
    """Tell whether numbers with gaps, and categories as codes, go to the estimator as they are."""
    return estimator.native and not settings.mixes_columns


def scale_of(settings: Preprocessing, estimator: Estimator) -> str:
    """Return how numbers are brought to one scale; empty where they are not."""
    if settings.scale != "auto":
        return "" if settings.scale == "none" else settings.scale
    # Components of columns that are not on one scale are those of the largest numbers.
    return estimator.scale or ("standard" if settings.components is not None else "")


def make_scaler(scale: str, rows: int, seed: int) -> Any:
    """Make what brings numbers to a scale, see `preprocessing_settings`.

    Parameters
    ----------
    scale : {"standard", "range", "robust", "power", "quantile"}
        Which one.
    rows : int
        How many rows there are.
    seed : int
        For the one that draws rows.
    """
    if scale == "quantile":
        return QuantileTransformer(
            n_quantiles=max(2, min(QUANTILES, rows // 2)),
            output_distribution="normal",
            random_state=seed,
        )
    # Unseen numbers beyond those seen must not go below 0 where the estimator takes none.
    if scale == "range":
        return MinMaxScaler(clip=True)
    made = {"standard": StandardScaler, "robust": RobustScaler, "power": PowerTransformer}
    return made[scale]()


def number_step(settings: Preprocessing, estimator: Estimator, rows: int, seed: int) -> Any:
    """Make the step for numbers and parts of dates.

    Parameters
    ----------
    settings : Preprocessing
        What was chosen.
    estimator : Estimator
        Of the catalogue.
    rows : int
        How many rows there are.
    seed : int
        For the scaler that draws rows.
    """
    scale, filled = scale_of(settings, estimator), settings.numbers_missing
    if filled == "auto":
        is_left = takes_native(settings, estimator) and settings.missing_flags is not True
        if is_left:
            return make_scaler(scale, rows, seed) if scale else PASSED
        filled = "median"
    flags = settings.missing_flags is not False
    if filled == "knn":  # rows are similar only by numbers of one scale
        imputer = KNNImputer(add_indicator=flags, keep_empty_features=True)
        return make_pipeline(make_scaler(scale or "standard", rows, seed), imputer)
    imputer = SimpleImputer(
        strategy=filled,
        fill_value=settings.numbers_fill if filled == "constant" else None,
        add_indicator=flags,
        keep_empty_features=True,
    )
    return make_pipeline(imputer, make_scaler(scale, rows, seed)) if scale else imputer


def boolean_step(settings: Preprocessing, estimator: Estimator) -> Any:
    """Make the step for columns of yes and no."""
    if takes_native(settings, estimator) and settings.numbers_missing == "auto":
        return PASSED
    return _most_frequent()


def _most_frequent() -> SimpleImputer:
    return SimpleImputer(strategy="most_frequent", keep_empty_features=True)


def category_step(
    way: str, settings: Preprocessing, estimator: Estimator, rows: int, seed: int
) -> Any:
    """Make the step for categories.

    Parameters
    ----------
    way : {"codes", "one_hot", "ordinal", "target"}
        How they become numbers; codes are for estimators that take categories.
    settings : Preprocessing
        What was chosen.
    estimator : Estimator
        Of the catalogue.
    rows : int
        How many rows there are.
    seed : int
        For the cross-fitting of target encoding, and for the scaler that draws rows.
    """
    joined = {"min_frequency": settings.rare_below, "max_categories": settings.most_categories}
    is_joined = any(value is not None for value in joined.values())
    encoder: Any
    if way == "one_hot":
        unknown = "infrequent_if_exist" if is_joined else "ignore"
        sparse = may_be_sparse(settings, estimator)
        encoder = OneHotEncoder(handle_unknown=unknown, sparse_output=sparse, **joined)
    elif way == "target":
        # Left to itself it takes whole numbers for classes, and makes a column for each of them.
        splitter, kind = (
            (StratifiedKFold, "auto")
            if estimator.task == "classification"
            else (KFold, "continuous")
        )
        encoder = TargetEncoder(target_type=kind, cv=splitter(5, shuffle=True, random_state=seed))
    else:
        gap, absent = (np.nan, np.nan) if way == "codes" else (UNKNOWN, MISSING)
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=gap,
            encoded_missing_value=absent,
            **joined,
        )
    steps = [_most_frequent()] if settings.categories_missing == "most_frequent" else []
    steps.append(encoder)
    if way in {"ordinal", "target"} and (scale := scale_of(settings, estimator)):
        steps.append(make_scaler(scale, rows, seed))
    return make_pipeline(*steps) if len(steps) > 1 else encoder


def text_step(settings: Preprocessing) -> Any:
    """Make the step for one column of texts."""
    words = (1, settings.text_ngrams)
    if settings.text == "hashing":
        return HashingVectorizer(
            n_features=settings.text_features, ngram_range=words, alternate_sign=False
        )
    if settings.text == "characters":
        return TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), max_features=settings.text_features
        )
    return TfidfVectorizer(ngram_range=words, max_features=settings.text_features)


def needs_dense(settings: Preprocessing, estimator: Estimator) -> bool:
    """Tell whether the encoded columns go where no sparse matrix is taken, or not as it is."""
    # In a sparse matrix mutual information takes every number for a class.
    asked = settings.components is not None or settings.select == "mutual_info"
    return estimator.dense or asked


def may_be_sparse(settings: Preprocessing, estimator: Estimator) -> bool:
    """Tell whether one-hot columns may be so many that they are kept as a sparse matrix."""
    many = settings.encode == "one_hot" or settings.one_hot_limit > Preprocessing.one_hot_limit
    return many and not needs_dense(settings, estimator)
