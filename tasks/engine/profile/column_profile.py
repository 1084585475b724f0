"""One column's profile: what training and lists need, and what its page shows besides."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_choices import Decision, decide
from tasks.engine.profile.date_formats import EPOCH_DAY, date_text, days_of
from tasks.engine.profile.kinds import Found, find_kind
from tasks.engine.profile.leaks import TARGETS
from tasks.engine.profile.number_tally import BINS, QUANTILES, SMALL_BINS, NumberTally
from tasks.engine.profile.number_texts import find_texts
from tasks.engine.profile.sampled import Sampled, sampled_column
from tasks.engine.profile.sheet_errors import SHEET_ERRORS
from tasks.engine.table.cells import fits, hash_cells, text_lengths
from tasks.engine.table.coercion import booleans

TOP, TOP_STORED = 20, 3
RAREST_OF, ROWS_OF_A_CLASS = 100, 3
FEW_STEPS = 10  # of so many whole numbers it is known how often each stands
# Words that no category is called; of all the others one cannot know.
HIDDEN = (
    r"(?i)^(unknown|n\.a\.?|n/a|not available|not known|no data|missing|tbd|undefined|unspecified"
    r"|not specified|no answer|k\. ?a\.|keine angabe|unbekannt|inconnue?|desconocid[oa]"
    rf"|<na>|<null>|\\n|{SHEET_ERRORS}|[-–—]{{2,}}|[–—]|\.{{1,3}}|\?{{2,}}|\*+)$"
)
SHOWN = 60
LAST_DAY = date.max.toordinal() - EPOCH_DAY


@dataclass
class Outline:
    """What the checks of the whole table need of a column; small, since it is kept of all."""

    facts: dict[str, Any]
    sample: Sampled
    fingerprint: bytes  # of its cells in the sample
    is_all_different: bool = False
    rarest: dict[str, Any] | None = None  # of the most frequent numbers

    @property
    def is_left_out(self) -> bool:
        """Whether the person left it out."""
        return self.facts.get("role") == "left_out"

    @cached_property
    def values_print(self) -> bytes:
        """A digest of what its cells in the sample mean."""
        values = self.sample.values + 0.0  # 0 and -0 are the same
        return hashlib.blake2b(values.tobytes(), digest_size=16).digest()


@dataclass
class ColumnProfile:
    """A column as the dataset holds it, the details for its page, and what its checks need."""

    facts: dict[str, Any]
    details: dict[str, Any]
    decision: Decision
    outline: Outline
    tally: NumberTally | None = None
    n_unreadable: int = 0
    hidden: tuple[str, int] | None = None


def profile_column(column: Column, choice: Mapping[str, Any]) -> ColumnProfile:
    """Profile one column.

    Parameters
    ----------
    column : Column
        The column.
    choice : Mapping
        What the person chose: ``kind``, ``format``, ``use``; each may be absent.
    """
    decision = decide(column, find_kind(column), choice)
    found = decision.found
    facts: dict[str, Any] = {
        "name": column.name, "kind": found.kind, "missing": column.n_rows - column.n_present,
        "count": column.n_present, "distinct": 0, "format": None,
    }  # fmt: skip
    facts |= found.schema
    made = ColumnProfile(facts, {}, decision, _outline(column, facts))
    if found.kind == "number":
        _add_numbers(made, found.numbers.tally if found.numbers else NumberTally(column.n_rows))
        made.n_unreadable = found.numbers.n_bad if found.numbers else 0
    elif found.kind == "date":
        _add_dates(made, column, found.schema)
    else:
        _add_values(made, column, found)
        may_hide = found.kind in {"category", "text"} and decision.question is None
        made.hidden = _hidden(column) if may_hide else None
    _add_rest(made, column)
    if found.kind == "number":
        made.outline.rarest = min(made.details["top"], key=lambda one: one["count"], default=None)
        _add_classes(made, column, found.numbers.tally if found.numbers else None)
    return made


def _add_classes(made: ColumnProfile, column: Column, tally: NumberTally | None) -> None:
    """Add what tells numbers that name classes from others: whether all are whole, the rarest.

    Of few whole numbers without a gap also how often each stands, from the lowest on.
    """
    distinct, count = made.facts["distinct"], made.facts["count"]
    # Where values hardly come again none names a class, and tables may have thousands of columns.
    may_be = 2 <= distinct <= min(RAREST_OF, count / ROWS_OF_A_CLASS)
    if tally is None or not column.is_few or not may_be:
        return
    numbers, weights = tally.weighted()
    made.facts["whole"] = bool((numbers % 1 == 0).all())
    values, counts = column.frequent
    made.facts["rarest"] = {"value": values[-1][:SHOWN], "count": int(counts[-1])}
    if made.facts["whole"] and distinct <= FEW_STEPS and np.ptp(numbers) == distinct - 1:
        made.facts["steps"] = weights.astype(int).tolist()


def _outline(column: Column, facts: dict[str, Any]) -> Outline:
    cells = column.sampled
    sample = sampled_column(cells, facts, column.missing)
    if facts["kind"] not in TARGETS:
        sample = replace(sample, labels=[])
    is_all_different = column.n_present == column.n_rows and (
        bool(column.__dict__.get("is_all_different"))
        or (column.is_few and len(column.values) == column.n_rows)
    )
    digest = hashlib.blake2b(hash_cells(cells).tobytes(), digest_size=16).digest()
    return Outline(facts, sample, digest, is_all_different)


def _hidden(column: Column) -> tuple[str, int] | None:
    """Return the most frequent value that says that nothing is known, and how often it stands."""
    if not column.is_few or column.rules_out(fits, HIDDEN):
        return None
    found = np.flatnonzero(fits(column.cells, HIDDEN))
    count = int(column.counts[found[0]]) if len(found) else 0
    return (column.values[found[0]], count) if count > 1 else None


def _add_numbers(made: ColumnProfile, tally: NumberTally) -> None:
    made.tally = tally
    made.facts |= {"distinct": tally.distinct, **tally.facts()}
    if tally.n:
        quantiles = zip(map(str, QUANTILES), tally.quantiles(), strict=True)
        chart = tally.histogram(BINS)
        made.details |= {
            "histogram": chart,
            "small": fewer_bins(chart) or tally.histogram(SMALL_BINS),
            "quantiles": dict(quantiles),
        }
    if tally.is_about:
        made.details["about"] = True


def fewer_bins(chart: dict[str, Any]) -> dict[str, Any] | None:
    """Return a chart with a third of its bins, if they are as many as there can be."""
    if len(chart["counts"]) != BINS:
        return None
    counts = np.reshape(chart["counts"], (SMALL_BINS, -1)).sum(axis=1)
    return chart | {"edges": chart["edges"][:: BINS // SMALL_BINS], "counts": counts.tolist()}


def _add_dates(made: ColumnProfile, column: Column, schema: Mapping[str, Any]) -> None:
    how = schema["format"], schema.get("offset", 0)
    tally = column.tally(days_of, *how) or NumberTally(column.n_rows)
    for cells, counts in () if tally.n else column.pieces():
        days = days_of(cells, *how)
        good = np.isfinite(days)
        tally.add(days[good], counts if counts is None else counts[good])
    made.n_unreadable = column.n_present - tally.n
    _add_numbers(made, tally)
    for name in ("min", "median", "max"):
        made.facts[name] = date_text(made.facts[name])
    for name in ("mean", "std"):
        del made.facts[name]
    details = made.details
    if tally.n:
        details["quantiles"] = {q: date_text(v) for q, v in details["quantiles"].items()}
        for chart in ("histogram", "small"):
            begin = 0.5 if details[chart].get("whole") else 0.0  # bins of whole days
            ends = [min(edge + begin, LAST_DAY) for edge in details[chart]["edges"]]
            edges = [date_text(end) for end in ends]
            details[chart] = {**details[chart], "edges": edges}


def _add_values(made: ColumnProfile, column: Column, found: Found) -> None:
    values, counts = _labels(column, found)
    made.facts["distinct"] = len(values) if column.is_few else column.distinct
    made.facts["top"] = [
        {"value": v[:SHOWN], "count": int(c)}
        for v, c in zip(values[:TOP_STORED], counts[:TOP_STORED], strict=True)
    ]
    if column.is_few and TOP_STORED < len(values) <= RAREST_OF:
        made.facts["rarest"] = {"value": values[-1][:SHOWN], "count": int(counts[-1])}
    made.details |= {
        "histogram": _bars(values, counts, BINS, made.facts["distinct"], column.n_present),
        "small": _bars(values, counts, SMALL_BINS, made.facts["distinct"], column.n_present),
    }


def _labels(column: Column, found: Found) -> tuple[np.ndarray, np.ndarray]:
    """Return values and counts; words that say the same in a boolean column are one."""
    if not found.schema.get("mixed"):
        return column.frequent
    truth = booleans(column.values, found.schema)
    words = np.array([found.schema["true"], found.schema["false"]], dtype=object)
    totals = np.array([column.counts[truth == value].sum() for value in (1, 0)])
    order = np.argsort(-totals, kind="stable")
    return words[order], totals[order]


def _bars(
    values: np.ndarray, counts: np.ndarray, bars: int, distinct: int, n_present: int
) -> dict[str, Any]:
    shown = bars - 1 if distinct > bars else bars
    labels = [value[:SHOWN] for value in values[:shown]]
    heights = [int(count) for count in counts[:shown]]
    if distinct > shown:
        labels.append(f"{distinct - shown:,} others")
        heights.append(max(0, n_present - sum(heights)))
    return {"labels": labels, "counts": heights}


def _add_rest(made: ColumnProfile, column: Column) -> None:
    facts, details, decision = made.facts, made.details, made.decision
    facts["missing"] += made.n_unreadable
    facts["count"] -= made.n_unreadable
    if made.n_unreadable:
        facts["unreadable"] = made.n_unreadable
    if decision.found.dates and decision.found.dates.rivals:
        facts["ambiguous"] = True
    if decision.question:
        facts["question"] = decision.question
    facts |= find_texts(column, decision, made.n_unreadable)
    if decision.is_left_out:
        facts["role"] = "left_out"
    values, counts = column.frequent
    details["top"] = [
        {"value": v[:200], "count": int(c)}
        for v, c in zip(values[:TOP], counts[:TOP], strict=True)
    ]
    if facts["kind"] == "number" and len(values) == facts["distinct"] == 2:
        facts["top"] = details["top"]  # codes of two classes, one of which is the positive one
    if facts["kind"] == "text":
        details["lengths"] = _lengths(column)
    if not column.is_few:
        facts["about"] = details["about"] = True


def _lengths(column: Column) -> dict[str, int]:
    found = [text_lengths(cells) for cells, _ in column.pieces()]
    low, high = min(map(np.min, found)), max(map(np.max, found))
    lengths = text_lengths(column.cells)
    middle = np.median(np.repeat(lengths, column.counts))
    return {"min": int(low), "median": int(middle), "max": int(high)}
