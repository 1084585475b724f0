"""What is tried when several estimators are tried: tuned settings, in the order of their worth.

`portfolio.json` holds them; what they are worth and cost was measured beforehand, and
``benchmarks/several.py`` measures what comes of them. Imports no scikit-learn, so that the web
process can make the jobs.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.folds.usual import (
    FEWEST,
    USUAL,
    Classes,
    Rarest,
    find_classes,
    find_rarest,
    suggest_validation,
)
from tasks.engine.spec import Validation

VOTING = {"classification": "VotingClassifier", "regression": "VotingRegressor"}
# More members would make a model that is large and slow, and hardly better.
MEMBERS_AT_MOST = 6
# One job's time that is no fit: its process, reading the table, scoring, writing; and what each
# column adds to it, once and in each fold.
OVERHEAD_S, COLUMN_S, COLUMN_OF_FOLD_S = 1.0, 0.0004, 0.00015
# What of the time of all slots is there for candidates; the rest is for the fit on all rows.
SHARE_FOR_CANDIDATES = 0.75
# One candidate may take this share of the time limit, so that none stands for all.
SHARE_OF_ONE = 0.3
# More than fits by the estimates, which may be too high: what has not started is not missed.
SPARE = 2.0
# So many of the first ones must fit, or the rows are split into fewer folds.
WANTED = 7
# Of few rows, fewer folds that take nearly as long are not worth scores of their own.
WORTH = 0.8
MANY_ROWS = 10_000
ONE_HOT, CODES, WORDS, DATE_PARTS = 20, 1, 300, 6


@dataclass(frozen=True)
class Facts:
    """What is known of a table before it is read: about how much there is to learn from.

    `n_columns`: after encoding. `n_classes`: 1 for numbers. `n_known`: how many rows have a
    target, None where that is all. `rarest`: the rarest class, None where that is not known.
    `positive`: no number to predict is below 0.
    """

    task: str
    n_rows: int
    n_columns: int
    n_classes: int = 1
    rarest: Rarest | None = None
    positive: bool = False
    n_known: int | None = None


@dataclass(frozen=True)
class Tuned:
    """An estimator of the catalogue with parameters, and what it suits.

    `seconds`, `rows`, `columns`, `classes`: a fit on 1,000 rows of 10 columns takes about
    `seconds`, and grows with these powers of their numbers. `limits`: the most ``rows``,
    ``columns`` and ``classes`` that it is tried on, and the least, as ``least_rows``; the least
    that the rarest class must have; whether the target must be ``positive``. `preprocessing`:
    settings that it needs.
    """

    estimator: str
    parameters: Mapping[str, Any]
    seconds: float
    rows: float
    columns: float
    classes: float
    limits: Mapping[str, int]
    preprocessing: Mapping[str, Any] = field(default_factory=dict)

    def suits(self, facts: Facts) -> bool:
        """Tell whether it is worth trying on a table of this size."""
        sizes = {"rows": facts.n_rows, "columns": facts.n_columns, "classes": facts.n_classes}
        if facts.rarest is not None and facts.rarest.rows < self.limits.get("least_rarest", 0):
            return False
        if self.limits.get("positive") and not facts.positive:
            return False
        at_least = all(sizes[n] >= self.limits.get(f"least_{n}", 0) for n in sizes)
        return at_least and all(sizes[n] <= self.limits.get(n, sizes[n]) for n in sizes)

    def fit_seconds(self, facts: Facts) -> float:
        """Guess how long one core takes for a fit on all rows."""
        return float(
            self.seconds
            * (facts.n_rows / 1000) ** self.rows
            * (max(facts.n_columns, 1) / 10) ** self.columns
            * max(facts.n_classes - 1, 1) ** self.classes
        )


@dataclass(frozen=True)
class Portfolio:
    """What is tried, in order, and how it is scored."""

    candidates: list[Tuned]
    validation: dict[str, Any]


def facts_of(
    columns: Sequence[Mapping[str, Any]],
    features: Sequence[str],
    target: str,
    task: str,
    n_rows: int,
) -> Facts:
    """Return what is known of a table from its profile.

    Parameters
    ----------
    columns : sequence of Mapping
        The columns' schema: name, kind, distinct and, of few values, how often each stands.
    features : sequence of str
        What is learned from.
    target : str
        What is predicted.
    task : {"classification", "regression"}
        The task.
    n_rows : int
        How many rows there are.
    """
    by_name = {column["name"]: column for column in columns}
    width = sum(_width(by_name[name]) for name in features)
    known = by_name[target]
    if task == "regression":
        return Facts(task, n_rows, width, positive=(known.get("min") or -1.0) >= 0)
    classes = find_classes(known)
    return Facts(
        task, n_rows, width, classes.n or 2, find_rarest(known), n_known=classes.rows or None
    )


def _width(column: Mapping[str, Any]) -> int:
    kind, distinct = column["kind"], int(column.get("distinct") or 1)
    if kind == "category":
        return distinct if distinct <= ONE_HOT else CODES
    return {"text": WORDS, "date": DATE_PARTS}.get(kind, 1)


def make_portfolio(
    facts: Facts, *, seconds: float, slots: int, validation: Mapping[str, Any] | None = None
) -> Portfolio:
    """Choose what is tried on a table within a time limit.

    Parameters
    ----------
    facts : Facts
        The table.
    seconds : float
        The time limit of the whole.
    slots : int
        How many jobs train at a time.
    validation : Mapping, optional
        How rows are split, where that was chosen.

    Returns
    -------
    Portfolio
        At least one candidate.
    """
    suited = [
        tuned
        for tuned in list_tuned(facts.task)
        if tuned.suits(facts) and get_estimator(tuned.estimator).is_installed
    ]
    room = seconds * slots * SHARE_FOR_CANDIDATES
    most = seconds * SHARE_OF_ONE
    split = dict(validation) if validation else _choose_split(suited, facts, seconds, room)
    found, spent = [], 0.0
    for tuned in suited:
        cost = job_seconds(tuned, facts, split)
        if cost <= most and spent <= room * SPARE:
            found.append(tuned)
            spent += cost
    if not found:
        found = [min(suited, key=lambda tuned: job_seconds(tuned, facts, split))]
    return Portfolio(found, split)


def job_seconds(tuned: Tuned, facts: Facts, validation: Mapping[str, Any]) -> float:
    """Guess how long a candidate's job takes."""
    n_splits = Validation(**validation).n_splits
    column_s = COLUMN_S + COLUMN_OF_FOLD_S * n_splits
    around = OVERHEAD_S + column_s * facts.n_columns
    return around + _fits(validation, n_splits) * tuned.fit_seconds(facts)


