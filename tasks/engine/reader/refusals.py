"""Problems found while reading a file, and the one that refuses it."""

import re
from dataclasses import asdict, dataclass
from typing import Any

HEAD_BYTES = 65_536
NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """Something found while reading a file.

    Severity is ``error`` (the file is refused) or ``warning``. `line` is the line in the uploaded
    file, from 1; `count` how many lines or cells have the problem; `value` the cell that it is
    about, where something can be done with that.
    """

    severity: str
    code: str
    message: str
    line: int | None = None
    column: str | None = None
    count: int | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        """Keep a message showable and storable, whatever it quotes from the file."""
        object.__setattr__(self, "message", NO_TEXT.sub("\ufffd", self.message))

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as the API publishes it."""
        return asdict(self)


class RefusedError(Exception):
    """The file cannot be a table; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def error(code: str, message: str, line: int | None = None, count: int | None = None) -> Problem:
    """Make a problem that refuses the file."""
    return Problem("error", code, message, line=line, count=count)
