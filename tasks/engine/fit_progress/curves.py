"""Scores of a fit by round, where they cost next to nothing: of held-out rows, or its own."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil, isfinite
from typing import Any, Protocol

import numpy as np

log = logging.getLogger(__name__)
# So much of the time that a fit has taken may have gone into scores of it: time of processors, as
# a thread that waits for its turn on a busy machine takes nothing from the fit.
SHARE = 0.01
# What the first score is taken to cost: what it does cost is known after it.
FIRST_S = 0.02
MOST_POINTS = 40
# Of a fold's held-out rows no more are scored while it is fitted.
MOST_ROWS = 2000
# Of a forest: a tree predicts 1,000 rows in about 1 % of the time in which it is grown from 4,000.
MOST_ROWS_OF_A_FOREST = 400
HELD_OUT, VALIDATION, TRAINING = "held_out", "validation", "training"


@dataclass(frozen=True)
class Curve:
    """Scores of one fit, each with the number of rounds, trees or passes after which it holds.

    `whose` rows were scored: ``held_out`` by the fold, of which `rows` of `of` were looked at;
    ``validation``, which the estimator sets aside for early stopping; or ``training``. `measure`
    is a metric's name, or ``loss``.
    """

    unit: str
    whose: str
    measure: str
    points: tuple[tuple[int, float], ...]
    rows: int | None = None
    of: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values, short ones: it is drawn, and nothing else."""
        points = [[n, float(f"{score:.6g}")] for n, score in self.points]
        return asdict(self) | {"points": points}

    def ending(self, done: int, score: float | None) -> "Curve":
        """Return it with the fold's own score as its last one, where it is about the same rows."""
        if self.whose != HELD_OUT or self.rows != self.of or score is None or not isfinite(score):
            return self
        before = tuple(point for point in self.points if point[0] < done)
        return replace(self, points=(*before, (done, score)))


@dataclass(frozen=True)
class HeldOut:
    """What is scored while a fold is fitted.

    Parameters
    ----------
    read : callable
        Gives the rows, as typed columns; asked once, if at all.
    rows, of : int
        How many they are, and how many the fold holds out.
    measure : str
        The metric.
    score : callable
        Takes numbers and None, or probabilities and the classes of their columns.
    encode : callable, optional
        Gives the rows as the estimator takes them.
    encode_s : float, default 0.0
        How long that takes, about.
    """

    read: Callable[[], Any]
    rows: int
    of: int
    measure: str
    score: Callable[[np.ndarray, Any], float | None]
    encode: Callable[[Any], Any] = lambda X: X
    encode_s: float = 0.0

    def encoded_by(self, encode: Callable[[Any], Any], seconds: float, rows: int) -> "HeldOut":
        """Return it with what encodes its rows, which took so long for so many."""
        return replace(self, encode=encode, encode_s=seconds * self.rows / max(rows, 1))

    def brought_back_by(self, back: Callable[[np.ndarray], np.ndarray]) -> "HeldOut":
        """Return it for numbers on another scale, which `back` brings to that of the target."""
        return replace(self, score=lambda values, known: self.score(back(values), known))


class Rounds(Protocol):
    """What an estimator that is being fitted predicts after some of its rounds."""

    def start(self, X: Any) -> None:
        """Take the rows; after the first round, once."""

    def after(self, done: int) -> tuple[np.ndarray, Any]:
        """Return numbers and None, or probabilities and classes; `done` never falls."""


class Scores(Protocol):
    """Who has the scores of a fit by round."""

    def look(self, done: int) -> Curve | None:
        """Return the scores after `done` rounds, or before; None where there is none yet."""


class ByRound:
    """Scores held-out rows after some of the rounds, as long as that costs next to nothing.

    Parameters
    ----------
    held : HeldOut
        The rows.
    rounds : Rounds
        What is predicted of them.
    total : int
        How many rounds there are, or are at most.
    unit : str
        What they are called.
    """

    def __init__(self, held: HeldOut, rounds: Rounds, total: int, unit: str) -> None:
        self.held, self.rounds, self.unit = held, rounds, unit
        self.step = ceil(total / MOST_POINTS)
        self.began, self.spent = time.process_time(), 0.0
        self.round_s = self.score_s = 0.0
        self.points: list[tuple[int, float]] = []
        self.is_over = False

    def look(self, done: int) -> Curve | None:
        """Score what there is time for, and return the scores so far."""
        try:
            while not self.is_over and (chosen := self._affordable(done)):
                for point in chosen:
                    self._score(point)
        except Exception:  # it is looked at from outside: the fit itself goes on
            log.exception("scores by round ended")
            self.is_over = True
        if not self.points:
            return None
        held = self.held
        return Curve(self.unit, HELD_OUT, held.measure, tuple(self.points), held.rows, held.of)

    @property
    def _at(self) -> int:
        return self.points[-1][0] if self.points else 0

    def _affordable(self, done: int) -> Sequence[int]:
        """Return the rounds to score now: the newest of those on the grid, and some before it."""
        due = range(self._at + self.step, done + 1, self.step)
        if not due:
            return due
        room = SHARE * (time.process_time() - self.began) - self.spent
        if not self.points:
            return due[: int(room >= self.held.encode_s + FIRST_S)]
        n = int((room - self.round_s * (due[-1] - self._at)) / self.score_s)
        return due[:: -ceil(len(due) / n)][::-1] if n > 0 else ()

    def _score(self, point: int) -> None:
        began = time.thread_time()
        if not self.points:
            self.rounds.start(self.held.encode(self.held.read()))
        started = time.thread_time()
        values, known = self.rounds.after(point)
        added = time.thread_time()
        score = self.held.score(values, known)
        ended = time.thread_time()
        self.round_s = (added - started) / (point - self._at)
        self.score_s = max(ended - added, 1e-6)
        self.spent += ended - began
        if score is None or not isfinite(score):  # this metric cannot be worked out here
            self.is_over = True
        else:
            self.points.append((point, score))


class OwnScores:
    """The scores that an estimator works out anyway, one for each pass.

    Parameters
    ----------
    read : callable
        Gives all of them so far.
    unit, whose, measure : str
        See `Curve`.
    """

    def __init__(
        self, read: Callable[[], Sequence[float]], unit: str, whose: str, measure: str
    ) -> None:
        self.read, self.about = read, (unit, whose, measure)

    def look(self, _done: int) -> Curve | None:
        """Return some of them, the newest included; without those that are no numbers any more."""
        found = [float(score) for score in self.read()]
        every = ceil(len(found) / MOST_POINTS)
        kept = (n for n in range(1, len(found) + 1) if n % every == 0 or n == len(found))
        points = tuple((n, found[n - 1]) for n in kept if isfinite(found[n - 1]))
        return Curve(*self.about, points) if points else None
