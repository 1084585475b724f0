"""Conditions on the rows of a table: what a page filters by."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.values import CellType, comparable, present, value_of

# A row without a value meets none of them but "missing".
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le", "contains", "missing")
_COMPARE: dict[str, Callable[..., pa.Array]] = {
    "eq": pc.equal, "ne": pc.not_equal, "gt": pc.greater, "ge": pc.greater_equal,
    "lt": pc.less, "le": pc.less_equal,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One condition on one column.

    Parameters
    ----------
    column : str
        The column's name.
    operator : str
        One of `OPERATORS`.
    text : str
        What a person typed: a value as it stands in the file; ``1`` or ``0`` of ``missing``.
    type : CellType
        How the column's cells are read.
    value : float, int or str
        The text as cells are compared with it.
    """

    column: str
    operator: str
    text: str
    type: CellType
    value: float | int | str

    def mask(self, cells: pa.Array) -> pa.Array:
        """Tell which cells meet the condition.

        Parameters
        ----------
        cells : Array of string
            As in the file.

        Returns
        -------
        Array of bool
            Without nulls.
        """
        if self.operator == "missing":
            is_missing = pc.is_null(comparable(cells, self.type))
            return is_missing if self.value else pc.invert(is_missing)
        if self.operator == "contains":
            texts = present(cells, self.type)
            found = pc.match_substring(texts, str(self.value), ignore_case=True)
        else:
            found = _COMPARE[self.operator](comparable(cells, self.type), self.value)
        return pc.fill_null(found, False)


def make_condition(column: str, operator: str, text: str, given: CellType) -> Condition:
    """Make a condition.

    Raises
    ------
    ValueError
        When it has no meaning for this column; the message says why.
    """
    if operator not in OPERATORS:
        raise ValueError(f'there is no "{operator[:40]}"; use one of: {", ".join(OPERATORS)}')
    value: float | int | str = text
    if operator == "missing":
        if text not in {"0", "1"}:
            raise ValueError("missing must be 1 or 0")
        value = int(text)
    elif operator != "contains":
        value = value_of(text, given)
    elif not text:
        raise ValueError("there is nothing to look for")
    return Condition(column, operator, text, given, value)
