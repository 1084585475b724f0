"""The form of one row: a field for each column that a model needs, and what was typed into it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.db import Model
from dashboard.filters import number
from tasks.engine.cell_text import number_of

MOST_FIELDS = 300
MOST_CHOICES = 30
MOST_SUGGESTIONS = 200


@dataclass(frozen=True)
class RowField:
    """One column of the form. `name` is that of the control: columns may be called anything.

    `choices` are all values that training saw, where they are few; `suggestions` where they are
    more, or where others may be typed.
    """

    name: str
    column: str
    kind: str
    choices: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    decimal: str = "."
    thousands: str = ""
    symbols: bool = False

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices of the control, nothing first."""
        return [("", "missing"), *((value, value) for value in self.choices)]

    @property
    def hint(self) -> str | None:
        """What training saw, in words."""
        if self.low is None or self.high is None:
            return None
        return f"{number(self.low, 6)} to {number(self.high, 6)}"

    def read(self, text: str) -> str | None:
        """Return the cell that was typed, as a file would hold it; None for nothing.

        Raises
        ------
        ValueError
            When it is no number where there must be one; the message is for the page.
        """
        typed = text.strip()
        if not typed:
            return None
        if self.kind == "number" and self._number(typed) is None:
            raise ValueError(f"{self.column} must be a number, such as {self.example}")
        return typed

    @property
    def example(self) -> str:
        """A number that training saw, as its files write it."""
        return repr(self.low if self.low is not None else 3.5).replace(".", self.decimal)

    def find_outside(self, cell: str | None) -> str | None:
        """Say that a number lies outside of what training saw; None where it does not."""
        value = self._number(cell) if cell and self.kind == "number" else None
        if value is None or self.low is None or self.high is None:
            return None
        if self.low <= value <= self.high:
            return None
        return f"{self.column} {number(value, 6)} is outside {self.hint}, which training saw"

    def _number(self, cell: str) -> float | None:
        """Return a cell's number by the rules of the files that the model reads."""
        value = number_of(cell, self.decimal, self.thousands, self.symbols)
        return None if math.isnan(value) else value


def list_fields(model: Model) -> list[RowField] | None:
    """List the fields of a model's form; None where it needs more columns than a form can have."""
    features = model.schema.get("features", [])
    if len(features) > MOST_FIELDS:
        return None
    columns = {column["name"]: column for column in model.schema.get("columns", [])}
    return [_field(f"c{n}", columns.get(name, {"name": name})) for n, name in enumerate(features)]


def _field(name: str, column: Mapping[str, Any]) -> RowField:
    kind = column.get("kind", "text")
    low, high = column.get("range") or (None, None)
    values = column.get("values") or []
    if kind == "boolean":
        values = [column["false"], column["true"]]
    is_number = kind == "number"
    return RowField(
        name, column["name"], kind,
        choices=values if len(values) <= MOST_CHOICES else (),
        suggestions=values[:MOST_SUGGESTIONS] if len(values) > MOST_CHOICES else (),
        low=low if is_number else None, high=high if is_number else None,
        decimal=column.get("decimal") or ".", thousands=column.get("thousands") or "",
        symbols=bool(column.get("symbols")),
    )  # fmt: skip


def read_row(
    fields: Sequence[RowField], form: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row that was typed, by column, and what is wrong with it, by field."""
    row: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in fields:
        try:
            row[field.column] = field.read(form.get(field.name, ""))
        except ValueError as problem:
            errors[field.name] = str(problem)
    return row, errors


def typical_row(model: Model, fields: Sequence[RowField]) -> dict[str, str]:
    """Return what a typical row of the training data would be typed as: medians, and most common.

    Parameters
    ----------
    model : Model
        Its dataset's profile says what is typical.
    fields : sequence of RowField
        The form's.

    Returns
    -------
    dict
        By the names of the fields; those of which nothing is known stay empty.
    """
    profile = {column["name"]: column for column in model.job.dataset.columns or []}
    found = {}
    for field in fields:
        known = profile.get(field.column, {})
        top = known.get("top") or []
        if field.kind == "number" and known.get("median") is not None:
            typical = repr(known["median"]).removesuffix(".0")
            found[field.name] = typical.replace(".", field.decimal)
        elif top:
            found[field.name] = str(top[0]["value"])
    return found
