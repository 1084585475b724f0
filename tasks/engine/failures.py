"""What scikit-learn and pandas say, in plain words: warnings while fitting, and errors."""

import re
import warnings
from collections.abc import Iterable

from tasks.engine.errors import EngineError

WARNINGS = (
    (re.compile("converge|max_iter|total no. of iterations", re.IGNORECASE), "NOT_CONVERGED",
     "Training stopped before settling. Raise max_iter or scale the columns"),
    (re.compile("least populated class", re.IGNORECASE), "RARE_CLASS",
     "A class has so few rows that it cannot be in every fold"),
    (re.compile("ill-conditioned|singular matrix", re.IGNORECASE), "ILL_CONDITIONED",
     "Some columns follow each other almost exactly, so their weights cannot be told apart"),
    (re.compile("unknown categories", re.IGNORECASE), "UNKNOWN_CATEGORIES",
     "Some categories appear only in test rows; they were treated as unknown"),
)  # fmt: skip


def explain_warnings(caught: Iterable[warnings.WarningMessage]) -> dict[str, str]:
    """Return each kind of warning once: its code and its words.

    Warnings that the table does not know keep their own first line.
    """
    found: dict[str, str] = {}
    for warning in caught:
        if issubclass(warning.category, DeprecationWarning | FutureWarning):
            continue
        text = str(warning.message).strip()
        known = next(((code, words) for rule, code, words in WARNINGS if rule.search(text)), None)
        code, words = known or (warning.category.__name__, text.split("\n")[0][:300])
        found.setdefault(code, words)
    return found


def explain_error(error: Exception, estimator: str) -> EngineError:
    """Return an error from fitting as one for the person who trains.

    Parameters
    ----------
    error : Exception
        Whatever fitting raised.
    estimator : str
        Its title, for the message.
    """
    if isinstance(error, EngineError):
        return error
    last = (str(error).strip().split("\n") or [""])[0][:400] or type(error).__name__
    if isinstance(error, MemoryError):
        return EngineError(
            "MEM_LIMIT",
            f"There was not enough memory to fit {estimator}",
            "Try fewer columns, a sample of rows, or a simpler estimator",
        )
    name = type(error).__name__
    if name == "InvalidParameterError" or re.search(r"supports only|not supported|solver", last):
        return EngineError(
            "PARAM_COMBO",
            f"{estimator} does not take these parameters together: {last}",
            "Change one of them, or go back to its default",
        )
    if "empty vocabulary" in last:
        return EngineError(
            "TEXT_EMPTY",
            "A text column has no words to learn from",
            "Leave that column out",
        )
    return EngineError(
        "UNKNOWN",
        f"The job stopped for a reason we do not recognise: {last}",
        "The log has the details",
    )
