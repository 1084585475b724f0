"""A page of a list, as the pager shows it, and how the query's numbers are read."""

from dataclasses import dataclass

PER_CHOICES = (50, 100, 200)


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


def read_number(text: str | None, default: int, highest: int = 2**31) -> int:
    """Return a whole number of a query, from 1; the default for everything else."""
    if text and text.isascii() and text.isdigit() and 1 <= int(text) <= highest:
        return int(text)
    return default


def read_per(text: str | None, default: int = 50) -> int:
    """Return how many rows a page has: one of 50, 100 and 200."""
    per = read_number(text, default)
    return per if per in PER_CHOICES else default
