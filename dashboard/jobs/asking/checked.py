"""A request while its fields are checked."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Checked:
    """A request whose every field can be used; `problems` has a message for each that cannot.

    `code` is the word for programs where it is not that of every request that cannot be used.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    code: str | None = None


def is_whole(value: Any) -> bool:
    """Tell whether a JSON value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)
