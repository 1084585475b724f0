"""What of the names of jobs there is room for, where they are shown together."""

from collections.abc import Iterable

from dashboard.db import Job
from dashboard.jobs.asking.made_names import stem_of
from dashboard.telling_apart import STEM, tell_apart

NAME_SHOWN = 56  # letters of a job's name in a list


def names_of(jobs: Iterable[Job], most: int) -> dict[int, str]:
    """Return the names of jobs by id, in so many letters: what tells them apart first."""
    shown = list(jobs)
    names = tell_apart([job.name for job in shown], most)
    return {job.id: name for job, name in zip(shown, names, strict=True)}


def names_in_list(jobs: Iterable[Job]) -> dict[int, str]:
    """Return the names of jobs in a list that says their dataset and target beside them.

    So a name that nobody gave begins with its estimator there.
    """
    shown = list(jobs)
    own = [job.name.removeprefix(f"{stem_of(job.dataset, job.target)}{STEM}") for job in shown]
    return {job.id: name for job, name in zip(shown, tell_apart(own, NAME_SHOWN), strict=True)}
