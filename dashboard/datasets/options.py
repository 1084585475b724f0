"""What a person may decide about how a file is read, as form fields and as API fields."""

import codecs
from collections.abc import Mapping
from typing import Any

from dashboard.errors import ValidationFailed

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "latin-1", "iso-8859-15", "cp1250", "cp1251", "mac-roman",
    "shift_jis", "gb18030",
)  # fmt: skip
BAD_LINES = ("refuse", "skip", "pad")
FIELDS = ("delimiter", "encoding", "header", "decimal", "bad_lines")


def parse_options(form: Mapping[str, Any]) -> dict[str, Any]:
    """Turn form or API fields into reading options; what is empty is left to be found out.

    Parameters
    ----------
    form : Mapping
        ``delimiter`` (a character or its name), ``encoding``, ``header`` (``true``, ``false``),
        ``decimal`` (``.`` or ``,``), ``bad_lines`` (``refuse``, ``skip``, ``pad``).

    Returns
    -------
    dict
        Arguments of `tasks.engine.dialects.ReadOptions`.

    Raises
    ------
    ValidationFailed
        With a message for each field that holds something else.
    """
    checks = {
        "delimiter": _delimiter,
        "encoding": _encoding,
        "header": _header,
        "decimal": _decimal,
        "bad_lines": _bad_lines,
    }
    options: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, check in checks.items():
        text = form.get(name)
        if text is None or text == "":
            continue
        try:
            options[name] = check(str(text))
        except ValueError as problem:
            problems[name] = str(problem)
    if problems:
        raise ValidationFailed(problems)
    return options


def _delimiter(text: str) -> str:
    character = DELIMITERS.get(text.lower(), text)
    if len(character) != 1 or character in '"\r\n\0':
        raise ValueError(f"delimiter must be one character, or one of: {', '.join(DELIMITERS)}")
    return character


def _encoding(text: str) -> str:
    try:
        info = codecs.lookup(text)
    except (LookupError, ValueError):
        info = None
    if info is None or not getattr(info, "_is_text_encoding", True):
        raise ValueError(f"encoding must be one that Python knows, such as {', '.join(ENCODINGS)}")
    return info.name


def _header(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("header must be true or false")
    return text.lower() == "true"


def _decimal(text: str) -> str:
    if text not in {".", ","}:
        raise ValueError('decimal must be "." or ","')
    return text


def _bad_lines(text: str) -> str:
    if text not in BAD_LINES:
        raise ValueError(f"bad_lines must be one of: {', '.join(BAD_LINES)}")
    return text
