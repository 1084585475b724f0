"""How many candidates and fits the form of a new job asks for: told before it is sent."""

from dataclasses import dataclass
from typing import Any

from dashboard.batches.service import batch_limit
from dashboard.filters import plural
from dashboard.honest.opening import count_fits
from dashboard.jobs.asking.checked import Checked
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.numbers import read_whole
from dashboard.jobs.form.search import search_of
from dashboard.searches.checking import check_search
from dashboard.searches.hopeless import FOLDS_AT_LEAST
from dashboard.searches.search import Search
from tasks.engine.spec import Validation

JOBS = "search.jobs"


@dataclass(frozen=True)
class Candidates:
    """The candidates of a form: `amount` is None while not every value can be used.

    `is_most`: whether there may be fewer; `fits` of all their folds; `fewer_fits`: whether some
    may end before their last fold; `problem`: why there are too many.
    """

    amount: int | None = None
    is_most: bool = True
    fits: int | None = None
    fewer_fits: bool = False
    problem: str | None = None

    @property
    def words(self) -> str:
        """Such as ``12 candidates, up to 60 fits``."""
        if self.amount is None:
            return "candidates"
        words = f"{'up to ' if self.is_most else ''}{plural(self.amount, 'candidate')}"
        if self.fits is None:
            return words
        is_less = self.fewer_fits and not self.is_most
        return f"{words}, {'up to ' if is_less else ''}{plural(self.fits, 'fit')}"


def count_candidates(form: JobForm) -> Candidates:
    """Count what a form asks for, as its search is checked when it is sent."""
    if form.estimator is None:
        return Candidates()
    checked = Checked({"task": form.task})
    body: dict[str, Any] = search_of(form) | {"estimator": form.estimator.id}
    search = check_search(checked, body, batch_limit())
    if search is None or checked.problems:
        # What else is wrong stands at its field once the form is sent.
        is_too_many = checked.code == "SWEEP_TOO_MANY" and list(checked.problems) == [JOBS]
        return Candidates(problem=checked.problems[JOBS] if is_too_many else None)
    amount, folds = _count(search), form.fits
    fits = amount * folds if folds and folds > 0 else None
    stops = search.stop_hopeless and (folds or 0) > FOLDS_AT_LEAST
    is_most = search.strategy != "grid" or search.time_limit_s is not None
    return Candidates(amount, is_most, fits, stops)


def _count(search: Search) -> int:
    if search.combinations is None:
        return search.jobs
    return min(search.jobs, search.combinations - (search.count_left_out() or 0))


def say_nested_fits(form: JobForm, candidates: Candidates) -> str | None:
    """Say how many fits more it takes to score the whole search; None while that is not known."""
    folds = read_whole(form.values.get("validation.folds", ""))
    repeats = read_whole(form.values.get("validation.repeats", "") or "1")
    if not all(isinstance(n, int) and n > 0 for n in (candidates.amount, folds, repeats)):
        return None
    split = Validation(form.values.get("validation.scheme", ""), folds, repeats)
    return f"Nested: about {plural(count_fits(split, candidates.amount or 0), 'fit')} more"
