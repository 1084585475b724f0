"""What a person may decide about one column of a file: its kind, a date's format, leave it out."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from dashboard.datasets.check.date_formats import check_date_format
from dashboard.errors import ValidationFailed

KINDS = ("number", "category", "text", "date", "boolean", "identifier")
PARTS = ("kind", "format", "use")
PREFIX = "columns."
MOST_COLUMNS = 20_000
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
        field, choice = f"{PREFIX}{name}.{part}", choices.setdefault(name, {})
        try:
            checked = _check(part, value)
        except ValueError as problem:
            problems[field] = _fault(field, value, problem)
            continue
        if choice.setdefault(part, checked) != checked:
            problems[field] = _fault(field, value, f'and also "{choice[part]}"; say one of them')
    for name, choice in choices.items():
        problems |= _without_a_date(name, choice, choice.get("kind", "date"))
    return choices, problems


def check_choices(known: Collection[str], choices: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Check what is asked of single columns of a table that was read.

    Parameters
    ----------
    known : collection of str
        The names of its columns.
    choices : Mapping
        By column name ``kind``, ``format`` (of a date) and ``use``, where one is given; None takes
        the choices of a column away.

    Raises
    ------
    ValidationFailed
        With a message for each ``columns.NAME`` and ``columns.NAME.PART`` that cannot be used.
    """
    problems: dict[str, str] = {}
    for name, choice in choices.items():
        if name not in known:
            problems[f"{PREFIX}{name}"] = f'There is no column "{name}"'
            continue
        given = {part: value for part, value in (choice or {}).items() if value is not None}
        for part, value in given.items():
            field = f"{PREFIX}{name}.{part}"
            try:
                _check(part, value)
            except ValueError as problem:
                problems[field] = _fault(field, value, problem)
        problems |= _without_a_date(name, given, given.get("kind"))
    if problems:
        raise ValidationFailed(problems)


def _without_a_date(name: str, choice: Mapping[str, Any], kind: str | None) -> dict[str, str]:
    """Return what is wrong with a format for a column that is to be no date."""
    if "format" not in choice or kind == "date":
        return {}
    field = f"{PREFIX}{name}.format"
    words = f"only a date has one, and kind is {kind or 'not said'}"
    return {field: _fault(field, choice["format"], words)}


def _fault(field: str, value: Any, words: object) -> str:
    return f'{field} is "{str(value)[:40]}"; {words}'


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
    columns = json.loads(text, object_pairs_hook=_each_once)
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


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; Python itself would take the last of two fields of one name."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for n, (name, _) in enumerate(pairs) if name in dict(pairs[:n]))
        raise _BadColumnsError(f'"{twice[:40]}" stands in it twice')
    return found


def _check(part: str, value: Any) -> Any:
    if part == "kind":
        if value not in KINDS:
            raise ValueError(f"it must be one of: {', '.join(KINDS)}")
        return value
    if part == "use":
        if str(value).lower() not in {"true", "false"}:
            raise ValueError("it must be true or false")
        return str(value).lower() == "true"
    return check_date_format(value)
