"""What a person may decide about one column of a file: its kind, a date's format, leave it out."""

import json
import re
from collections.abc import Mapping
from typing import Any

KINDS = ("number", "category", "text", "date", "boolean", "identifier")
PARTS = ("kind", "format", "use")
PREFIX = "columns."
MOST_COLUMNS = 20_000
LONGEST_FORMAT = 40
DATE_FORMAT = re.compile(r"(%[YymdHMSfbBpIjzA-Za]|[^%\x00-\x1f])*")
NO_TEXT = re.compile(r"[\ud800-\udfff\0]")  # what no database keeps as text

Choices = dict[str, dict[str, Any]]


def parse_columns(form: Mapping[str, Any]) -> tuple[Choices, dict[str, str]]:
    """Return the choices for columns of form or API fields, and what cannot be used of them.

    Parameters
    ----------
    form : Mapping
        ``columns`` is a JSON object of objects by column name; ``columns.NAME.kind``,
        ``columns.NAME.format`` and ``columns.NAME.use`` say the same with a field each.

    Returns
    -------
    choices : dict of str to dict
        ``kind``, ``format`` (of a date) and ``use`` (false leaves the column out) by column name.
    problems : dict of str to str
        Messages by field name; they name the field and the value.
    """
    choices: Choices = {}
    problems: dict[str, str] = {}
    for name, part, value in _given(form, problems):
        field = f"{PREFIX}{name}.{part}"
        try:
            choices.setdefault(name, {})[part] = _check(part, value)
        except ValueError as problem:
            problems[field] = f'{field} is "{str(value)[:40]}"; {problem}'
    for name, choice in choices.items():
        if "format" in choice and choice.get("kind", "date") != "date":
            words = f"only a date has one, and kind is {choice['kind']}"
            field = f"{PREFIX}{name}.format"
            problems[field] = f'{field} is "{choice["format"]}"; {words}'
    return choices, problems


def _given(form: Mapping[str, Any], problems: dict[str, str]) -> list[tuple[str, str, Any]]:
    """Return (column, part, value) of everything that is said about columns."""
    found: list[tuple[str, str, Any]] = []
    text = form.get("columns")
    if text:
        try:
            found += _in_json(str(text))
        except (ValueError, RecursionError) as problem:
            words = problem if isinstance(problem, _BadColumnsError) else "it must be JSON"
            problems["columns"] = f'columns is "{str(text)[:40]}"; {words}'
    for field in form:
        name, dot, part = field.removeprefix(PREFIX).rpartition(".")
        is_choice = field.startswith(PREFIX) and dot and part in PARTS
        if is_choice and form.get(field) not in {None, ""}:
            found.append((name, part, form.get(field)))
    return found


def is_text(text: str) -> bool:
    """Tell whether text can be kept: JSON may spell NUL, and halves of a pair of surrogates."""
    return not NO_TEXT.search(text)


class _BadColumnsError(ValueError):
    """JSON of another shape; the message goes on behind the value."""


def _in_json(text: str) -> list[tuple[str, str, Any]]:
    columns = json.loads(text)
    if not isinstance(columns, dict) or not all(isinstance(c, dict) for c in columns.values()):
        raise _BadColumnsError("it must be a JSON object with an object for each column")
    if len(columns) > MOST_COLUMNS:
        raise _BadColumnsError(f"it names more than {MOST_COLUMNS:,} columns")
    if not all(map(is_text, columns)):
        raise _BadColumnsError("a name in it holds a character that is no text, such as NUL")
    unknown = {part for choice in columns.values() for part in choice} - set(PARTS)
    if unknown:
        raise _BadColumnsError(f"of a column it may say: {', '.join(PARTS)}")
    return [(name, part, v) for name, c in columns.items() for part, v in c.items()]


def _check(part: str, value: Any) -> Any:
    if part == "kind":
        if value not in KINDS:
            raise ValueError(f"it must be one of: {', '.join(KINDS)}")
        return value
    if part == "use":
        if str(value).lower() not in {"true", "false"}:
            raise ValueError("it must be true or false")
        return str(value).lower() == "true"
    is_text = isinstance(value, str) and len(value) <= LONGEST_FORMAT and "%" in value
    if value != "ISO8601" and not (is_text and DATE_FORMAT.fullmatch(value)):
        raise ValueError("it must be a format of dates, such as %d/%m/%Y")
    return value
