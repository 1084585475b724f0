"""The metrics of predicted classes, from how many rows are of which class and are told to be.

They are scikit-learn's to the last digits, which asks for the same counts once for each metric:
that takes ten times as long, after every fold.
"""

import numpy as np


def score_counts(
    true: np.ndarray, told: np.ndarray, hits: np.ndarray, positive: int | None = None
) -> dict[str, np.ndarray]:
    """Score predicted classes; of a class that nothing is told of, precision is 0.

    Parameters
    ----------
    true, told, hits : ndarray of shape (n_draws, n_classes)
        How many rows are of each class, are told to be, and both; or what they weigh.
    positive : int, optional
        The positive class of two.

    Returns
    -------
    dict of str to ndarray of shape (n_draws,)
        Metrics of the positive class are NaN where no row is of it.
    """
    total, n_hits = true.sum(axis=1), hits.sum(axis=1)
    known = ((true + told) > 0).sum(axis=1)
    recall, precision = over(hits, true), over(hits, told)
    f1 = over(2 * hits, true + told)
    spread = (total**2 - (told**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1))
    found = {
        "accuracy": n_hits / total,
        # The mean recall of the classes that the rows hold: balanced accuracy's definition.
        "balanced_accuracy": recall.sum(axis=1) / (true > 0).sum(axis=1),
        "f1_macro": f1.sum(axis=1) / known,
        "precision_macro": precision.sum(axis=1) / known,
        "recall_macro": recall.sum(axis=1) / known,
        # 0 by definition where every row is given the same label.
        "mcc": over(n_hits * total - (true * told).sum(axis=1), np.sqrt(spread)),
    }
    if positive is not None:
        there = true[:, positive] > 0
        for name, values in (("f1", f1), ("precision", precision), ("recall", recall)):
            found[name] = np.where(there, values[:, positive], np.nan)
    return found


def over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; 0 where there is nothing to divide by."""
    found: np.ndarray = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    return found
