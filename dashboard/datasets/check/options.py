"""What a person may decide about how a file is read, as form fields and as API fields.

What may be decided about one column is in `column_choices.py`.
"""

import codecs
import json
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.datasets.check.column_choices import is_text, parse_columns
from dashboard.datasets.words import DELIMITERS, EMPTY, ENCODINGS
from dashboard.errors import ValidationFailed
from dashboard.paging import read_number

QUOTES = {"double": '"', "single": "'", "none": ""}
ESCAPES = {"doubled": "", "backslash": "\\"}
# Python has them as encodings of text, but no file is written in them.
NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
BAD_LINES = ("refuse", "skip", "pad")
MOST_HEADER_LINES = 5
MOST_MARKERS = 100
LONGEST_MARKER = 100
OTHER = "other"  # how a form says that the character or name is in the field beside

# About the file as a whole; with them an address says how the file is read.
LAYOUT = (
    "delimiter", "quote", "escape", "encoding", "header", "header_line", "header_lines",
    "decimal", "missing", "bad_lines",
)  # fmt: skip
FIELDS = (*LAYOUT, "columns")


def parse_options(form: Mapping[str, Any]) -> dict[str, Any]:
    """Turn form or API fields into reading options; what is empty is left to be found out.

    Parameters
    ----------
    form : Mapping
        ``delimiter`` and ``encoding`` (a character and a codec, or the name of one, or ``other``
        and then ``delimiter_other`` and ``encoding_other``), ``quote`` (``"``, ``'``, ``none``),
        ``escape`` (``doubled``, ``backslash``), ``header`` (``true``, ``false``),
        ``header_line`` (of the names or the first row, from 1), ``header_lines`` (1 to 5),
        ``decimal`` (``.``, ``,``), ``missing`` (markers between commas, or a JSON list),
        ``bad_lines`` (``refuse``, ``skip``, ``pad``), ``columns`` (JSON) and
        ``columns.NAME.kind``, ``.format``, ``.use``.

    Returns
    -------
    dict
        Arguments of `tasks.engine.reader.dialects.ReadOptions`.

    Raises
    ------
    ValidationFailed
        With a message for each field that holds something else; it names field and value.
    """
    options: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, check in CHECKS.items():
        text = form.get(name)
        if text == OTHER:
            text = form.get(f"{name}_other") or OTHER
        if text is None or text == "":
            continue
        try:
            options[name] = check(str(text))
        except ValueError as problem:
            problems[name] = f"{name} is {shown(text)}; {problem}"
    columns, found = parse_columns(form)
    problems |= found | _contradictions(options)
    if problems:
        raise ValidationFailed(problems)
    if options.get("header") is False:
        options.pop("header_lines", None)
    return options | ({"columns": columns} if columns else {})


def parse_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the fields of a JSON body into reading options, as `parse_options` does with texts."""
    return parse_options(
        {
            name: value if isinstance(value, str) else json.dumps(value)
            for name in FIELDS
            if (value := values.get(name)) is not None
        }
    )


def change_options(former: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return reading options with some of them changed.

    Parameters
    ----------
    former : Mapping
        Options of a dataset.
    changes : Mapping
        Options that take the place of former ones; None takes a choice away, so that it is found
        out again. ``columns`` is merged column by column, and each of those choice by choice.

    Raises
    ------
    ValidationFailed
        When they do not go together.
    """
    columns = dict(former.get("columns") or {})
    for name, choice in (changes.get("columns") or {}).items():
        columns[name] = _change_choice(columns.get(name) or {}, choice)
    kept = {name: choice for name, choice in columns.items() if choice}
    changed = _without_none({**former, **changes, "columns": kept or None})
    if changed.get("header") is False:
        changed.pop("header_lines", None)
    if problems := _contradictions(changed):
        raise ValidationFailed(problems)
    return changed


