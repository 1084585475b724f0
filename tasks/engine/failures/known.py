"""What scikit-learn and pandas say, in plain words: warnings while fitting, and errors."""

import re
import warnings
from collections.abc import Iterable
from typing import Any

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.spec import TrainingSpec

UNSETTLED, UNKNOWN = "NOT_CONVERGED", "UNKNOWN"
WARNINGS = (
    (re.compile("converge|max_iter|total no. of iterations", re.IGNORECASE), UNSETTLED,
     "Training stopped before settling. Raise max_iter or scale the columns"),
    (re.compile("least populated class", re.IGNORECASE), "RARE_CLASS",
     "A class has so few rows that it cannot be in every fold"),
    (re.compile("ill-conditioned|singular matrix", re.IGNORECASE), "ILL_CONDITIONED",
     "Some columns follow each other almost exactly, so their weights cannot be told apart"),
    (re.compile("unknown categories", re.IGNORECASE), "UNKNOWN_CATEGORIES",
     "Some categories appear only in test rows; they were treated as unknown"),
)  # fmt: skip

# What fitting raises: code, words, and what to do; {name} is the estimator's title.
ERRORS = (
    (re.compile("number of samples is smaller than the number of features|"
                "min_samples. may not be larger than number of samples"), "MORE_COLUMNS_THAN_ROWS",
     "{name} needs more rows than columns after encoding, and a fold has fewer",
     "Use fewer columns, more rows, or another estimator"),
    (re.compile("empty vocabulary"), "TEXT_EMPTY",
     "A text column has no words to learn from",
     "Leave that column out"),
    (re.compile("out of the valid range of the loss|Some value.s. of y are out of|"
                "strictly positive|non-negative", re.IGNORECASE), "TARGET_OUT_OF_RANGE",
     "{name} does not take every value of the target",
     "Choose one that takes any number, such as histogram gradient boosting"),
    (re.compile("specified nu is infeasible"), "NU_TOO_HIGH",
     "nu is too high for classes of such different sizes",
     "Lower nu, or use SVM with a kernel, which has none"),
    (re.compile("dual coefficients or intercepts are not finite"), "NO_BORDER",
     "{name} found no border between the classes: the columns say too little of the target",
     "Choose other columns, or another estimator"),
    (re.compile("must be more than the number of classes|only 1 sample in class"),
     "TOO_FEW_ROWS_OF_CLASSES",
     "{name} needs several rows of a class, and a fold is trained on too few: {last}",
     "Use more rows, or another estimator such as Logistic regression"),
    (re.compile("n_components.* (with|for) svd_solver"), "TOO_MANY_PRINCIPAL",
     "There cannot be more principal components than columns after encoding, or rows: {last}",
     "Under Preprocessing, lower components, or leave it out"),
    (re.compile("meets the variance threshold"), "COLUMNS_CONSTANT",
     "After encoding every column is the same in all rows of a fold, so there is nothing to learn",
     "Choose other columns"),
    (re.compile("Negative values in data"), "COLUMNS_NEGATIVE",
     "{name} takes no negative numbers, and a column has some",
     "Under Preprocessing, set scale to auto or range"),
    (re.compile("n_components|upper bound is"), "TOO_MANY_COMPONENTS",
     "{name} was asked for more components than there are columns or classes: {last}",
     "Lower n_components, to 1 at worst"),
    (re.compile("n_neighbors <= n_samples|Expected n_neighbors"), "TOO_MANY_NEIGHBOURS",
     "n_neighbors is greater than the rows that a fold is trained on: {last}",
     "Lower n_neighbors"),
    (re.compile("sample_weight"), "INSIDE_UNSUITED",
     "{name} cannot train what was chosen inside it: {last}",
     "Choose another estimator inside"),
    (re.compile("support multiclass|only suitable for a binary"), "TWO_CLASSES_ONLY",
     "{name} with these parameters is for two classes, and the target has more",
     "Choose another solver or loss"),
    (re.compile("does not implement the method"), "INSIDE_UNSUITED",
     "{name} cannot use what was chosen inside it: {last}",
     "Choose another estimator inside, or the automatic method"),
    (re.compile("not full rank|index 0 is out of bounds"), "COLUMNS_TOO_ALIKE",
     "{name} cannot tell the columns apart: some follow from others, or tol is too high",
     "Lower tol, raise shrinkage, leave columns out, or choose another estimator"),
    (re.compile("feature.s. .*while a minimum of"), "TOO_FEW_COLUMNS",
     "{name} needs more columns than there are after encoding: {last}",
     "Choose more columns, or another estimator"),
    (re.compile("number of atoms"), "TOO_MANY_ATOMS",
     "{name} wanted to use more columns than there are after encoding",
     "Lower max_iter or n_nonzero_coefs below the columns, or choose another estimator"),
    (re.compile("min_samples. needs to be explicitly set"), "MIN_SAMPLES_UNSET",
     "{name} does not know how many rows each try needs for what is inside it",
     "Set min_samples, such as 0.5 for half of the rows"),
    (re.compile("could not find a valid consensus|argmin of an empty"),
     "NOTHING_FOUND",
     "{name} found no solution with these parameters: {last}",
     "Go back to the defaults"),
    (re.compile("supports only|not supported|solver"), "PARAM_COMBO",
     "{name} does not take these parameters together: {last}",
     "Change one of them, or go back to its default"),
)  # fmt: skip

