"""Rows that are the same in every feature and in the target."""

import numpy as np
import pandas as pd

TURN = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's bits: spreads sums of hashes


def row_bits(X: pd.DataFrame, y: np.ndarray) -> np.ndarray:
    """Return 64 bits for each row; those of copies are the same.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Typed rows.
    y : ndarray of shape (n_rows,)
        Their target.
    """
    bits = pd.util.hash_pandas_object(X, index=False).to_numpy(np.uint64)
    target = pd.util.hash_array(np.asarray(y, dtype=object).astype(str).astype(object))
    return np.asarray(bits * TURN ^ target)


def first_of_each(X: pd.DataFrame, y: np.ndarray) -> np.ndarray:
    """Return the rows, in order, that are no copy of one above.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [1.0, 2.0, 1.0], "b": ["x", "y", "x"]})
    >>> first_of_each(X, np.array([0, 1, 0])).tolist()
    [0, 1]
    """
    _bits, first = np.unique(row_bits(X, y), return_index=True)
    return np.asarray(np.sort(first))
