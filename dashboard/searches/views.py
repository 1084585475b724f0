"""A search as the page of its batch shows it: what is asked, how far it is, how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.batches.queries import BatchSummary
from dashboard.db import Job
from dashboard.filters import count, duration, plural
from dashboard.jobs.listing.sorting import PARAM
from dashboard.searches import KIND
from dashboard.searches.naming import BEST_OF, NAME_LENGTH, cut, name_candidate
from dashboard.searches.search import Search

STRATEGIES = {"tpe": "TPE search", "random": "Random search", "grid": "Grid search"}
# So many columns of parameters a page has room for; jobs of a search of more keep their names.
MOST_VARIED = 8


@dataclass(frozen=True)
class SearchView:
    """A search for a page."""

    search: Search
    summary: BatchSummary

    @property
    def goes_on(self) -> bool:
        """Whether something of it is still to come."""
        return self.summary.batch.plan_state == "going"

    @property
    def asked(self) -> str:
        """What was asked for."""
        search = self.search
        words = f"{STRATEGIES[search.strategy]} of {', '.join(search.space)}"
        words += (
            f", {'up to ' if search.jobs > self.made else ''}{plural(search.jobs, 'candidate')}"
        )
        if search.time_limit_s:
            words += f", none starts after {duration(search.time_limit_s)}"
        return words

    @property
    def made(self) -> int:
        """How many candidates were made so far."""
        plan = self.summary.batch.plan or {}
        return int(plan.get("made", 0))

    @property
    def progress(self) -> str:
        """How far it is."""
        early = self.summary.n_stopped_early
        words = f"{count(self.made)} of {plural(self.search.jobs, 'candidate')} made"
        if self.goes_on and self.made < self.search.jobs:
            words = f"{words} so far, further ones follow"
        return f"{words}, {count(early)} stopped early" if early else words

    @property
    def columns(self) -> str:
        """The columns of the list of its jobs: one for each parameter that is searched."""
        varied = [f"{PARAM}{name}" for name in self.search.space][:MOST_VARIED]
        return ",".join(["status", "score", *varied, "duration", "submitted"])

    def name_shortly(self, jobs: Iterable[Job]) -> dict[int, str]:
        """Return short names of jobs whose own names say no more than their columns.

        Whoever gave a job another name finds it here.
        """
        name = (self.summary.batch.plan or {})["name"]
        if len(self.search.space) > MOST_VARIED:
            return {}
        found = {}
        for job in jobs:
            if not set(self.search.space) <= set(job.parameters):
                continue
            best = BEST_OF.search(job.name)
            end = best[0] if best else ""
            made = name_candidate(name, self.search, job.parameters)
            if job.name == (cut(made, NAME_LENGTH - len(end)) + end if end else made):
                found[job.id] = f"#{job.id}{end}"
        return found

    @property
    def ended(self) -> str | None:
        """How it ended; None while it goes on."""
        return self.summary.batch.plan_message

    @property
    def is_whole(self) -> bool:
        """Whether it is a search of its own, none of an outer fold."""
        return "outer_fold" not in (self.summary.batch.plan or {})

    @property
    def caution(self) -> str | None:
        """Why the best score is too good; None while there is none, or one candidate alone."""
        scored = self.summary.n_scored
        if self.summary.best is None or scored < 2 or not self.is_whole:
            return None
        return (
            f"The best was chosen out of {plural(scored, 'candidate')} by this very score, so "
            "it is likely a little too good. Rows that no candidate has seen would tell"
        )


def view_search(summary: BatchSummary) -> SearchView | None:
    """Return a batch's search, or None where it is none."""
    plan = summary.batch.plan
    if not plan or plan["kind"] != KIND:
        return None
    return SearchView(Search.from_plan(plan), summary)
