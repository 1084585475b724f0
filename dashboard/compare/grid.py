"""The table as it is shown: a text for each value, the difference to the reference, the tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.compare.comparison import Comparison
from dashboard.compare.rows import COST, PARAMETERS, SCORES, Row
from dashboard.filters import NO_VALUE, duration, setting, size
from dashboard.preferences import delta_for_reader as delta
from dashboard.preferences import score_for_reader as score

SHORT_S = 0.1


@dataclass(frozen=True)
class Cell:
    """One value as it is shown; `look` is best, different or nothing."""

    text: Any
    spread: str = ""
    full: str = ""
    tag: str = ""
    delta: str = ""
    look: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is its text and nothing else, as most cells of large tables are."""
        return not (self.full or self.tag)


@dataclass(frozen=True)
class Line:
    """One line of the table: its name, which way is better, and a cell for each job."""

    row: Row
    cells: Sequence[Cell]

    @property
    def arrow(self) -> str:
        """The direction of better scores as a sign, for those who see it."""
        if self.row.greater_is_better is None or not self.row.spreads:
            return ""
        return "\N{UPWARDS ARROW}" if self.row.greater_is_better else "\N{DOWNWARDS ARROW}"

    @property
    def better(self) -> str:
        """The same in a word."""
        return "higher" if self.row.greater_is_better else "lower"


@dataclass(frozen=True)
class Grid:
    """The table: its lines by group; `hidden` are those that all jobs have the same value in."""

    lines: Sequence[Line]
    hidden: int

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The lines of each group."""
        names = dict.fromkeys(line.row.group for line in self.lines)
        return [(name, [li for li in self.lines if li.row.group == name]) for name in names]

    @property
    def columns(self) -> list[Line]:
        """The lines as columns: what is compared by, what was chosen, the cost, then the rest."""
        first, rest = self.lines[:1], self.lines[1:]
        chosen = [line for line in rest if line.row.is_choice]
        cost = [line for line in rest if line.row.group == COST]
        others = [line for line in rest if not line.row.is_choice and line.row.group != COST]
        return [*first, *chosen, *cost, *others]


def make_grid(found: Comparison, *, base: int, only: bool) -> Grid:
    """Make the table.

    Parameters
    ----------
    found : Comparison
        The jobs.
    base : int
        Which job the others' differences are to, from 0.
    only : bool
        Whether lines without a difference are hidden.
    """
    differing = [row for row in found.rows if row.differs]
    rows = differing if only else found.rows
    lines = [Line(row, _cells(row, base, ranked=found.comparable)) for row in rows]
    return Grid(lines, len(found.rows) - len(differing))


def _cells(row: Row, base: int, *, ranked: bool) -> list[Cell]:
    if row.spreads is not None:
        return [_score_cell(row, n, base, ranked) for n in range(len(row.values))]
    if row.unit:
        return [_cost_cell(row, n) for n in range(len(row.values))]
    reference = row.values[base]
    # A sweep has few values for many jobs: each is put into words once.
    texts = {repr(value): setting(value) for value in row.values}
    if row.group == PARAMETERS:
        texts["None"] = "None"  # a value as others are; a parameter that is not there is none
    return [
        Cell(NO_VALUE)
        if n in row.absent
        else Cell(texts[repr(value)], look="different" if value != reference else "")
        for n, value in enumerate(row.values)
    ]


def _score_cell(row: Row, n: int, base: int, ranked: bool) -> Cell:
    value, spread = row.values[n], row.spreads[n] if row.spreads else None
    if value is None:
        return Cell(score(None))
    is_best = ranked and n in row.bests
    tag = "best" if is_best else "tied" if n in row.tied else ""
    return Cell(
        score(value),
        spread="" if spread is None else score(spread),
        full=str(value),
        tag="so far" if n in row.so_far else tag,
        delta=_delta(row, n, base) if ranked else "",
        look="best" if is_best else "",
    )


def _delta(row: Row, n: int, base: int) -> str:
    """Return the difference to the reference; nothing where one of the two has no whole score."""
    reference = row.values[base]
    is_whole = not row.so_far & {n, base}
    if row.group != SCORES or row.greater_is_better is None or n == base or not is_whole:
        return ""
    return "" if reference is None else delta(row.values[n] - reference, beside=reference)


def _cost_cell(row: Row, n: int) -> Cell:
    value, is_best = row.values[n], row.best == n
    text = size(value) if row.unit == "bytes" else seconds(value)
    tag, look = ("best", "best") if is_best else ("", "")
    return Cell(text, full="" if value is None else str(value), tag=tag, look=look)


def seconds(value: float | None) -> str:
    """Show a span of time, also one of milliseconds."""
    if value is not None and value < SHORT_S:
        return f"{value * 1000:.{0 if value >= SHORT_S / 10 else 1}f} ms"
    return duration(value)
