"""What a page shows of a file's columns before it is predicted: each one, and what moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.check.kept_words import as_predicted
from dashboard.filters import number, percent, plural
from dashboard.models.seen import say_ends

# More columns, or columns to choose from, than these make no table that anybody reads.
ROWS_SHOWN, EXTRA_SHOWN, CHOICES_MOST, LACKING_MOST = 200, 20, 500, 50
TITLES = {"missing": "Missing", "wrong": "Wrong type", "doubt": "Look", "found": "Found"}
ORDER = tuple(TITLES)


@dataclass(frozen=True)
class MatchedColumn:
    """One column that the model needs. `state`: one of `TITLES`; `field`: its control's name."""

    field: str
    name: str
    kind: str
    source: str | None
    guess: str | None
    state: str
    notes: Sequence[str]

    @property
    def title(self) -> str:
        """The state in words."""
        return TITLES[self.state]


@dataclass(frozen=True)
class MovedColumn:
    """How one column's rows differ from those of the training data."""

    name: str
    kind: str
    distance: float
    moved: bool
    words: str


@dataclass(frozen=True)
class MatchView:
    """Everything that the page shows. `choices`: what a missing column may be called."""

    columns: Sequence[MatchedColumn]
    counts: Mapping[str, int]
    lacking: Sequence[MatchedColumn]
    choices: Sequence[tuple[str, str]]
    extra: Sequence[str]
    n_extra: int
    warnings: Sequence[Mapping[str, Any]]
    moved: Sequence[MovedColumn]
    moved_sentence: str | None
    n_hidden: int

    @property
    def sentence(self) -> str:
        """How many columns are how: ``17 found, 2 missing, 3 not needed``."""
        parts = [f"{self.counts[s]:,} {TITLES[s].lower()}" for s in ORDER if self.counts.get(s)]
        words = ", ".join(parts).replace(" look", " to look at")
        return f"{words}, {self.n_extra:,} not needed" if self.n_extra else words

    @property
    def may_choose(self) -> bool:
        """Whether missing columns can be chosen from the file's others."""
        return bool(self.choices) and 0 < len(self.lacking) <= LACKING_MOST


def view_match(matching: Mapping[str, Any]) -> MatchView:
    """Return what the page shows of `tasks.engine.predicting.matching.match_file`."""
    every = [_column(f"c{n}", column) for n, column in enumerate(matching["columns"])]
    every.sort(key=lambda column: ORDER.index(column.state))
    counts = {state: sum(one.state == state for one in every) for state in ORDER}
    extra, moved = matching["extra"], matching["moved"]
    choices = [(name, name) for name in extra] if len(extra) <= CHOICES_MOST else []
    return MatchView(
        columns=every[:ROWS_SHOWN],
        counts=counts,
        lacking=[one for one in every if one.state == "missing"],
        choices=choices,
        extra=extra[:EXTRA_SHOWN],
        n_extra=len(extra),
        warnings=[as_predicted(warning) for warning in matching["warnings"]],
        moved=[_moved(one) for one in moved["columns"][:ROWS_SHOWN]] if moved else [],
        moved_sentence=_say_moved(moved) if moved else None,
        n_hidden=max(0, len(every) - ROWS_SHOWN),
    )


def say_unreadable(matching: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say which columns are of the wrong type, so that nothing or little of them is used.

    Parameters
    ----------
    matching : Mapping
        Of `tasks.engine.predicting.matching.match_file`; empty where no columns were looked at.

    Returns
    -------
    tuple of str, optional
        How many they are, and their names; None where there are none.
    """
    columns = matching.get("columns", [])
    wrong = [column for column in columns if column["wrong_type"]]
    if not wrong:
        return None
    whole = all(one["unreadable"] == matching["n_rows"] - one["missing"] for one in wrong)
    words = "and count as missing" if whole else "in most cells, which count as missing"
    title = f"{len(wrong):,} of {plural(len(columns), 'column')} cannot be read {words}:"
    names = ", ".join(one["name"] for one in wrong[:EXTRA_SHOWN])
    hidden = len(wrong) - EXTRA_SHOWN
    return title, f"{names} and {hidden:,} more" if hidden > 0 else names


def _column(field: str, column: Mapping[str, Any]) -> MatchedColumn:
    notes = [
        plural(column[kind], word, words) + _such_as(column, kind)
        for kind, word, words in (
            ("unreadable", "unreadable cell", "unreadable cells"),
            ("unseen", "cell that training never saw", "cells that training never saw"),
            ("outside", "cell outside of training", "cells outside of training"),
        )
        if column[kind]
    ]  # fmt: skip
    state = "found" if not notes else "wrong" if column["wrong_type"] else "doubt"
    if column["missing"] and column["source"]:
        notes.append(plural(column["missing"], "empty cell"))
    return MatchedColumn(
        field, column["name"], column["kind"], column["source"], column["guess"],
        state if column["source"] else "missing", notes,
    )  # fmt: skip


def _such_as(column: Mapping[str, Any], kind: str) -> str:
    example = column["examples"].get(kind)
    seen = column["range"] if kind == "outside" else None
    ends = f" ({say_ends(seen)})" if seen else ""
    return ends + (f', such as "{example}"' if example else "")


def _moved(one: Mapping[str, Any]) -> MovedColumn:
    parts, typical = [], one["typical"]
    if typical and "value" in typical:
        shares = " in training, ".join(percent(share) for share in typical["values"])
        parts.append(f'"{typical["value"]}" {shares} here')
    elif typical and one["kind"] == "number":
        medians = " in training, ".join(number(value) for value in typical["values"])
        parts.append(f"median {medians} here")
    elif typical:
        days = round(typical["values"][1] - typical["values"][0])
        side = "later" if days >= 0 else "earlier"
        parts.append(f"the middle lies {plural(abs(days), 'day')} {side}")
    if any(one["missing"]):
        shares = " in training, ".join(percent(share) for share in one["missing"])
        parts.append(f"empty {shares} here")
    return MovedColumn(one["name"], one["kind"], one["distance"], one["moved"], "; ".join(parts))


def _say_moved(moved: Mapping[str, Any]) -> str:
    n_moved, compared = moved["moved"], moved["compared"]
    if not compared:
        return "No column has a kind whose rows can be compared."
    told = percent(moved["tells"])
    beyond = any(
        not one["moved"] and one["distance"] >= moved["tells"] for one in moved["columns"]
    )
    many = ", and of a column of many values only a greater one" if beyond else ""
    few = f" With so few rows only a difference of {told} or more can be told from chance{many}."
    words = (
        f"{n_moved:,} of {plural(compared, 'column')} moved: predictions may be worse than the "
        "score says."
        if n_moved
        else f"None of {plural(compared, 'column')} moved."
    )
    return words + (few if moved["tells"] > 0.2 or beyond else "")
