"""What a run will do, drawn before it begins: the same seed gives the same jobs and faults.

Which process a fault meets depends on what lives at that moment, so a fault carries a `pick`
between 0 and 1 that chooses among those, and a `size` that says how long or how much.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ESTIMATORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("LogisticRegression", "y_class", {}),
    ("GaussianNB", "y_class", {}),
    ("Ridge", "y_number", {}),
    ("RandomForestClassifier", "y_class", {"n_estimators": 80}),
    ("GradientBoostingRegressor", "y_number", {"n_estimators": 300}),
    ("HistGradientBoostingClassifier", "y_class", {"max_iter": 40}),
)
ACTS = ("cancel", "cancel", "keep", "keep", "retry", "retry", "delete")


@dataclass(frozen=True)
class PlannedFault:
    """One fault: when, what, whom of those that can be hurt, and how much."""

    at_s: float
    kind: str
    pick: float
    size: float


@dataclass(frozen=True)
class PlannedStep:
    """One step of the load: a pause, and perhaps an act on a job that was submitted before."""

    pause_s: float
    act: str | None
    pick: float


def choose(pick: float, among: Sequence[Any]) -> Any:
    """Return the member of a sequence that a number from 0 up to 1 points at."""
    return among[int(pick * len(among))]


def draw_faults(seed: int, kinds: Sequence[str], seconds: float) -> list[PlannedFault]:
    """Draw the faults of a run: every kind once in random order, then again, and so on."""
    chance = random.Random(f"{seed} faults")
    drawn: list[PlannedFault] = []
    deck: list[str] = []
    at_s = 5.0
    while at_s < seconds:
        deck = deck or chance.sample(sorted(kinds), len(kinds))
        drawn.append(PlannedFault(at_s, deck.pop(), chance.random(), chance.random()))
        at_s += chance.uniform(1, 7)
    return drawn


def draw_jobs(seed: int) -> Iterator[dict[str, Any]]:
    """Yield requests for jobs without end, but for the dataset."""
    chance = random.Random(f"{seed} jobs")
    number = 0
    while True:
        number += 1
        estimator, target, parameters = chance.choice(ESTIMATORS)
        yield {"target": target, "estimator": estimator, "parameters": parameters, "seed": number}


def draw_steps(seed: int) -> Iterator[PlannedStep]:
    """Yield steps of the load without end."""
    chance = random.Random(f"{seed} steps")
    while True:
        act = chance.choice(ACTS) if chance.random() < 0.2 else None
        yield PlannedStep(chance.uniform(0.1, 0.6), act, chance.random())
