"""What goes wrong with data, parameters and bundles, in words for the person who trains."""

from collections.abc import Mapping
from typing import Any

# Codes of what is wrong with a table, its target or its folds: no other estimator helps.
OF_TABLE = frozenset({
    "COLUMNS_MISSING", "FOLD_ONE_CLASS", "METRIC_MISSING",
    "POSITIVE_UNKNOWN", "TARGET_CONSTANT", "TARGET_EMPTY", "TARGET_NOT_NUMERIC",
    "TARGET_ONE_CLASS", "TARGET_RARE_CLASS", "TIME_COLUMN_KIND", "TOO_FEW_GROUPS", "TOO_FEW_ROWS",
})  # fmt: skip
# Codes of the columns and of how they are prepared, which estimators seldom differ in.
OF_COLUMNS = frozenset({
    "COLUMNS_CONSTANT", "NO_COLUMNS", "TARGET_NEGATIVE", "TARGET_TOO_LARGE", "TEXT_EMPTY",
})  # fmt: skip


class EngineError(Exception):
    """Something the engine cannot do.

    Parameters
    ----------
    code : str
        A stable word for programs, such as ``TARGET_ONE_CLASS``.
    message : str
        What is wrong and where, with the person's own value.
    hint : str, optional
        What to do about it.
    details : Mapping, optional
        Facts for the page: sample lines, columns.
    change : Mapping, optional
        The fields of a request that would remove the cause, as in the API.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        details: Mapping[str, Any] | None = None,
        change: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint
        self.details, self.change = dict(details or {}), dict(change or {})

    def __str__(self) -> str:
        return self.message

    def as_dict(self) -> dict[str, Any]:
        """Return the error as a job's failure is stored."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "details": self.details,
            "change": self.change,
        }


class DataError(EngineError):
    """The data cannot be learned from as asked."""


class BundleError(EngineError):
    """A bundle does not give the predictions that it should."""


class ParameterError(EngineError):
    """Parameters that the estimator does not take; `fields` has a message for each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("PARAMETERS", "; ".join(fields.values()))
        self.fields = dict(fields)
