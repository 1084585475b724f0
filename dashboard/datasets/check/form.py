"""How a file is read, in words, and as the form that changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.datasets.check.first_rows import Shown
from dashboard.datasets.check.options import LAYOUT, OTHER, to_fields
from dashboard.datasets.words import (
    DEFAULT_MISSING,
    DELIMITERS,
    EMPTY,
    ENCODINGS,
    FORMATS,
    SIGNS,
    markers_of,
    name_delimiter,
    name_encoding,
    name_markers,
)
from dashboard.filters import count

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Form:
    """The fields' values and choices; a choice is a value and its words."""

    values: Mapping[str, str]
    delimiters: Choices
    quotes: Choices
    escapes: Choices
    encodings: Choices
    headers: Choices
    decimals: Choices
    bad_lines: Choices = field(
        default=(
            ("", "Stop: do not take the file"),
            ("skip", "Leave these lines out"),
            ("pad", "Fill short lines with missing cells at their end, leave long ones out"),
        )
    )


def facts_of(upload: Shown) -> list[tuple[str, Any]]:
    """Return how the file was read, as names and words."""
    dialect = upload.dialect
    if not dialect:
        return []
    size = [
        ("Rows", count(upload.rows) if upload.rows is not None else "Not counted yet"),
        ("Columns", count(upload.n_columns if upload.n_columns else len(upload.columns))),
    ]
    if not is_csv(upload):
        words = FORMATS.get(dialect["format"], dialect["format"])
        return [*size, ("Format", words), ("Missing when", name_markers(dialect.get("missing")))]
    facts = [
        *size,
        ("Separator", name_delimiter(dialect.get("delimiter"))),
        ("Encoding", name_encoding(dialect.get("encoding"))),
        ("Header", _header(dialect)),
        ("Decimal sign", SIGNS.get(dialect.get("decimal", "."))),
        ("Missing when", name_markers(dialect.get("missing"))),
    ]
    unusual = [
        ("Quotes", _quotes(dialect.get("quote")), dialect.get("quote", '"') != '"'),
        ("Quotes inside", "Behind a backslash", dialect.get("escape") == "\\"),
        ("Compressed", dialect.get("compression"), bool(dialect.get("compression"))),
    ]
    return facts + [(name, words) for name, words, is_shown in unusual if is_shown]


def tell_markers(dialect: Mapping[str, Any] | None) -> dict[str, str]:
    """Return all cells that mean missing, and the usual ones, in words."""
    usual = ", ".join(filter(None, DEFAULT_MISSING))
    return {"all": ", ".join(marker or EMPTY for marker in markers_of(dialect)), "usual": usual}


def is_csv(upload: Shown) -> bool:
    """Tell whether a file has lines and separators; true while it could not be read yet."""
    return bool((upload.dialect or {}).get("format", "csv") == "csv")


def header_line_of(upload: Shown) -> int | None:
    """Return the line of the file that names the columns; None where none does."""
    dialect = upload.dialect or {}
    has_line = dialect.get("header") and is_csv(upload)
    return (dialect.get("header_line") or 1) if has_line else None


def _header(dialect: Mapping[str, Any]) -> str:
    first, lines = dialect.get("header_line") or 1, dialect.get("header_lines") or 1
    if not dialect.get("header"):
        return "None"
    last = first + lines - 1
    return f"Line {count(first)}" if lines == 1 else f"Lines {count(first)} to {count(last)}"


def _quotes(character: str | None) -> str:
    return {'"': 'Double (")', "'": "Single (')"}.get(character or "", "None")


def form_of(upload: Shown, sent: Mapping[str, Any]) -> Form:
    """Return the form's fields.

    Parameters
    ----------
    upload : Dataset or Beginning
        The upload.
    sent : Mapping
        What was sent and cannot be used; it stands in the form again.
    """
    chosen = to_fields(upload.options)
    values = {name: str(sent.get(name, chosen.get(name, ""))) for name in LAYOUT}
    characters = [name if name in {"tab", "space"} else c for name, c in DELIMITERS.items()]
    for name, known in (("delimiter", characters), ("encoding", list(ENCODINGS))):
        other = str(sent.get(f"{name}_other", ""))
        if values[name] not in {"", OTHER, *known}:
            other, values[name] = values[name], OTHER
        values[f"{name}_other"] = other
    # What was found out is known only where nobody chose.
    if values["bad_lines"] == "refuse":  # as if nothing was chosen
        values["bad_lines"] = ""
    d = {n: v for n, v in (upload.dialect or {}).items() if n not in upload.options}
    names = [name.capitalize() for name in DELIMITERS]
    return Form(
        values=values,
        delimiters=[
            ("", _found(name_delimiter(d.get("delimiter")))),
            *zip(characters, names, strict=True),
            (OTHER, "Other"),
        ],
        quotes=[
            ("", _found(_quotes(d["quote"]) if "quote" in d else None)),
            ('"', 'Double (")'), ("'", "Single (')"), ("none", "None"),
        ],
        escapes=[("", "Find out"), ("doubled", "Doubled"), ("backslash", "Behind a backslash")],
        encodings=[
            ("", _found(name_encoding(d.get("encoding")))), *ENCODINGS.items(), (OTHER, "Other"),
        ],
        headers=[
            ("", _found(_header(upload.dialect or {}) if "header" in d else None)),
            ("true", "There are some"),
            ("false", "There are none"),
        ],
        decimals=[("", _found(SIGNS.get(d.get("decimal", "")))), *SIGNS.items()],
    )  # fmt: skip


def _found(words: str | None) -> str:
    return f"Found out: {words}" if words else "Find out"
