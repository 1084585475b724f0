"""The form of one row: a field for each column that a model needs, and what was typed into it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.db import Model
from dashboard.models.seen import cell_of, middle_of
from tasks.engine.table.cell_text import number_of, symbols_of

MOST_FIELDS = 300
MOST_CHOICES = 30
MOST_SUGGESTIONS = 200


@dataclass(frozen=True)
class RowField:
    """One column of the form. `name` is that of the control: columns may be called anything.

    `choices` are all values that training saw, where they are few; `suggestions` where they are
    more, or where others may be typed. `hint` is what training saw of a number or a date,
    `example` its median as a file has it.
    """

    name: str
    column: str
    kind: str
    choices: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    hint: str | None = None
    example: str = ""
    decimal: str = "."
    thousands: str = ""
    symbols: bool | str = False

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices of the control, nothing first."""
        return [("", "missing"), *((value, value) for value in self.choices)]

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
            raise ValueError(f"{self.column} must be a number, such as {self.example or 1}")
        return typed

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
    known = _profile(model)
    return [
        _field(f"c{n}", columns.get(name, {"name": name}), known.get(name, {}))
        for n, name in enumerate(features)
    ]


def _profile(model: Model) -> dict[str, Mapping[str, Any]]:
    return {column["name"]: column for column in model.job.dataset.columns or []}


def _field(name: str, column: Mapping[str, Any], known: Mapping[str, Any]) -> RowField:
    kind = column.get("kind", "text")
    middle = middle_of(column, known)
    values = column.get("values") or []
    if kind == "boolean":
        values = [column["false"], column["true"]]
    return RowField(
        name, column["name"], kind,
        choices=values if len(values) <= MOST_CHOICES else (),
        suggestions=values[:MOST_SUGGESTIONS] if len(values) > MOST_CHOICES else (),
        hint=_hint(column, middle), example=middle or "",
        decimal=column.get("decimal") or ".", thousands=column.get("thousands") or "",
        symbols=symbols_of(column),
    )  # fmt: skip


def _hint(column: Mapping[str, Any], middle: str | None) -> str | None:
    """Return what training saw of a number or a date, as one is written here."""
    kind, ends = column.get("kind"), column.get("range") or ()
    if kind not in {"number", "date"}:
        return None
    seen = " to ".join(cell_of(column, end) for end in ends)
    written = f"such as {middle}" if middle and kind == "date" else None
    return ", ".join(part for part in (seen, written) if part) or None


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
    profile, found = _profile(model), {}
    for field in fields:
        top = profile.get(field.column, {}).get("top") or []
        if field.example:
            found[field.name] = field.example
        elif top:
            found[field.name] = str(top[0]["value"])
    return found
