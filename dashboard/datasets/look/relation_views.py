"""How columns relate to a target, as the pages show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.look.distributions import shorten
from dashboard.db import Dataset, Relation
from dashboard.figures import COLOURS, bars_path, stacked_paths
from dashboard.filters import number, of_column, percent
from tasks.engine.profile.leaks import NAMED, is_leak, leak_words, twin_words
from tasks.engine.scores.positive import choose_positive

MANY_CLASSES = 6  # of which the shares are kept
COLOURS_OF_CLASSES = (*COLOURS, "faint")
ROUNDING = 0.001
LOOKED_AT = 100  # columns, the strongest, to know whether there are more classes than have a share


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
    labels : sequence of str
        The small chart: what each bar stands for.
    heights : sequence of sequence of float
        How tall each bar is; of three and more classes the share of each in turn, from below.
    what : str
        What the heights are: the target's mean, the share of its first class, or those of all.
    score : float or None
        The measure itself.
    is_mean : bool
        Whether the heights are means, which may be below 0.
    """

    strength: float
    measure: str
    place: int
    labels: Sequence[str]
    heights: Sequence[Sequence[float]]
    what: str = ""
    score: float | None = None
    is_mean: bool = False

    @property
    def measured_by(self) -> str:
        """What the strength comes from."""
        if self.measure != "AUC":
            return "Strength is R2, or the squared rank correlation where that is higher"
        known = f" {number(self.score)}" if self.score is not None else ""
        return f"Strength is 2 × ROC AUC − 1; the ROC AUC{known} is that of this column alone"

    @property
    def path(self) -> str:
        """The small chart as a shape, where it has no layers."""
        if len(self.heights) != 1:
            return ""
        return bars_path(_above_least(self.heights[0]) if self.is_mean else self.heights[0])

    @property
    def layers(self) -> Sequence[tuple[str, str]]:
        """The small chart as shapes with their colours, of three and more classes."""
        if len(self.heights) == 1:
            return ()
        return list(zip(stacked_paths(self.heights), COLOURS_OF_CLASSES, strict=False))

    @property
    def text(self) -> str:
        """The small chart in words."""
        if len(self.heights) == 1:
            bars = [number(height) for height in self.heights[0]]
        else:
            bars = [" ".join(map(percent, bar)) for bar in zip(*self.heights, strict=True)]
        pairs = zip(self.labels, bars, strict=False)
        words = ", ".join(f"{label}: {height}" for label, height in pairs)
        return f"{self.what}. {words}" if words else "no chart"


@dataclass(frozen=True)
class RelationKey:
    """What the small charts of a relation show.

    Parameters
    ----------
    words : str
        In sentences.
    classes : sequence of (str, str)
        Classes and their colours, where the bars have more than one.
    """

    words: str
    classes: Sequence[tuple[str, str]] = ()


def key_of(relation: Relation | None) -> RelationKey:
    """Return what the small charts of a relation that is known show."""
    answer: Mapping[str, Any] = (relation.answer if relation else None) or {}
    target, classes = answer.get("target", ""), _classes(answer)
    parts = "Each small bar stands for some of the column's values"
    if not classes:
        return RelationKey(
            f"{parts}; the taller it is, the higher {target} is there on average. "
            "Where an average is 0 or less, bars begin at the lowest one."
        )
    if len(classes) == 1:
        return RelationKey(
            f"{parts}; its height is the share of rows there that are {classes[0]}."
        )
    words = (
        f"{parts}; its colours show how the rows there are shared among the classes of {target}."
    )
    return RelationKey(words, list(zip(classes, COLOURS_OF_CLASSES, strict=False)))


def _classes(answer: Mapping[str, Any]) -> list[str]:
    """Return the classes that bars show: of two the first alone; of many the rest as one."""
    names = answer.get("classes") or ()
    classes = [shorten(str(names[n])) for n in _class_order(answer)]
    if len(classes) == MANY_CLASSES and any(
        _rest(column.get("chart") or {}) for column in answer.get("columns", ())[:LOOKED_AT]
    ):
        return [*classes, "all other classes"]
    return classes if len(classes) > 2 else classes[:1]


def _class_order(answer: Mapping[str, Any]) -> list[int]:
    """Return the classes of an answer in the order in which figures of jobs have their colours.

    That is by name, or by number where all are numbers. Of two the positive one is first, which
    alone is drawn there, too.
    """
    names = [str(name) for name in answer.get("classes") or ()]
    if len(names) == 2:
        # The answer has the more frequent one first.
        positive = choose_positive({names[0]: 2, names[1]: 1})
        return sorted(range(2), key=lambda n: names[n] != positive)
    try:
        values: list[Any] = [float(name) for name in names]
    except ValueError:
        values = names
    return sorted(range(len(names)), key=values.__getitem__)