def _change_choice(former: Mapping[str, Any], choice: Mapping[str, Any] | None) -> dict[str, Any]:
    if choice is None:
        return {}
    # A format belongs to the kind that it was chosen with.
    kept = {k: v for k, v in former.items() if k != "format" or "kind" not in choice}
    return _without_none({**kept, **choice})


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def change_by_form(former: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with those changed that a form has fields for; an empty field takes one back.

    Raises
    ------
    ValidationFailed
        As `parse_options` and `change_options` do.
    """
    emptied: dict[str, Any] = {name: None for name in LAYOUT if name in form}
    return change_options(former, emptied | parse_options(form))


def layout_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options about the file as a whole."""
    return {name: options[name] for name in LAYOUT if options.get(name) is not None}


def to_fields(options: Mapping[str, Any]) -> dict[str, str]:
    """Write the options about the file as a whole as `parse_options` reads them.

    When everything is left to be found out, that is said too: by an empty separator.
    """
    names = {"\t": "tab", " ": "space"}
    quotes = {character: name for name, character in QUOTES.items() if name == "none"}
    escapes = {character: name for name, character in ESCAPES.items()}
    fields = {}
    for name, value in layout_of(options).items():
        text = str(value)
        if name == "delimiter":
            text = names.get(text, text)
        elif name == "quote":
            text = quotes.get(text, text)
        elif name == "escape":
            text = escapes[text]
        elif name == "header":
            text = text.lower()
        elif name == "missing":
            text = write_markers(value)
        fields[name] = text
    return fields or {"delimiter": ""}


def write_markers(markers: list[str]) -> str:
    """Write missing markers as a field holds them: between commas, or as JSON where that fails."""
    text = ", ".join(marker or EMPTY for marker in markers)
    return text if _split_markers(text) == list(markers) else json.dumps(markers)


def shown(value: Any) -> str:
    """Return a person's own value for a message, cut where it is long."""
    text = str(value)
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


def _contradictions(options: Mapping[str, Any]) -> dict[str, str]:
    delimiter = options.get("delimiter")
    same = [name for name in ("quote", "escape") if delimiter and options.get(name) == delimiter]
    # A number with a decimal comma needs quotes around it where commas part the cells.
    if delimiter and options.get("quote") == "" and options.get("decimal") == delimiter:
        same.append("decimal")
    return {
        name: f"{name} is {shown(delimiter)}, and so is delimiter; choose another" for name in same
    }


def _delimiter(text: str) -> str:
    character = DELIMITERS.get(text.lower(), text)
    if len(character) != 1 or character in '"\r\n\0':
        raise ValueError(f"it must be one character, or one of: {', '.join(DELIMITERS)}")
    return character


def _one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        by_name = choices.get(text.lower(), text)
        if by_name not in choices.values():
            raise ValueError(f"it must be one of: {', '.join(choices)}")
        return by_name

    return check


def _encoding(text: str) -> str:
    try:
        info = codecs.lookup(text)
    except (LookupError, ValueError):
        info = None
    if info is None or info.name in NO_CHARSETS or not getattr(info, "_is_text_encoding", True):
        raise ValueError(f"it must be one that Python knows, such as {', '.join(ENCODINGS)}")
    return info.name


def _header(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("it must be true or false")
    return text.lower() == "true"


def _number(highest: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        number = read_number(text.strip(), None, highest)
        if number is None:
            raise ValueError(f"it must be a whole number from 1 to {highest:,}")
        return number

    return check


def _decimal(text: str) -> str:
    if text not in {".", ","}:
        raise ValueError('it must be "." or ","')
    return text


def _split_markers(text: str) -> list[str]:
    """Return the markers between commas, the empty cell always among them, each once."""
    found = [part.strip() for part in text.split(",")]
    return list(dict.fromkeys("" if part == EMPTY else part for part in found))


def _missing(text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        markers = _split_markers(text)
    else:
        try:
            markers = json.loads(text)
        except (ValueError, RecursionError):
            markers = []
    if not markers or not all(isinstance(m, str) and is_text(m) for m in markers):
        raise ValueError("it must be words between commas, or a JSON list of texts")
    if len(markers) > MOST_MARKERS or any(len(marker) > LONGEST_MARKER for marker in markers):
        raise ValueError(f"it may have {MOST_MARKERS} words of {LONGEST_MARKER} characters")
    # A cell with nothing in it is always missing.
    return list(dict.fromkeys(["", *markers]))


def _bad_lines(text: str) -> str:
    if text not in BAD_LINES:
        raise ValueError(f"it must be one of: {', '.join(BAD_LINES)}")
    return text


CHECKS: dict[str, Callable[[str], Any]] = {
    "delimiter": _delimiter,
    "quote": _one_of(QUOTES),
    "escape": _one_of(ESCAPES),
    "encoding": _encoding,
    "header": _header,
    "header_line": _number(1_000_000),
    "header_lines": _number(MOST_HEADER_LINES),
    "decimal": _decimal,
    "missing": _missing,
    "bad_lines": _bad_lines,
}
