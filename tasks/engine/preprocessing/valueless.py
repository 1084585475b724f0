"""Columns of numbers that have no value in any of the rows that are fitted.

A column that is filled in late has none before the first fold of an order in time, one with a
single value none where that row is a test row.
"""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.preprocessing.target_scale import within

# They get numbers with gaps, and cannot make bins of gaps alone; before others gaps are filled.
NEED_A_VALUE = {"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"}


def has_value(column: pd.Series) -> bool:
    """Tell whether any cell of a typed column has a value."""
    return len(column) > 0 and bool(pd.notna(column.iloc[0]) or column.notna().any())


def fill_valueless(model: Pipeline, X: pd.DataFrame) -> pd.DataFrame:
    """Return rows to fit, with 0 wherever a column of numbers has no value at all.

    Of what is the same everywhere nothing is learned, so it plays no part in predictions either.

    Parameters
    ----------
    model : Pipeline
        What is to be fitted.
    X : DataFrame of shape (n_samples, n_features)
        The rows of the typed table; they stay as they are.

    Returns
    -------
    DataFrame
        `X` itself where there is no such column, or the estimator needs no value.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingRegressor
    >>> X = pd.DataFrame({"paid": [3.0, np.nan], "repaid": [np.nan, np.nan]})
    >>> model = Pipeline([("estimator", HistGradientBoostingRegressor())])
    >>> fill_valueless(model, X)["repaid"].tolist()
    [0.0, 0.0]
    """
    if type(within(model[-1])).__name__ not in NEED_A_VALUE:
        return X
    # All first rows at once: one column after the other takes long where there are thousands.
    first = X.select_dtypes(exclude=[object, str]).iloc[:1].isna().all()
    found = [name for name in first.index[first] if not has_value(X[name])]
    return X.assign(**{str(name): np.zeros(len(X)) for name in found}) if found else X
