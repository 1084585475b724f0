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
# Small ones: what is asked is that they survive, and not what they find.
BATCHES: tuple[dict[str, Any], ...] = (
    {"target": "y_number", "estimator": "GradientBoostingRegressor",
     "parameters": {"n_estimators": 150},
     "search": {"strategy": "tpe", "jobs": 5,
                "space": {"learning_rate": {"low": 0.01, "high": 0.3, "log": True}}}},
    {"target": "y_class", "estimator": "HistGradientBoostingClassifier",
     "search": {"strategy": "random", "jobs": 4, "time_limit_s": 60,
                "space": {"max_iter": {"low": 10, "high": 60}}}},
    {"target": "y_number", "estimator": "Ridge",
     "search": {"strategy": "grid", "space": {"alpha": [0.1, 1.0, 10.0]}, "nested": True},
     "validation": {"folds": 3}},
    {"target": "y_class", "several": {"time_limit_s": 15}},
)  # fmt: skip
BATCH_ACTS = ("cancel", "keep", "retry")
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
    """One step of the load: a pause, and perhaps an act on a job that was submitted before.

    `batch_act` is one on a batch; where `kills_winner`, the job that is made of a best one is
    killed if one trains.
    """

    pause_s: float
    act: str | None
    pick: float
    batch_act: str | None = None
    kills_winner: bool = False


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


def draw_batches(seed: int) -> Iterator[dict[str, Any]]:
    """Yield requests for batches without end, but for the dataset: each kind in its turn."""
    chance = random.Random(f"{seed} batches")
    number = 0
    while True:
        for request in chance.sample(BATCHES, len(BATCHES)):
            number += 1
            yield {**request, "seed": number}


def draw_steps(seed: int) -> Iterator[PlannedStep]:
    """Yield steps of the load without end."""
    chance = random.Random(f"{seed} steps")
    while True:
        act = chance.choice(ACTS) if chance.random() < 0.2 else None
        pause_s, pick = chance.uniform(0.1, 0.6), chance.random()
        on_batch = chance.choice(BATCH_ACTS) if chance.random() < 0.008 else None
        yield PlannedStep(pause_s, act, pick, on_batch, chance.random() < 0.5)
