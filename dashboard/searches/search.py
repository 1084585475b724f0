"""What a search is asked for, and which candidates it tries next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dashboard.searches import KIND
from tasks.engine.estimators.catalogue import Estimator, get_estimator
from tasks.engine.estimators.rules import find_conflict
from tasks.engine.search.space import (
    BY_CHANCE,
    LISTED_AT_MOST,
    Candidate,
    Space,
    Tried,
    count_combinations,
    draw,
    list_grid,
    read_space,
    write_space,
)

STRATEGIES = ("grid", "random", "tpe")


@dataclass(frozen=True)
class Search:
    """A search: what may be tried, how, and how much of it.

    `jobs`: how many candidates at most; `time_limit_s`: after so many seconds no further one
    starts; `stop_hopeless`: whether a candidate ends that cannot become the best any more;
    `fixed`: the parameters that are not searched; `nested`: whether the whole search is scored at
    its end, see `dashboard.honest`.
    """

    estimator_id: str
    strategy: str
    space: Space
    jobs: int
    time_limit_s: int | None = None
    stop_hopeless: bool = True
    seed: int = 0
    fixed: Mapping[str, Any] = field(default_factory=dict)
    nested: bool = False

    @property
    def estimator(self) -> Estimator:
        """The estimator."""
        return get_estimator(self.estimator_id)

    @property
    def combinations(self) -> int | None:
        """How many candidates there may be; None where there is no end of them."""
        return count_combinations(self.space)

    def admits(self, candidate: Candidate) -> bool:
        """Tell whether the estimator takes a combination of parameters."""
        return find_conflict(self.estimator, {**self.fixed, **candidate}) is None

    def find_refusal(self) -> str | None:
        """Say why no candidate can be tried; None where any can."""
        if draw(self.space, 1, seed=self.seed, admits=self.admits):
            return None
        [candidate] = draw(self.space, 1, seed=self.seed)
        conflict = find_conflict(self.estimator, {**self.fixed, **candidate})
        return conflict.message if conflict else None

    def count_left_out(self) -> int | None:
        """Count combinations that the estimator does not take; None where they are too many."""
        amount = self.combinations
        if amount is None or amount > LISTED_AT_MOST:
            return None
        return sum(not self.admits(candidate) for candidate in list_grid(self.space))

    def propose(self, n: int, tried: Sequence[Tried], *, greater_is_better: bool) -> list[Any]:
        """Return the next candidates, at most so many, each with all parameters.

        Parameters
        ----------
        n : int
            How many are wanted.
        tried : sequence of Tried
            What came of all candidates so far, in the order in which they were made.
        greater_is_better : bool
            The direction of their scores.
        """
        amount = self.combinations
        if self.strategy == "grid" and not tried and amount is not None and amount <= n:
            found = [one for one in list_grid(self.space) if self.admits(one)]
        elif self.strategy == "tpe" and len(tried) >= BY_CHANCE:
            # Optuna takes half a second to load, and the web server never needs it.
            from tasks.engine.search import tpe

            found = tpe.propose(
                self.space, n, seed=self.seed, tried=tried, admits=self.admits,
                greater_is_better=greater_is_better,
            )  # fmt: skip
        else:
            known = [{name: one.parameters[name] for name in self.space} for one in tried]
            found = draw(self.space, n, seed=self.seed, tried=known, admits=self.admits)
        return [{**self.fixed, **candidate} for candidate in found]

    def as_plan(self) -> dict[str, Any]:
        """Return the search as a batch keeps it."""
        return {"kind": KIND, **asdict(replace(self, space={})), "space": write_space(self.space)}

    @classmethod
    def from_plan(cls, plan: Mapping[str, Any]) -> "Search":
        """Return the search that a batch keeps."""
        # Plans that are older than a field do without it.
        kept = {name: plan[name] for name in cls.__dataclass_fields__ if name in plan}
        return cls(**{**kept, "space": read_space(plan["space"])})
