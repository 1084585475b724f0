"""What the compare page shows beside the numbers: notes, who is left out, what may be added."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard.compare.again import Again, list_again, say_otherwise
from dashboard.compare.asked import Asked, list_notes
from dashboard.compare.comparison import MAX_JOBS, Comparison
from dashboard.compare.curves import list_classes
from dashboard.compare.figures import Named, list_figures
from dashboard.compare.grid import Grid, make_grid
from dashboard.compare.marks import marker
from dashboard.compare.queries import find_to_add
from dashboard.compare.rows import PARAMETERS, SCORES, SETTINGS
from dashboard.compare.varying import choose_axis, list_axes
from dashboard.db import Job, User
from dashboard.db.states import ACTIVE, JobState
from dashboard.filters import plural
from dashboard.jobs.page.time_up import word_of_end
from tasks.engine.estimators.catalogue import METRICS, metric_title

NAMED = 3
CHOSEN = (SETTINGS, PARAMETERS)


@dataclass(frozen=True)
class ComparePage:
    """One comparison as a page; everything follows from the address."""

    found: Comparison
    asked: Asked
    user: User

    @cached_property
    def titles(self) -> dict[str, str]:
        """Titles of the metrics that may be chosen, by name."""
        known = {metric.name: metric.title for metric in METRICS[self.found.jobs[0].task]}
        return {name: known[name] for name in self.found.metrics}

    @cached_property
    def base(self) -> int:
        """Which job is the reference, from 0: unless one is asked for the best, else the first."""
        ids = [job.id for job in self.found.jobs]
        if self.asked.base in ids:
            return ids.index(self.asked.base)
        first = self.found.rows[0]  # what is compared by, where any job has it
        return (first.best or 0) if self.found.comparable and first.group == SCORES else 0

    def name_above(self, job: Job) -> str:
        """What stands above a job's column."""
        return self.found.names_above[job.id]

    def end_word(self, job: Job) -> str | None:
        """The word of a job's state where that is not the state's own."""
        return word_of_end(job)

    @property
    def reference(self) -> Job:
        """The job that the others' differences are to."""
        return self.found.jobs[self.base]

    @cached_property
    def notes(self) -> list[str]:
        """What of the address is not shown."""
        return list_notes(self.asked, self.found.missing, self.titles, self.found.metric)

    @cached_property
    def grid(self) -> Grid:
        """The table."""
        return make_grid(self.found, base=self.base, only=self.asked.only)

    @property
    def by_job(self) -> bool:
        """Whether each job has a row in place of a column."""
        return self.asked.by_job or self.found.is_wide

    @cached_property
    def marks(self) -> list[dict[str, Any]]:
        """The colour and shape of each job."""
        return [marker(place) for place in self.found.places]

    def title_of(self, group: str) -> str:
        """Return what stands above a group of lines."""
        return f"{group} that differ" if self.asked.only and group in CHOSEN else group

    @cached_property
    def figures(self) -> list[Named]:
        """The charts."""
        return list_figures(self.found, self.asked)

    @property
    def metric_title(self) -> str:
        """The title of what is compared by."""
        return metric_title(self.found.metric)

    @property
    def metric_choices(self) -> list[tuple[str, str]]:
        """What may be compared by."""
        return list(self.titles.items())

    @property
    def base_choices(self) -> list[tuple[int, str]]:
        """What may be the reference."""
        return [(job.id, self.found.label(job)) for job in self.found.jobs]

    @cached_property
    def parameter_choices(self) -> list[tuple[str, str]]:
        """What scores may be drawn against."""
        return [(axis.name, axis.name) for axis in list_axes(self.found)]

    @property
    def parameter(self) -> str | None:
        """What they are drawn against."""
        axis = choose_axis(self.found, self.asked.parameter)
        return axis.name if axis else None

    @cached_property
    def class_choices(self) -> list[tuple[str, str]]:
        """The classes that curves may be of."""
        if self.found.is_wide:
            return []
        return [(name, f"Class {name}") for name in list_classes(self.found)]

    @cached_property
    def again(self) -> list[Again]:
        """The jobs that may be run again on the folds of the reference."""
        return list_again(self.found.jobs, self.reference) if self.may_submit else []

    @property
    def may_submit(self) -> bool:
        """Whether who looks may submit jobs."""
        return self.user.has_role("member")

    @cached_property
    def to_add(self) -> list[tuple[Job, str | None]]:
        """The jobs that match what is looked for, each with why it is not comparable, if so."""
        return list_to_add(self.asked.q, self.found.jobs, self.reference)

    @property
    def is_full(self) -> bool:
        """Whether no further job fits."""
        return len(self.found.jobs) >= MAX_JOBS

    @property
    def left_out(self) -> list[str]:
        """Say which jobs have no part in the verdict, and why."""
        jobs = self.found.unfinished
        active = [job for job in jobs if job.state in ACTIVE]
        queued = [job for job in active if job.state == JobState.QUEUED]
        ended = [job for job in jobs if job.state not in ACTIVE]
        said = []
        if queued:
            said.append(f"{name_some(queued)} {_has(queued, 'waits', 'wait')} in the queue")
        if running := [job for job in active if job not in queued]:
            what = "its scores are those of its folds so far"
            many = "their scores are those of their folds so far"
            said.append(f"{name_some(running)} {_has(running, 'runs', 'run')} still: "
                        f"{_has(running, what, many)}")  # fmt: skip
        if ended:
            said.append(f"{name_some(ended)} {_has(ended, 'has', 'have')} no result")
        return said


def list_to_add(q: str, jobs: Sequence[Job], base: Job | None) -> list[tuple[Job, str | None]]:
    """List the jobs that match, comparable ones first; of others, why they are not."""
    found = find_to_add(q, jobs) if q else []
    said = [(job, say_otherwise(job, base) if base else None) for job in found]
    return sorted(said, key=lambda one: one[1] is not None)


def name_some(jobs: Sequence[Job]) -> str:
    """Name jobs in a sentence, some of them if there are many."""
    names = [job.name for job in jobs[:NAMED]]
    if len(jobs) > NAMED:
        return f"{', '.join(names)} and {plural(len(jobs) - NAMED, 'other')}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _has(jobs: Sequence[Job], one: str, many: str) -> str:
    return one if len(jobs) == 1 else many
