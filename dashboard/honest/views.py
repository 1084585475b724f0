"""What a score is worth, for the page of a batch and the API."""

from dataclasses import dataclass

from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, JobState
from dashboard.filters import plural, score
from dashboard.honest import ANEW
from dashboard.honest.anew import find_job, find_winner, why_not_anew
from dashboard.honest.families import find_latest
from dashboard.searches.direction import greater_is_better
from tasks.engine.catalogue import metric_title
from tasks.engine.spec import Validation


@dataclass(frozen=True)
class HonestView:
    """How far the honest scores of a batch's winner are.

    `anew` is the job that scores its settings on other folds. `winner` is None while there is no
    finished one.
    """

    winner: Job | None
    anew: Job | None

    @property
    def goes_on(self) -> bool:
        """Whether a score is still to come."""
        return self.anew is not None and self.anew.state in ACTIVE

    @property
    def may_score_anew(self) -> bool:
        """Whether the winner can be scored anew, and is not."""
        if self.winner is None or why_not_anew(self.winner):
            return False
        return self.anew is None or self.anew.state not in {*ACTIVE, JobState.SUCCEEDED}

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
            return f"The job that scores the best one anew is {job.state}"
        return (
            f"Scored anew on other folds: {metric_title(job.metric)} {with_spread(job)}; "
            f"{compare(winner, job.score)}. The same rows chose the best one, so even this may be "
            "a little too good"
        )


def compare(winner: Job, honest: float) -> str:
    """Say how much better a winner's own score is than an honest one."""
    own = winner.score or 0.0
    gap = (own - honest) * (1 if greater_is_better(winner.metric) else -1)
    if score(own) == score(honest) or gap <= 0:
        return f"the score it was chosen by, {score(own)}, is no better than that"
    return f"the score it was chosen by, {score(own)}, is likely too good by about {score(gap)}"


def with_spread(job: Job) -> str:
    """Return a job's score with its spread, in words."""
    spread = f" \N{PLUS-MINUS SIGN} {score(job.score_std)}" if job.score_std is not None else ""
    return f"{score(job.score)}{spread}"


def view_honest(batch: Batch) -> HonestView | None:
    """Return what is known of the honest scores of a batch; None of one without a plan."""
    if not batch.plan or batch.plan["kind"] == ANEW:
        return None
    winner = find_winner(batch)
    child = find_latest(batch.id, ANEW)
    if child is None or winner is None or (child.plan or {})["of"] != winner.id:
        return HonestView(winner, None)
    return HonestView(winner, find_job(child))
