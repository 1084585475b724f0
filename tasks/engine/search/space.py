"""What a search may try: values or a range for each parameter, and candidates drawn from them.

Imports no numpy, so that the web process can check a search and draw its first candidates.
"""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Candidate = dict[str, Any]
# More combinations than these are drawn from, not written out.
LISTED_AT_MOST = 10_000
# So many draws in a row that give nothing new: what is left is hardly worth looking for.
DRAWS_IN_VAIN = 500
# So many candidates are drawn before any is guessed from what came of the others.
BY_CHANCE = 10
DIGITS = 4  # of a number that is drawn: 0.03162 says all that 0.0316227766 does


@dataclass(frozen=True)
class Values:
    """Values to choose from."""

    values: tuple[Any, ...]

    @property
    def amount(self) -> int:
        """How many there are."""
        return len(self.values)

    def draw(self, chance: random.Random) -> Any:
        """Return one of them."""
        return chance.choice(self.values)

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return {"values": list(self.values)}


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included.

    `log`: each tenfold is as likely as any other; `step`: only every so much from `low` on;
    `whole`: whole numbers alone.

    Examples
    --------
    >>> Range(0.01, 1, log=True).draw(random.Random(4))
    0.02965
    >>> Range(10, 50, step=20, whole=True).values
    (10, 30, 50)
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    whole: bool = False

    @property
    def amount(self) -> int | None:
        """How many numbers there are; None where there is no end of them."""
        step = self.step or (1 if self.whole else None)
        return None if step is None else int((self.high - self.low) / step + 1e-9) + 1

    @property
    def values(self) -> tuple[Any, ...]:
        """All of them; of those without an end, none."""
        return tuple(self._at(n) for n in range(self.amount or 0))

    def _at(self, n: int) -> float:
        return self.fit(self.low + n * (self.step or 1))

    def draw(self, chance: random.Random) -> Any:
        """Return one of them."""
        if self.log:
            return self.fit(math.exp(chance.uniform(math.log(self.low), math.log(self.high))))
        if self.amount is not None:
            return self._at(chance.randrange(self.amount))
        return self.fit(chance.uniform(self.low, self.high))

    def fit(self, value: float) -> float:
        """Return a number near another one that is of the range, with few digits."""
        if self.whole:
            return min(max(round(value), int(self.low)), int(self.high))
        digits = DIGITS if self.step is None else 12
        return float(min(max(float(f"{value:.{digits}g}"), self.low), self.high))

    def as_dict(self) -> dict[str, Any]:
        """Return the range as JSON values."""
        return {"low": self.low, "high": self.high, "log": self.log, "step": self.step}


Space = Mapping[str, Values | Range]


@dataclass(frozen=True)
class Tried:
    """A candidate that was tried: its score over `folds` folds, None while there is none.

    `state`: ``running`` until it is over, then ``done``, ``stopped`` (before its last fold) or
    ``failed``.
    """

    parameters: Mapping[str, Any]
    state: str
    score: float | None = None
    folds: int = 0


def read_space(written: Mapping[str, Mapping[str, Any]]) -> Space:
    """Return the space that `write_space` wrote."""
    return {
        name: Values(tuple(part["values"]))
        if "values" in part
        else Range(**part, whole=isinstance(part["low"], int))
        for name, part in written.items()
    }


def write_space(space: Space) -> dict[str, dict[str, Any]]:
    """Return a space as JSON values."""
    return {name: part.as_dict() for name, part in space.items()}


def count_combinations(space: Space) -> int | None:
    """Return how many candidates there are; None where there is no end of them."""
    amounts = [part.amount for part in space.values()]
    return None if None in amounts else math.prod(amounts)  # type: ignore[arg-type]


def key_of(candidate: Mapping[str, Any]) -> str:
    """Return what two candidates share that are the same."""
    return repr(sorted(candidate.items()))


def list_grid(space: Space) -> Iterator[Candidate]:
    """Return every combination of a space that has an end, in order.

    Examples
    --------
    >>> list(list_grid({"C": Values((0.1, 1.0)), "penalty": Values(("l2",))}))
    [{'C': 0.1, 'penalty': 'l2'}, {'C': 1.0, 'penalty': 'l2'}]
    """
    for values in itertools.product(*(part.values for part in space.values())):
        yield dict(zip(space, values, strict=True))


def draw(
    space: Space,
    n: int,
    *,
    seed: int,
    tried: Sequence[Mapping[str, Any]] = (),
    admits: Callable[[Candidate], bool] = lambda _candidate: True,
) -> list[Candidate]:
    """Draw candidates, none twice and none that was tried.

    The same seed gives the same ones in the same order: who has tried the first 20 gets those
    that follow.

    Parameters
    ----------
    space : Space
        What may be tried.
    n : int
        How many are wanted; there are fewer when no others are left.
    seed : int
        What they are drawn by.
    tried : sequence of Mapping
        Those that are not wanted again.
    admits : callable
        Tells whether an estimator takes a combination.

    Returns
    -------
    list of dict
    """
    known = {key_of(candidate) for candidate in tried}
    found: list[Candidate] = []
    in_vain = 0
    for candidate in _stream(space, seed):
        if len(found) == n or in_vain > DRAWS_IN_VAIN + 2 * len(tried):
            break
        key = key_of(candidate)
        if key in known or not admits(candidate):
            in_vain += 1
            continue
        known.add(key)
        found.append(candidate)
        in_vain = 0
    return found


def _stream(space: Space, seed: int) -> Iterator[Candidate]:
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    amount = count_combinations(space)
    if amount is not None and amount <= LISTED_AT_MOST:
        listed = list(list_grid(space))
        chance.shuffle(listed)
        # The draws that find nothing end with the list.
        yield from listed
        return
    while True:
        yield {name: part.draw(chance) for name, part in space.items()}
