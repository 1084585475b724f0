"""A list of texts in one field: between commas, or as JSON where a text has one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.engine.table.target_texts import without_texts


def read_texts(field: str) -> list[str] | str:
    """Return the texts of a field; what is no list of them stays a text, and is refused later.

    Examples
    --------
    >>> read_texts("k.A., n/a?")
    ['k.A.', 'n/a?']
    >>> read_texts('["1,234"]')
    ['1,234']
    """
    if not field.lstrip().startswith("["):
        return [text.strip() for text in field.split(",") if text.strip()]
    try:
        found = json.loads(field)
    except ValueError:
        return field
    is_list = isinstance(found, list) and all(isinstance(text, str) for text in found)
    return found if is_list else field


def write_texts(texts: Sequence[str]) -> str:
    """Write texts as a field holds them.

    Examples
    --------
    >>> write_texts(["k.A.", "n/a?"]), write_texts(["1,234"])
    ('k.A., n/a?', '["1,234"]')
    """
    field = ", ".join(texts)
    return field if read_texts(field) == list(texts) else json.dumps(texts, ensure_ascii=False)


def without_typed(column: Mapping[str, Any] | None, field: str) -> Mapping[str, Any] | None:
    """Return what is known of a target without the rows whose texts a field holds."""
    texts = read_texts(field)
    return without_texts(column, texts) if column and isinstance(texts, list) else column
