"""A job as pages show it: its sentence, its times, its stages. Decides nothing, guesses openly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.filters import about, duration, percent, plural
from dashboard.jobs.page.baselines import (
    Baseline,
    find_poor_probabilities,
    hold_against,
    list_baselines,
)  # fmt: skip
from dashboard.jobs.page.blends import title_of
from dashboard.jobs.page.intervals import say_interval
from dashboard.jobs.page.time_up import word_of_end
from dashboard.jobs.times.durations import Duration
from dashboard.jobs.times.estimates import Estimate
from dashboard.ordinals import ordinal
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import METRICS, find_metric, name_metric
from tasks.engine.scores.unbeaten import Against
from tasks.engine.spec import Validation

SILENT_AFTER_S = 15
# A worker writes once a second; so long after the last sign of life a stop may take longer.
STOPS_WITHIN_S = 3
NOT_REACHED = "not reached"
STAGES = (
    ("queued", "Queued"), ("load", "Load data"), ("prepare", "Prepare"),
    ("fit", "Fit and validate"), ("final", "Final fit"), ("save", "Save model"),
)  # fmt: skip
# It is not fitted on all rows, so it has no model.
STAGES_OF_CANDIDATE = (*STAGES[:-2], ("final", "Baselines"), ("save", "Save scores"))


def titles_of(job: Job) -> dict[str, str]:
    """Return the titles of a job's metrics by name, with the class that some are about."""
    positive = job.details.get("positive_class")
    return {metric.name: name_metric(metric, positive) for metric in METRICS[job.task]}