def _fits(validation: Mapping[str, Any], n_splits: int) -> float:
    """Return how many fits on all rows come to the same as the fits of all folds."""
    if validation["scheme"] == "holdout":
        return float(1 - validation["test_size"])
    share = 0.5 if validation["scheme"] == "time" else 1 - 1 / int(validation["folds"])
    return n_splits * share


def _choose_split(
    suited: Sequence[Tuned], facts: Facts, seconds: float, room: float
) -> dict[str, Any]:
    """Choose the usual folds, so that scores stand beside those of single jobs.

    Fewer, and told, where they leave no time for the first candidates, all together (`room`) and
    each; one part where even 3 do not.
    """
    is_of_classes = facts.task == "classification"
    usual = suggest_validation(
        facts.task, facts.n_rows, rarest=facts.rarest,
        classes=Classes(facts.n_classes, facts.n_known or facts.n_rows) if is_of_classes else None,
    )  # fmt: skip
    fewer = usual | {"folds": min(usual["folds"], FEWEST)}
    costs, less = _costs(suited, facts, usual), _costs(suited, facts, fewer)
    most, is_few = seconds * SHARE_OF_ONE, facts.n_rows < MANY_ROWS
    if sum(costs) <= room and max(costs) <= most:
        return usual
    long = f"{usual['folds']} would take much of the time of the batch, {seconds:.0f} s"
    is_less = sum(less) <= room and max(less) <= most
    is_rare = facts.rarest is not None and facts.rarest.rows < USUAL
    if not (is_less or is_few or is_rare):
        return usual | {"scheme": "holdout", "note": f"One part is held out, no folds: {long}"}
    if is_few and sum(less) > WORTH * sum(costs):
        return usual
    return _with_fewer(usual, fewer["folds"], long)


def _costs(
    suited: Sequence[Tuned], facts: Facts, validation: Mapping[str, Any]
) -> Sequence[float]:
    return [job_seconds(one, facts, validation) for one in suited[:WANTED]]


def _with_fewer(usual: dict[str, Any], folds: int, long: str) -> dict[str, Any]:
    if folds == usual["folds"]:
        return usual
    why = f"{folds} folds are used, not {usual['folds']}: {long}"
    return usual | {"folds": folds, "note": ". ".join(filter(None, (usual["note"], why)))}


def list_tuned(task: str) -> list[Tuned]:
    """List what is tried for a task, the most worth first, whether it is installed or not."""
    return list(_tuned()[task])


@functools.cache
def _tuned() -> dict[str, tuple[Tuned, ...]]:
    text = (Path(__file__).parent / "portfolio.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return {task: tuple(Tuned(**one) for one in entries) for task, entries in found.items()}
