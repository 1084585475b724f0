"""What a score is worth, for the page of a batch and the API."""

from dataclasses import dataclass

from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, JobState
from dashboard.filters import plural
from dashboard.honest import ANEW
from dashboard.honest.anew import find_job, find_winner
from dashboard.honest.enough import why_not_nested
from dashboard.honest.families import find_latest
from dashboard.honest.nested import Nested, find_nested
from dashboard.honest.opening import count_fits, count_scored, count_tried, why_not_anew
from dashboard.jobs.page.time_up import say_state
from dashboard.preferences import score_for_reader as score
from dashboard.searches import KIND as SEARCH
from dashboard.searches.direction import greater_is_better
from dashboard.searches.search import Search
from dashboard.several import KIND as SEVERAL
from tasks.engine.estimators.catalogue import metric_title
from tasks.engine.spec import Validation


@dataclass(frozen=True)
class HonestView:
    """How far the honest scores of a batch's winner are.

    `anew` is the job that scores its settings on other folds, `nested` the validation of the whole
    search, which would take `nested_fits`. `winner` is None while there is no finished one;
    `was_chosen` tells whether it was the best of several.
    """

    winner: Job | None
    anew: Job | None
    nested: Nested | None = None
    nested_fits: int | None = None
    was_chosen: bool = True

    @property
    def goes_on(self) -> bool:
        """Whether a score is still to come."""
        is_scored = self.anew is not None and self.anew.state in ACTIVE
        return is_scored or (self.nested is not None and self.nested.goes_on)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to say: of a blend there is not, as its score is honest."""
        told = self.anew_words or self.nested_words
        return bool(told) or self.may_score_anew or self.may_nest

    @property
    def may_score_anew(self) -> bool:
        """Whether the winner can be scored anew, and is not."""
        if self.winner is None or why_not_anew(self.winner):
            return False
        return self.anew is None or self.anew.state not in {*ACTIVE, JobState.SUCCEEDED}

    @property
    def may_nest(self) -> bool:
        """Whether the whole search can be scored, and is not."""
        return self.nested_fits is not None and not (self.nested and self.nested.is_good)

    @property
    def nested_words(self) -> str | None:
        """What came of scoring the whole search; None where nobody asked for it."""
        nested, winner = self.nested, self.winner
        if nested is None or winner is None:
            return None
        of = f"{len(nested.scores)} of {plural(nested.n_outer, 'outer fold')}"
        if nested.goes_on:
            return f"The whole search is being scored: {of} done"
        if nested.mean is None:
            return _say_why_not(nested, of)
        title = metric_title(winner.metric)
        return (
            f"Nested: {title} {with_spread(nested.mean, nested.spread)}, over "
            f"{plural(nested.n_outer, 'outer fold')} that a search each has not seen; "
            f"{compare(winner, nested.mean)}"
        )

    @property
    def fits(self) -> str:
        """How many fits it takes to score anew."""
        return plural(Validation(**self.winner.validation).n_splits, "fit") if self.winner else ""

    @property
    def anew_words(self) -> str | None:
        """What came of scoring anew; None where nobody asked for it."""
        job, winner = self.anew, self.winner
        if job is None or winner is None:
            return None
        if job.state in ACTIVE:
            return "The best one is being scored anew, on other folds"
        if job.state != JobState.SUCCEEDED or job.score is None or winner.score is None:
            return f"The job that scores the best one anew is {say_state(job)}"
        told = with_spread(job.score, job.score_std)
        return (
            f"Scored anew on other folds: {metric_title(job.metric)} {told}; "
            f"{compare(winner, job.score)}. The same rows chose the best one, so even this may be "
            "a little too good"
        )


def _say_why_not(nested: Nested, done: str) -> str:
    if nested.stopped_by:
        return f"Scoring the whole search was stopped by {nested.stopped_by}: {done} done"
    return f"The whole search could not be scored: {done} done{nested.cut_words}"


def compare(winner: Job, honest: float) -> str:
    """Say how much better a winner's own score is than an honest one."""
    own = winner.score or 0.0
    gap = (own - honest) * (1 if greater_is_better(winner.metric) else -1)
    if score(own) == score(honest) or gap <= 0:
        return f"the score it was chosen by, {score(own)}, is no better than that"
    return f"the score it was chosen by, {score(own)}, is likely too good by about {score(gap)}"


def with_spread(value: float, spread: float | None) -> str:
    """Return a score with its spread, in words."""
    return score(value) + ("" if spread is None else f" \N{PLUS-MINUS SIGN} {score(spread)}")


def view_honest(batch: Batch) -> HonestView | None:
    """Return what is known of the honest scores of a batch; None of one without a plan."""
    if not batch.plan or batch.plan["kind"] not in {SEARCH, SEVERAL}:
        return None
    winner = find_winner(batch)
    if winner is None:
        return HonestView(None, None)
    anew, was_chosen = _find_anew(batch, winner), count_scored(batch.id) > 1
    if batch.plan["kind"] != SEARCH:
        return HonestView(winner, anew, was_chosen=was_chosen)
    search = Search.from_plan(batch.plan)
    fits = count_fits(Validation(**winner.validation), count_tried(batch.id, batch.plan, search))
    refusal = why_not_nested(winner.validation, winner.dataset, winner.target)
    may_ask = batch.plan_state == "over" and refusal is None
    nested = find_nested(batch, winner)
    return HonestView(winner, anew, nested, fits if may_ask else None, was_chosen)


def _find_anew(batch: Batch, winner: Job) -> Job | None:
    child = find_latest(batch.id, ANEW)
    if child is None or (child.plan or {})["of"] != winner.id:
        return None
    return find_job(child)
