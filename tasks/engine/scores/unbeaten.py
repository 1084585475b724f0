"""Which of what guesses and what is simple a model does not beat."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose

from tasks.engine.estimators.catalogue import LINEAR, find_metric
from tasks.engine.scores.paired import ENOUGH_FOLDS, REACH_OF_ENOUGH

WORDS = {"dummy": "guessing", "linear": "a linear model"}


@dataclass(frozen=True)
class Against:
    """The simplest baseline that a job does not beat; `is_worse` where the baseline beats it.

    `folds`: how many there are where one of the two is better on each of them, by what more folds
    would tell; else None. `is_behind`: the baseline scores better, though within noise.
    """

    name: str
    is_worse: bool
    folds: int | None = None
    is_behind: bool = False

    @property
    def words(self) -> str:
        """What is said of the job: ``tied with guessing``, ``worse than a linear model``.

        A score that is below is not called tied, however noisy the folds are: -128 beside -7.
        """
        if self.folds:
            word = "worse" if self.is_worse else "better"
            return f"{word} than {self.name} on all {self.folds} folds, too few to be sure"
        if self.is_behind:
            return f"worse than {self.name}, within noise"
        return f"{'worse than' if self.is_worse else 'tied with'} {self.name}"

    @property
    def reason(self) -> str:
        """Why that is said."""
        if self.folds:
            return f"{ENOUGH_FOLDS} folds that differ as these do would be enough"
        if self.is_worse:
            return "the difference is beyond the noise of the folds"
        if self.is_behind:
            return "the folds vary by more than the difference"
        return "the difference is within the noise of the folds"


@dataclass(frozen=True)
class Scored:
    """What was scored, by its main metric; `spread` is None where it is not known."""

    task: str
    metric: str
    estimator: str
    score: float | None
    spread: float | None


def find_unbeaten(
    scored: Scored,
    baselines: Iterable[tuple[str, float, float | None]],
    leads: Mapping[str, Mapping[str, float]],
) -> Against | None:
    """Return the simplest baseline that is not beaten; None when all are.

    One beats the other when its lead on paired folds is beyond noise, as comparisons and
    leaderboards judge it. Of jobs of older versions, and with fewer than three folds, that is not
    known: then the lead must be more than the spread over folds of either. A baseline that more
    folds would likely show as beaten is told only where all others are.

    Parameters
    ----------
    scored : Scored
        What is held against them.
    baselines : iterable of tuple
        Kind, score and spread of each, the simplest first.
    leads : Mapping
        By kind, as `Baselines.find_leads` judged them.
    """
    metric = find_metric(scored.task, scored.metric)
    if scored.score is None or metric is None:
        return None
    sign = 1 if metric.greater_is_better else -1
    likely_beaten = None
    for kind, score, spread in baselines:
        if kind == "linear" and scored.estimator == LINEAR[scored.task]:
            continue  # it is one itself
        judged = leads.get(kind)
        if judged:
            lead, noise = judged["mean"], judged["reach"]
        else:
            lead = sign * (scored.score - score)
            noise = max(scored.spread or 0.0, spread or 0.0)
        if lead <= noise:
            folds = None if lead < -noise else _count_too_few(judged)
            is_worse = lead < (0 if folds else -noise)
            is_behind = not is_worse and lead < 0 and not isclose(scored.score, score)
            found = Against(WORDS[kind], is_worse, folds, is_behind)
            if found.is_worse or folds is None:
                return found
            likely_beaten = likely_beaten or found
    return likely_beaten


def _count_too_few(judged: Mapping[str, float] | None) -> int | None:
    """Return how many folds there are where more of the same spread would tell; else None.

    Of three or four folds no difference is further from the mean than 1.5 times the spread, so
    one that far exceeds it is on the same side of 0 on each of them.
    """
    if not judged or not 0 < judged.get("folds", 0) < ENOUGH_FOLDS:
        return None
    is_large = abs(judged["mean"]) > REACH_OF_ENOUGH * judged["spread"]
    return int(judged["folds"]) if is_large else None
