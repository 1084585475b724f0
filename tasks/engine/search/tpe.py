"""What to try next, guessed from what came of the candidates so far: Optuna's TPE.

Nothing is kept between two calls: the study is made anew of the candidates, so whoever asks, in
whichever process, gets the same answer for the same seed and history.
"""

from collections.abc import Callable, Sequence
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from tasks.engine.search.space import (
    BY_CHANCE,
    Candidate,
    Range,
    Space,
    Tried,
    Values,
    draw,
    key_of,
)

GUESSES = 20
optuna.logging.set_verbosity(optuna.logging.WARNING)


def propose(
    space: Space,
    n: int,
    *,
    seed: int,
    tried: Sequence[Tried],
    greater_is_better: bool,
    admits: Callable[[Candidate], bool] = lambda _candidate: True,
) -> list[Candidate]:
    """Propose the next candidates, none twice and none that was tried.

    Parameters
    ----------
    space : Space
        What may be tried.
    n : int
        How many are wanted; there are fewer when no others are left.
    seed : int
        What is left to chance is drawn by it.
    tried : sequence of Tried
        All candidates so far, in the order in which they were made.
    greater_is_better : bool
        The direction of the score.
    admits : callable
        Tells whether an estimator takes a combination.

    Returns
    -------
    list of dict
    """
    found: list[Candidate] = []
    # Without those that are fixed: what is drawn or guessed has the searched ones alone.
    parameters = [{name: one.parameters[name] for name in space} for one in tried]
    study = _make_study(space, tried, seed, greater_is_better)
    while len(found) < n:
        known = [*parameters, *found]
        one = _guess(study, space, {key_of(candidate) for candidate in known}, admits)
        drawn = [one] if one else draw(space, 1, seed=seed, tried=known, admits=admits)
        if not drawn:
            break
        found += drawn
    return found


def _guess(
    study: optuna.Study, space: Space, known: set[str], admits: Callable[[Candidate], bool]
) -> Candidate | None:
    """Return what the study would try next; None where it finds only what is known."""
    distributions = {name: _distribution(part) for name, part in space.items()}
    for _ in range(GUESSES):
        trial = study.ask(distributions)
        guess = {name: _value(part, trial.params[name]) for name, part in space.items()}
        if key_of(guess) not in known and admits(guess):
            return guess
        study.tell(trial, state=TrialState.FAIL)
    return None


def _make_study(
    space: Space, tried: Sequence[Tried], seed: int, greater_is_better: bool
) -> optuna.Study:
    # What runs counts as bad for the moment, so that two workers look in different places.
    sampler = optuna.samplers.TPESampler(
        seed=(seed + len(tried)) % 2**32, n_startup_trials=BY_CHANCE, constant_liar=True
    )
    direction = StudyDirection.MAXIMIZE if greater_is_better else StudyDirection.MINIMIZE
    study = optuna.create_study(sampler=sampler, direction=direction)
    study.add_trials([_trial(space, one) for one in tried])
    return study


def _trial(space: Space, one: Tried) -> FrozenTrial:
    states = {"running": TrialState.RUNNING, "done": TrialState.COMPLETE,
              "stopped": TrialState.PRUNED}  # fmt: skip
    state = states.get(one.state, TrialState.FAIL)
    if one.score is None and state != TrialState.RUNNING:
        state = TrialState.FAIL
    return create_trial(
        state=state,
        params={name: _code(part, one.parameters[name]) for name, part in space.items()},
        distributions={name: _distribution(part) for name, part in space.items()},
        value=one.score if state == TrialState.COMPLETE else None,
        intermediate_values=None if one.score is None else {one.folds: one.score},
    )


def _distribution(part: Values | Range) -> BaseDistribution:
    """Return a part of a space as Optuna has it; of values it is told the places."""
    if isinstance(part, Values):
        return CategoricalDistribution(range(len(part.values)))
    if part.whole:
        return IntDistribution(int(part.low), int(part.high), part.log, int(part.step or 1))
    return FloatDistribution(part.low, part.high, part.log, part.step)


def _code(part: Values | Range, value: Any) -> Any:
    """Return a value as Optuna is told it; True is not 1 here, as it is for Python."""
    return value if isinstance(part, Range) else [*map(repr, part.values)].index(repr(value))


def _value(part: Values | Range, code: Any) -> Any:
    return part.fit(code) if isinstance(part, Range) else part.values[code]
