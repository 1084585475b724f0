"""A batch as its page shows it: the bar of states and the sentences beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.batches.queries import BatchSummary
from dashboard.db.states import JobState
from dashboard.filters import count, plural
from dashboard.jobs.page.time_up import BY_SOMEBODY, SKIPPED, WORDS
from dashboard.searches import KIND as SEARCH
from dashboard.several import KIND as SEVERAL
from tasks.engine.estimators.catalogue import metric_title

# From what is finished to what waits, as the bar shows them from left to right.
ORDER = (
    JobState.SUCCEEDED, JobState.FAILED, JobState.LOST, JobState.CANCELLED, JobState.CANCELLING,
    JobState.RUNNING, JobState.QUEUED,
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The jobs of one state and word: how many, and where they stand on a bar of length 1.

    `asked` is what the list of them is asked for by.
    """

    state: str
    asked: str
    word: str | None
    amount: int
    start: str
    width: str


@dataclass(frozen=True)
class BatchView:
    """A batch for its page."""

    summary: BatchSummary

    @property
    def parts(self) -> list[Part]:
        """The states that any job is in."""
        total, before = self.summary.n_left or 1, 0
        found = []
        for state, asked, word, amount in self._amounts():
            if amount:
                place = f"{before / total:.5f}", f"{amount / total:.5f}"
                found.append(Part(state, asked, word, amount, *place))
            before += amount
        return found

    def _amounts(self) -> Iterator[tuple[str, str, str | None, int]]:
        """Yield each state with its jobs; of those that nobody cancelled, their own word."""
        summary = self.summary
        for state in ORDER:
            if state != JobState.CANCELLED:
                yield state, state, None, summary.counts[state]
                continue
            asked = BY_SOMEBODY if summary.n_skipped else state
            yield state, asked, None, summary.counts[state] - summary.n_skipped
            yield state, SKIPPED, WORDS[SKIPPED], summary.n_skipped

    @property
    def bar_words(self) -> str:
        """The bar in words."""
        words = ((part.amount, (part.word or part.state).lower()) for part in self.parts)
        return ", ".join(f"{count(amount)} {word}" for amount, word in words)

    @property
    def may_keep(self) -> bool:
        """Whether the model of the best so far can be made now, before all was tried."""
        batch, summary = self.summary.batch, self.summary
        plan = batch.plan or {}
        is_asked = bool((plan.get("stopped") or {}).get("keep"))
        is_whole = plan.get("kind") in {SEARCH, SEVERAL} and batch.parent_id is None
        if summary.best is None or is_asked or not is_whole:
            return False
        # While that alone is fitted there is nothing to stop.
        return batch.final_job_id is None or (summary.goes_on and summary.n_active > 1)

    @property
    def keep_words(self) -> str:
        """What the button that makes the model says."""
        if self.summary.batch.plan_state == "going":
            return "Stop and keep the best"
        return "Fit the best on all rows"

    @property
    def done_words(self) -> str:
        """How many jobs are over, of how many."""
        summary = self.summary
        if not summary.batch.n_jobs:
            return "No job yet: the batches below it come first"
        if not summary.n_left:
            return "Every job of this batch was deleted"
        if summary.n_scored or summary.batch.plan:  # which adds jobs: of how many, nobody knows
            so_far = " so far" if summary.batch.plan_state == "going" else ""
            every = plural(summary.n_left + summary.n_deleted, "job")
            return f"{every}{so_far}: {self._sum_words}"
        words = f"{count(summary.n_done)} of {plural(summary.n_left, 'job')} done"
        return f"{words}, {count(summary.n_deleted)} deleted" if summary.n_deleted else words

    @property
    def _sum_words(self) -> str:
        """What became of every job of a batch with candidates; the parts add up to all of them."""
        summary = self.summary
        fitted = summary.counts[JobState.SUCCEEDED] - summary.n_scored
        amounts = [(summary.n_scored, "scored"), (fitted, "fitted on all rows")]
        amounts += [(part.amount, (part.word or part.state).lower())
                    for part in self.parts if part.state != JobState.SUCCEEDED]  # fmt: skip
        amounts.append((summary.n_deleted, "deleted"))
        return ", ".join(f"{count(amount)} {word}" for amount, word in amounts if amount)

    @property
    def metric_title(self) -> str | None:
        """The main metric in plain words; None before any job succeeded."""
        return metric_title(self.summary.best.metric) if self.summary.best else None

    @property
    def title(self) -> str:
        """What stands before the batch's name in the tab's title."""
        summary = self.summary
        if summary.goes_on:
            return f"({count(summary.n_done)} of {count(summary.n_left)}) "
        return "Done " if summary.n_left else ""