def _rest(chart: Mapping[str, Any]) -> list[float]:
    """Return the share of the classes that have none in each bar; empty where it is nothing."""
    bars = zip(chart.get("shares") or (), chart.get("counts") or (), strict=False)
    rest = [max(0.0, 1 - sum(shares)) if n else 0.0 for shares, n in bars]
    return rest if max(rest, default=0) > ROUNDING else []


def _above_least(means: Sequence[float]) -> Sequence[float]:
    """Return how far means are above the least of them, where one is 0 or less: all are drawn."""
    least = min(means, default=1)
    if least > 0:
        return means
    halves = [mean / 2 - least / 2 for mean in means]  # of vast means, too
    sliver = max(halves) / 1000 or 1.0
    return [half + sliver for half in halves]


def view_relations(
    relation: Relation | None,
    names: Collection[str],
    columns: Sequence[Mapping[str, Any]] = (),
) -> dict[str, RelationView]:
    """Return the relation of some columns by name; empty until it is known.

    Of `columns`, the profile, identifiers have none, as `find_places` says.
    """
    if relation is None or relation.state != "ready" or not relation.answer:
        return {}
    classes = _classes(relation.answer)
    order = _class_order(relation.answer)
    named = " and ".join(filter(None, (", ".join(classes[:-1]), *classes[-1:])))
    what = f"Share of {named}" if classes else f"Mean of {relation.answer.get('target', '')}"
    places = find_places(relation, columns)
    found = {}
    for column in relation.answer["columns"]:
        place = places.get(column["name"])
        if place is None or column["name"] not in names:
            continue
        chart = _bars(column.get("chart") or {})
        heights = _heights(chart, len(classes), order)
        found[column["name"]] = RelationView(
            strength=column.get("strength") or 0.0,
            measure=column.get("measure") or "",
            place=place,
            labels=chart["labels"][: len(heights[0])],
            heights=heights,
            what=what,
            score=column.get("score"),
            is_mean=not classes,
        )
    return found


def find_places(
    relation: Relation | None, columns: Sequence[Mapping[str, Any]] = ()
) -> dict[str, int]:
    """Return the rank of each column by name, from 1: the strongest; empty until it is known.

    Of `columns`, the profile, identifiers have none: no job learns from them.
    """
    if relation is None or relation.state != "ready" or not relation.answer:
        return {}
    left_out = {column["name"] for column in columns if column["kind"] == "identifier"}
    names = (column["name"] for column in relation.answer["columns"])
    return {name: n for n, name in enumerate((n for n in names if n not in left_out), start=1)}


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


def _bars(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart whose bars are named, without those for no rows, which have no height."""
    made = {**chart, "labels": _labels(chart)}
    if counts := chart.get("counts"):
        for part in made.keys() & {"labels", "counts", "values", "shares"}:
            made[part] = [one for one, n in zip(made[part], counts, strict=False) if n]
    return made


def _labels(chart: Mapping[str, Any]) -> list[str]:
    """Return which rows each bar stands for: a bin ends below where the next one begins."""
    names = chart["labels"] if "labels" in chart else chart.get("edges") or ()
    ends = [name for name in (*names[:1], *names[-1:]) if isinstance(name, int | float)]
    words = [
        of_column(name, *ends) if isinstance(name, int | float) else shorten(str(name))
        for name in names
    ]
    if "labels" in chart:
        return words
    spans = [f"{a} to under {b}" for a, b in zip(words, words[1:], strict=False)]
    last = [b if a == b else f"{a} to {b}" for a, b in [words[-2:]]] if spans else []
    return [*spans[:-1], *last]


def _heights(chart: Mapping[str, Any], n_classes: int, order: Sequence[int]) -> list[list[float]]:
    """Return heights of bars: the target's means, or the shares of one class or of each."""
    shares = chart.get("shares") or []
    if n_classes < 2:
        values = chart.get("values") or [bar[order[0]] for bar in shares]
        return [[value if isinstance(value, int | float) else 0 for value in values]]
    layers = [[bar[n] for bar in shares] for n in order]
    return [*layers, _rest(chart) or [0.0] * len(shares)] if n_classes > MANY_CLASSES else layers
