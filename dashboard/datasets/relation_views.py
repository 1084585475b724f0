"""How columns relate to a target and to each other, as the pages show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.distributions import shorten
from dashboard.db import Dataset, Relation
from dashboard.figures import bars_path
from dashboard.filters import number
from tasks.engine.profile.leaks import NAMED, is_leak, leak_words, twin_words

PAIRS_SHOWN = 10
LEVELS = 5
# Where a correlation begins to be called so; common words, no law.
WORDS = (
    (0.9, "very strong"),
    (0.7, "strong"),
    (0.4, "moderate"),
    (0.2, "weak"),
    (0.0, "hardly any"),
)


@dataclass(frozen=True)
class RelationView:
    """How one column relates to the target.

    Parameters
    ----------
    strength : float
        0 to 1.
    measure : str
        What it is, such as AUC.
    place : int
        Its rank, from 1: the strongest.
    labels, heights : sequence
        The small chart: what each bar stands for, and how tall it is.
    what : str
        What the heights are: the target's mean, or the share of its most frequent class.
    score : float or None
        The measure itself.
    """

    strength: float
    measure: str
    place: int
    labels: Sequence[str]
    heights: Sequence[float]
    what: str = ""
    score: float | None = None

    @property
    def measured_by(self) -> str:
        """What the strength comes from."""
        if self.measure != "AUC":
            return "Strength is R2, or the squared rank correlation where that is higher"
        known = f" {number(self.score)}" if self.score is not None else ""
        return f"Strength is 2 × ROC AUC − 1; the ROC AUC{known} is that of this column alone"

    @property
    def path(self) -> str:
        """The small chart as a shape."""
        return bars_path(self.heights)

    @property
    def text(self) -> str:
        """The small chart in words."""
        pairs = zip(self.labels, self.heights, strict=False)
        bars = ", ".join(f"{label}: {number(height)}" for label, height in pairs)
        return f"{self.what}. {bars}" if bars else "no chart"


def view_relations(relation: Relation | None, names: Collection[str]) -> dict[str, RelationView]:
    """Return the relation of some columns by name; empty until it is known."""
    if relation is None or relation.state != "ready" or not relation.answer:
        return {}
    classes, target = relation.answer.get("classes"), relation.answer.get("target", "")
    what = f"Share of {shorten(str(classes[0]))}" if classes else f"Mean of {target}"
    found = {}
    for place, column in enumerate(relation.answer["columns"], start=1):
        if column["name"] not in names:
            continue
        chart = column.get("chart") or {}
        heights = _heights(chart)
        found[column["name"]] = RelationView(
            strength=column.get("strength") or 0.0,
            measure=column.get("measure") or "",
            place=place,
            labels=_labels(chart)[: len(heights)],
            heights=heights,
            what=what,
            score=column.get("score"),
        )
    return found


def find_places(relation: Relation | None) -> dict[str, int]:
    """Return the rank of each column by name, from 1: the strongest; empty until it is known."""
    if relation is None or relation.state != "ready" or not relation.answer:
        return {}
    return {column["name"]: n for n, column in enumerate(relation.answer["columns"], start=1)}


def with_leaks(dataset: Dataset, relation: Relation | None) -> list[Mapping[str, Any]]:
    """Return a dataset's problems; what tells too much is about the target that is looked at.

    When the file was read one could only guess what would be predicted. Of two columns that tell
    each other neither is called the copy: it may be the one that is looked at.
    """
    problems: list[Mapping[str, Any]] = list(dataset.problems)
    if relation is None or relation.state != "ready" or not relation.answer:
        return problems
    kinds = {
        column["name"]: column["kind"] for column in dataset.columns if not column.get("role")
    }
    leaks = [
        _leak(column, relation.target)
        for column in relation.answer["columns"]
        if column["name"] in kinds
        and is_leak(column["strength"], column["measure"], kinds[column["name"]])
    ]
    return [*leaks[:NAMED], *(p for p in problems if p["code"] != "TARGET_LEAK")]


def _leak(column: Mapping[str, Any], target: str) -> dict[str, Any]:
    name, score = column["name"], column.get("score", column["strength"])
    words = twin_words if column.get("mutual") else leak_words
    message = words(name, target, column["measure"], score)
    return {"severity": "warning", "code": "TARGET_LEAK", "message": message, "column": name}


def _labels(chart: Mapping[str, Any]) -> list[str]:
    if "labels" in chart:
        return [shorten(str(label)) for label in chart["labels"]]
    edges = [number(e) if isinstance(e, int | float) else str(e) for e in chart.get("edges", ())]
    return [f"{a} to {b}" for a, b in zip(edges, edges[1:], strict=False)]


def _heights(chart: Mapping[str, Any]) -> list[float]:
    """Return one height per bar: the target's mean, or the share of its first class."""
    values = chart.get("values") or chart.get("shares") or []
    if isinstance(values, Mapping):
        values = next(iter(values.values()), [])
    elif values and isinstance(values[0], list):
        values = [bar[0] if bar else 0 for bar in values]
    return [value if isinstance(value, int | float) else 0 for value in values]


@dataclass(frozen=True)
class Correlations:
    """The correlation of columns as a table of levels, and the strongest pairs.

    Parameters
    ----------
    names : sequence of str
        The columns.
    rows : sequence of sequence
        For each column, of each other: the value or None, and its level, -5 to 5.
    pairs : sequence of tuple
        The strongest ones: two names, the value, and a word for it.
    of : int
        How many columns of numbers there are; only the first of them are compared.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[tuple[float | None, int]]]
    pairs: Sequence[tuple[str, str, float, str]]
    of: int


def view_correlations(
    summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]
) -> Correlations | None:
    """Return the correlations that a profile of these columns holds; None where it holds none."""
    given = summary.get("correlations") or {}
    names, values = given.get("columns") or [], given.get("values") or []
    if len(names) < 2:
        return None
    rows = [[(value, round((value or 0) * LEVELS)) for value in row] for row in values]
    pairs = [
        (names[a], names[b], values[a][b])
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if values[a][b] is not None
    ]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    worded = [(a, b, value, _word(value)) for a, b, value in pairs[:PAIRS_SHOWN]]
    numbers = [c for c in columns if c["kind"] == "number" and c.get("distinct", 0) > 1]
    return Correlations(names, rows, worded, max(len(numbers), len(names)))


def _word(value: float) -> str:
    return next(word for least, word in WORDS if abs(value) >= least)
