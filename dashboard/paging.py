"""A page of a list, as the pager shows it, and how the numbers of queries and forms are read."""

from dataclasses import dataclass
from typing import TypeVar

Default = TypeVar("Default", int, None)
PER_CHOICES = (50, 100, 200)
DIGITS = 19  # of the largest id


@dataclass(frozen=True)
class Page:
    """Which part of a list is shown; `number` counts from 1."""

    number: int
    per: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per))

    @property
    def first(self) -> int:
        """The first row that is shown, from 1."""
        return (self.number - 1) * self.per + 1

    @property
    def last(self) -> int:
        """The last row that is shown."""
        return min(self.number * self.per, self.total)


def read_number(text: str | None, default: Default, highest: int = 2**31) -> int | Default:
    """Return a whole number of a query or a form, from 1; the default for everything else."""
    digits = text or ""
    # Python makes no number of thousands of digits: it fails.
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= DIGITS
    return int(digits) if is_number and 1 <= int(digits) <= highest else default


def read_per(text: str | None, default: int = 50) -> int:
    """Return how many rows a page has: one of 50, 100 and 200."""
    per = read_number(text, default)
    return per if per in PER_CHOICES else default
