"""The confusion of classes as a table: counts, shares, and the way to the rows of each cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLASSES_AT_MOST = 30
SHADES = 10


@dataclass(frozen=True)
class Cell:
    """How many rows of a class were taken for one; `share` is of the rows of their true class."""

    actual: str
    predicted: str
    n: int
    share: float

    @property
    def shade(self) -> int:
        """How strongly it is marked, from 0 to `SHADES`; 0 of an empty one."""
        return 0 if not self.n else max(1, round(self.share * SHADES))

    @property
    def is_right(self) -> bool:
        """Whether they were taken for what they are."""
        return self.actual == self.predicted


def view_confusion(results: Mapping[str, Any]) -> list[list[Cell]]:
    """Return the rows of the table; none where there is no confusion, or too many classes."""
    found = results.get("confusion")
    if not found or len(found["labels"]) > CLASSES_AT_MOST:
        return []
    labels = found["labels"]
    return [
        [
            Cell(actual, label, n, n / (sum(counts) or 1))
            for label, n in zip(labels, counts, strict=True)
        ]
        for actual, counts in zip(labels, found["counts"], strict=True)
    ]
