"""A list of texts in one field: between commas, or as JSON where a text has one."""

import json
from collections.abc import Sequence


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