USUAL_NEIGHBOURS = 5  # scikit-learn's default
# What may be asked instead, by code; None is the default of what stands there.
CHANGES: dict[str, dict[str, Any]] = {
    "COLUMNS_NEGATIVE": {"preprocessing": {"scale": None}},
    "INSIDE_UNSUITED": {"parameters": None},
    "MIN_SAMPLES_UNSET": {"parameters": {"min_samples": 0.5}},
    "NOTHING_FOUND": {"parameters": None},
    "NU_TOO_HIGH": {"parameters": {"nu": 0.05}},
    "NUMBERS_TOO_LARGE": {"preprocessing": {"scale": "quantile"}},
    "PARAM_COMBO": {"parameters": None},
    "TARGET_OUT_OF_RANGE": {"estimator": "HistGradientBoostingRegressor", "parameters": None},
    "TOO_FEW_ROWS_OF_CLASSES": {"estimator": "LogisticRegression", "parameters": None},
    "TOO_MANY_ATOMS": {"estimator": "Ridge", "parameters": None},
    "TOO_MANY_COMPONENTS": {"parameters": {"n_components": 1}},
    "TOO_MANY_PRINCIPAL": {"preprocessing": {"components": None}},
    "TOO_MANY_NEIGHBOURS": {"parameters": {"n_neighbors": USUAL_NEIGHBOURS}},
}

# Codes of what no setting of the estimator helps with, and another estimator does.
OTHERS_FIT = frozenset({"COLUMNS_TOO_ALIKE", "INSIDE_NO_NUMBERS", "MORE_COLUMNS_THAN_ROWS",
                        "NO_BORDER", "TOO_FEW_COLUMNS"})  # fmt: skip


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


def more_iterations(spec: TrainingSpec) -> dict[str, Any]:
    """Return the change that lets an estimator go on five times as long, where it has an end."""
    known = get_estimator(spec.estimator).find_parameter("max_iter")
    now = spec.parameters.get("max_iter", known.default) if known else None
    return {"parameters": {"max_iter": 5 * now}} if isinstance(now, int) and now > 0 else {}


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
    if isinstance(error, MemoryError):
        return EngineError(
            "MEM_LIMIT",
            f"There was not enough memory to fit {estimator}",
            "Try fewer columns, a sample of rows, or a simpler estimator",
        )
    text = str(error).strip()
    last = (text.split("\n") or [""])[0][:400] or type(error).__name__
    searched = "solver" if type(error).__name__ == "InvalidParameterError" else text
    for rule, code, words, remedy in ERRORS:
        if rule.search(searched):
            message = words.format(name=estimator, last=last)
            return EngineError(code, message, remedy, change=_change(code, text))
    return EngineError(
        UNKNOWN,
        f"The job stopped for a reason we do not recognise: {last}",
        "The log has the details",
    )


def _change(code: str, text: str) -> dict[str, Any] | None:
    """Return what may be asked instead; no more neighbours than there are rows."""
    rows = re.search(r"n_samples_fit = (\d+)", text)
    if code == "TOO_MANY_NEIGHBOURS" and (not rows or int(rows[1]) < USUAL_NEIGHBOURS):
        return {"parameters": {"n_neighbors": 1}}
    return CHANGES.get(code)
