"""What a person chose for a column, over what it was found to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.conventions import number_question
from tasks.engine.profile.date_formats import DATE_FORMATS, MANY, date_question, days_of
from tasks.engine.profile.kinds import Found, find_booleans, read_numbers, written_facts
from tasks.engine.profile.time_zones import date_schema
from tasks.engine.table.cell_text import TRUTH
from tasks.engine.table.cells import Written
from tasks.engine.table.coercion import dates

KINDS = ("number", "category", "text", "date", "boolean", "identifier")


@dataclass(frozen=True)
class Decision:
    """What a column is in the end; `refused` is what it was chosen to be and cannot be."""

    found: Found
    question: dict[str, Any] | None
    is_left_out: bool = False
    refused: Mapping[str, Any] | None = None
    is_chosen: bool = False


def decide(column: Column, found: Found, choice: Mapping[str, Any]) -> Decision:
    """Return what a column is, by a choice such as ``{"kind": "date", "format": "%d/%m/%Y"}``.

    A column that cannot be what was chosen, because not one cell of it can, stays what it is.
    """
    question = ask(column, found)
    kind = choice.get("kind") or ("date" if choice.get("format") else None)
    chosen = _chosen(column, found, kind, choice.get("format")) if kind else None
    left_out = choice.get("use") is False
    if question:
        question["chosen"] = _answer(question, chosen, left_out)
    refused = choice if kind and chosen is None else None
    return Decision(chosen or found, question, left_out, refused, chosen is not None)


def _answer(question: Mapping[str, Any], chosen: Found | None, left_out: bool) -> str | None:
    if left_out:
        return "leave_out"
    if chosen is None:
        return None
    if chosen.kind == "number" and question["about"] == "number":
        return "number"
    return chosen.schema["format"] if chosen.kind == "date" else "text"


def ask(column: Column, found: Found) -> dict[str, Any] | None:
    """Return the question that a column raises, if it does."""
    if found.dates:
        return date_question(column, found.dates)
    if found.kind in {"category", "text", "identifier"} and found.reading and not found.codes:
        return number_question(column, found.reading)
    return None


def _chosen(column: Column, found: Found, kind: str, date_format: str | None) -> Found | None:
    if not column.n_present:
        return Found(kind, {"decimal": column.decimal}) if kind == "number" else found
    if kind == "number":
        plain: Written = (column.decimal, "", False)
        written = found.reading.written if found.reading else plain
        read = read_numbers(column, written)
        return Found("number", written_facts(written), read) if read.tally.n else None
    if kind == "date":
        best = date_format or found.schema.get("format") or _likely_format(column, found)
        if best is None or not column.count(lambda cells: np.isfinite(days_of(cells, best))):
            return None
        return Found("date", date_schema(column, best))
    if kind == "boolean":
        truth = find_booleans(column) or _two_words(column)
        return Found("boolean", truth) if truth else None
    return Found(kind)


def _likely_format(column: Column, found: Found) -> str | None:
    if found.dates:
        return found.dates.format
    values = column.values[:MANY]
    read = {name: int(dates(values, name).notna().sum()) for name in DATE_FORMATS}
    best = max(read, key=lambda name: read[name])
    return best if read[best] else None


def _two_words(column: Column) -> dict[str, Any] | None:
    """Return two words as true and false; the rarer is true unless one says of itself which."""
    words = {value.lower(): value for value in reversed(column.values[:100])}
    if not column.is_few or len(words) != 2 or len(column.values) > len(words):
        return None
    false, true = (words[value.lower()] for value in column.values)
    if TRUTH.get(true.lower()) == 0 or TRUTH.get(false.lower()) == 1:
        true, false = false, true
    return {"true": true, "false": false}