@dataclass(frozen=True)
class JobView:
    """One job for a page; `position` is its place in the queue, `took` how long it worked."""

    job: Job
    position: int | None = None
    score_so_far: float | None = None
    estimate: Estimate = Estimate()
    folds_done: int = 0
    took: Duration = Duration()

    @property
    def estimator_title(self) -> str:
        """The estimator in plain words; of a blend, that it is one."""
        return title_of(self.job)

    @property
    def metric_title(self) -> str:
        """The main metric in plain words, with the class that it is about."""
        name, metric = self.job.metric, find_metric(self.job.task, self.job.metric)
        return name_metric(metric, self.job.details.get("positive_class")) if metric else name

    @property
    def n_splits(self) -> int:
        """How many folds there are to score."""
        return Validation(**self.job.validation).n_splits

    @property
    def is_active(self) -> bool:
        """Whether the job runs or waits."""
        return self.job.state in ACTIVE

    @property
    def is_kept(self) -> bool:
        """Whether the job is being stopped, and what is done of it kept."""
        return self.job.state == JobState.CANCELLING and self.job.stop_request == "keep"

    @property
    def can_be_cancelled(self) -> bool:
        """Whether a cancel changes anything; what is kept, or runs again, can be dropped."""
        return self.is_active and self.job.stop_request != "cancel"

    @property
    def silent_s(self) -> float | None:
        """Seconds without a sign of life; None while all is well."""
        if self.job.state not in HELD or self.job.heartbeat_at is None:
            return None
        silent = (now() - self.job.heartbeat_at).total_seconds()
        return silent if silent > SILENT_AFTER_S else None

    @property
    def badge(self) -> tuple[str, str | None]:
        """The state that the badge shows, and its word where that is another."""
        if self.silent_s is not None:
            return "silent", f"No news for {duration(self.silent_s)}"
        if self.is_kept:
            return "running", "Keeping what is done"
        return self.job.state, word_of_end(self.job)

    @property
    def title(self) -> str:
        """What the tab's title says: ``(61%) name``, ``Done 0.846 name``, ``Failed name``."""
        job = self.job
        before = {
            JobState.RUNNING: f"({percent(job.progress)})",
            JobState.SUCCEEDED: f"Done {score(job.score)}" if job.score is not None else "Done",
            JobState.FAILED: "Failed",
            JobState.LOST: "Failed",
            JobState.CANCELLED: word_of_end(job) or "Cancelled",
        }.get(JobState(job.state))
        return f"{before} {job.name}" if before else job.name

    @property
    def outcome(self) -> str | None:
        """What a notification says of a job that is over: ``Done 0.846``, ``Failed: why``."""
        if self.is_active:
            return None
        words, failure = self.title.removesuffix(self.job.name).strip(), self.job.failure
        if failure and self.job.state in {JobState.FAILED, JobState.LOST}:
            return f"{words}: {failure['message']}"
        return words

    @property
    def favicon(self) -> str:
        """The name of the small picture that tells the state in the browser's tab."""
        if self.silent_s is not None:
            return "silent"
        return {"cancelling": "cancelled", "lost": "failed"}.get(self.job.state, self.job.state)

    @property
    def stage_title(self) -> str | None:
        """The title of the stage that the job has reached."""
        return dict(STAGES).get(self.job.stage or "")

    @property
    def sentence(self) -> str | None:
        """What stands beside the badge."""
        job = self.job
        if job.state == JobState.QUEUED:
            again = f". {job.message}" if job.message and job.attempt else ""
            return f"{self._place(', starts')}{again}"
        if job.state == JobState.CANCELLING:
            return self.stopping
        if job.state == JobState.SUCCEEDED:
            early = "Some folds only" if job.partial else None
            return job.stopped_because or early
        # The badge says that it was cancelled; who did so stands beside it.
        return job.message.removeprefix("Cancelled ") if job.message else None

    @property
    def waiting(self) -> str:
        """The place of a waiting job, and when it starts as far as that is known."""
        return self._place(" in line. Starts")

    def _place(self, starts: str) -> str:
        """Return the place, and when it starts: "2nd in line. Starts in about 4 min"."""
        known = self.estimate.starts_in_s
        if self.position is None:
            return "Waiting" if known is None else f"Waiting. Starts in {about(known)}"
        place = "Next" if self.position == 1 else ordinal(self.position)
        return f"{place} in line" if known is None else f"{place}{starts} in {about(known)}"

    @property
    def stopping(self) -> str:
        """How far the stop of a job is, and why it takes longer than a moment."""
        job = self.job
        if job.stop_request == "keep":
            folds = plural(self.folds_done, "fold")
            done = f"the {folds} done" if self.folds_done else "what is done"
            return f"Keeping {done}, fitting on all rows"
        silent = (now() - job.heartbeat_at).total_seconds() if job.heartbeat_at else 0.0
        if job.stop_request == "again":
            return "Stopping; then it runs again"
        if silent < STOPS_WITHIN_S:
            return "Stopping"
        return (
            f"Stopping. {job.worker} has not answered for {duration(silent)}; if it stays silent, "
            "the job is cancelled without it"
        )

    @property
    def left(self) -> str | None:
        """The time left, as a guess; "estimating" while nothing is known."""
        if self.job.state != JobState.RUNNING:
            return None
        return self.estimate.left.words if self.estimate.left else "estimating"

    @property
    def score(self) -> float | None:
        """The score, or what the folds so far give."""
        return self.job.score if self.job.score is not None else self.score_so_far

    @property
    def is_incomplete(self) -> bool:
        """Whether the job is over, and has scores of some of its folds only."""
        is_scored = self.job.score is not None and not self.job.partial
        return not self.is_active and not is_scored and self.folds_done > 0

    @property
    def score_title(self) -> str:
        """The main metric, and of which folds the score is where it is not of all of them."""
        if self.is_incomplete:
            folds = f"{self.folds_done} of {plural(self.n_splits, 'fold')}"
            return f"{self.metric_title} after {folds}"
        return self.metric_title if self.job.score is not None else f"{self.metric_title} so far"

    @property
    def baselines(self) -> list[Baseline]:
        """What the score is held against."""
        return list_baselines(self.job)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the score's 95% interval."""
        found = self.job.metrics.get(self.job.metric, {})
        low, high = found.get("low"), found.get("high")
        return None if low is None or high is None else (low, high)

    @property
    def interval_words(self) -> str | None:
        """What the intervals mean, and how they were come by; None where there are none."""
        drawn = self.job.details.get("drawn")
        return say_interval(drawn, self.job.task) if drawn else None

    @property
    def poor_probabilities(self) -> str | None:
        """That probabilities are worse than a guess's; None where they are not."""
        return find_poor_probabilities(self.job)

    @property
    def against(self) -> Against | None:
        """The simplest baseline that the job does not beat; None when it beats all."""
        return hold_against(self.job)

    @property
    def track(self) -> list[dict[str, Any]]:
        """The stages of the job's way, with what is known of each."""
        seen = {stage["stage"]: stage for stage in self.job.stages}
        current = self.job.stage if self.job.state != JobState.QUEUED else "queued"
        stages = STAGES_OF_CANDIDATE if self.job.score_only else STAGES
        names = [name for name, _title in stages]
        at = names.index(current) if current in names else 0
        return [
            {
                "title": title,
                "state": self._stage_state(n, at),
                "note": self._stage_note(name, n, at, seen),
            }
            for n, (name, title) in enumerate(stages)
        ]

    def _stage_state(self, n: int, at: int) -> str:
        state = self.job.state
        if state == JobState.SUCCEEDED or n < at:
            return "done"
        if n > at:
            return "ahead"
        return {"failed": "failed", "lost": "failed", "cancelled": "stopped"}.get(state, "now")

    def _stage_note(self, name: str, n: int, at: int, seen: dict[str, Any]) -> str | None:
        if name == "queued":
            return self._waited()
        stopping = self.job.state == JobState.CANCELLING
        if n == at and stopping and not self.is_kept:
            return f"Being cancelled by {self.job.stopped_by}" if self.job.stopped_by else None
        # What an earlier attempt took says nothing of this one.
        stage = None if self.job.state == JobState.QUEUED else seen.get(name)
        if name == "fit" and self.folds_done and (stage is None or (n == at and stopping)):
            return f"{self.folds_done} of {plural(self.n_splits, 'fold')} done"
        if stage is None:
            return None if self.is_active or n <= at else NOT_REACHED
        return self._reached(stage, is_now=n == at and self.is_active)

    def _reached(self, stage: dict[str, Any], *, is_now: bool) -> str | None:
        if is_now and stage["stage"] == "fit":
            return (self.job.message or "").replace("Fitting ", "") or None
        if "ended_at" in stage:
            return duration(_seconds(stage["started_at"], stage["ended_at"]))
        return None

    def _waited(self) -> str | None:
        """Say how long a job waited; None of one that waits again, as its wait is not known."""
        job = self.job
        begun = job.started_at is not None and job.state != JobState.QUEUED
        if job.attempt > (1 if begun else 0):
            return None
        end = job.started_at or job.finished_at or now()
        return f"waited {duration(max(0, (end - job.created_at).total_seconds()))}"


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
