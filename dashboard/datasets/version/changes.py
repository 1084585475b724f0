"""What changed from one version to another, as the page says it.

What the columns say is compared at once; rows and distributions were compared by the light
worker (`comparing`), and are only put into words here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.words import SIGNS, name_delimiter, name_encoding, name_markers
from dashboard.db import Dataset, Difference
from dashboard.filters import number, percent, plural
from tasks.engine.profile.difference_limits import CELLS_AT_MOST, MOVED, ROWS_AT_MOST

READ_BY = {
    "delimiter": "Separator", "encoding": "Encoding", "decimal": "Decimal sign",
    "header": "Header line", "header_lines": "Header lines", "missing": "Missing when",
    "bad_lines": "Lines with too few or too many cells", "quote": "Quotes",
}  # fmt: skip
WORDS: Mapping[str, Callable[[Any], str | None]] = {
    "delimiter": name_delimiter, "encoding": name_encoding, "decimal": SIGNS.get,
    "missing": name_markers,
}  # fmt: skip


@dataclass(frozen=True)
class KindChange:
    """A column that is read as something else."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Movement:
    """Where the distribution of a column went; `distance` is the part of rows that moved."""

    name: str
    kind: str
    distance: float
    moved: bool
    text: str


@dataclass(frozen=True)
class ChangedColumn:
    """A column whose cells changed in `count` rows that both versions have, and some of them."""

    name: str
    count: int
    share: float
    examples: Sequence[str]


@dataclass(frozen=True)
class Changes:
    """From one version to another."""

    before: Dataset
    after: Dataset
    added: Sequence[str]
    removed: Sequence[str]
    kinds: Sequence[KindChange]
    read_by: Sequence[tuple[str, str, str]]
    difference: Difference | None

    @property
    def same_bytes(self) -> bool:
        """Whether both were read from the same file."""
        return self.before.sha256 is not None and self.before.sha256 == self.after.sha256

    @property
    def answer(self) -> Mapping[str, Any]:
        """What the light worker found; empty before."""
        found: Mapping[str, Any] = (self.difference.answer if self.difference else None) or {}
        return found

    @property
    def state(self) -> str:
        """Where the comparison of rows is: ``none``, ``queued``, ``ready`` or ``failed``."""
        return self.difference.state if self.difference else "none"

    @property
    def can_compare(self) -> bool:
        """Whether both are tables that can be compared."""
        return self.before.state == self.after.state == "ready"

    @property
    def rows(self) -> Mapping[str, Any] | None:
        """Counts of rows, and of matched ones which columns changed: see `row_differences`."""
        return self.answer.get("rows")

    @property
    def how_rows(self) -> str:
        """How the rows were held against each other, as sentences."""
        rows = self.rows or {}
        if rows.get("key"):
            return (
                f'Rows are matched by "{rows["key"]}", which is filled and different in every row '
                f"of both versions, and compared by the {plural(rows['columns'], 'other column')} "
                "that both have. Cells are compared as they are written: 7 and 7.0 differ"
            )
        words = (
            "as a whole, whatever their order, by the "
            f"{plural(rows.get('columns', 0), 'column')} that both versions have. A row in which "
            "one cell changed counts as one removed and one added"
        )
        if "key" not in rows:  # compared before rows were matched
            return f"Rows are compared {words}"
        return (
            "Both versions have no identifier column of the same name that is filled and "
            f"different in every row and has values in common, so rows are compared {words}"
        )

    @property
    def changed_columns(self) -> list[ChangedColumn]:
        """The columns that changed in the rows that both versions have, the most first."""
        rows = self.rows or {}
        both = max(1, rows.get("same", 0) + rows.get("changed", 0))
        return [
            ChangedColumn(
                column["name"], column["count"], column["count"] / both,
                [
                    f"{cell['key']}: {cell['before'] or 'missing'} → {cell['after'] or 'missing'}"
                    for cell in column["examples"]
                ],
            )
            for column in rows.get("changed_columns", ())
        ]  # fmt: skip

    @property
    def why_no_rows(self) -> str | None:
        """Why the rows were not compared, where the comparison is over and they were not."""
        if self.state != "ready" or self.rows:
            return None
        if not self.after.columns or len(self.added) == len(self.after.columns):
            return "The versions have no column in common, so no rows could be compared"
        return (
            "The tables are too large to compare row by row: that is done up to "
            f"{ROWS_AT_MOST:,} rows and {CELLS_AT_MOST:,} cells"
        )

    @property
    def movements(self) -> list[Movement]:
        """The columns that moved most, the most first."""
        found = self.answer.get("distributions") or {}
        return [_put_into_words(column) for column in found.get("columns", ())]

    @property
    def moves_from(self) -> float:
        """From which part of the rows on a distribution counts as moved."""
        return MOVED

    @property
    def n_moved(self) -> int:
        """How many columns moved."""
        return int((self.answer.get("distributions") or {}).get("moved", 0))

    @property
    def n_compared(self) -> int:
        """How many distributions were compared."""
        return int((self.answer.get("distributions") or {}).get("compared", 0))


def find_changes(before: Dataset, after: Dataset, difference: Difference | None) -> Changes:
    """Compare two versions by what their columns say."""
    old = {column["name"]: column for column in before.columns}
    new = {column["name"]: column for column in after.columns}
    kinds = [
        KindChange(name, former, now)
        for name, column in new.items()
        if name in old and (former := _read_as(old[name])) != (now := _read_as(column))
    ]
    return Changes(
        before=before,
        after=after,
        added=[name for name in new if name not in old],
        removed=[name for name in old if name not in new],
        kinds=kinds,
        read_by=_read_by(before.dialect or {}, after.dialect or {}),
        difference=difference,
    )


def _read_as(column: Mapping[str, Any]) -> str:
    """Return what a column is read as: ``number``, ``date %d/%m/%Y``, ``text, left out``."""
    words = [column["kind"]]
    if column["kind"] == "date" and column.get("format"):
        words.append(str(column["format"]))
    left_out = ", left out" if column.get("role") == "left_out" else ""
    return " ".join(words) + left_out


def _read_by(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (title, _show(name, old.get(name)), _show(name, new.get(name)))
        for name, title in READ_BY.items()
        if name in old and name in new and old[name] != new[name]
    ]


def _show(name: str, value: Any) -> str:
    if name in WORDS:
        return WORDS[name](value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(marker) or "empty" for marker in value)
    return str(value) or "none"


def _put_into_words(column: Mapping[str, Any]) -> Movement:
    before, after = column["before"], column["after"]
    words = []
    if "median" in after:
        words.append(f"median {_amount(before['median'])}, now {_amount(after['median'])}")
    elif after.get("value") is not None:
        value = str(after["value"])[:40]
        words.append(f"“{value}” {percent(before['share'])}, now {percent(after['share'])}")
    if before["missing"] != after["missing"]:
        words.append(f"missing {percent(before['missing'])}, now {percent(after['missing'])}")
    text = "; ".join(words)
    return Movement(
        column["name"], column["kind"], column["distance"], column["moved"],
        text[:1].upper() + text[1:],
    )  # fmt: skip


def _amount(value: Any) -> str:
    return number(value) if isinstance(value, int | float) else str(value)
