"""What a new job is to beat: the scores of its dataset and target so far, and their folds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.db import Dataset
from dashboard.filters import validation
from dashboard.jobs.asking.checked import Checked
from dashboard.jobs.asking.validation import check_validation
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.numbers import read_whole
from dashboard.jobs.form.split import validation_of
from dashboard.jobs.page.baselines import list_baselines
from dashboard.jobs.queries import list_best_for
from dashboard.several.preset import LONGEST_S, SHORTEST_S, TIME_FIELD, says_how_to_split
from dashboard.workers.queries import count_takers
from tasks.engine.several.portfolio import facts_of, make_portfolio


@dataclass(frozen=True)
class ToBeat:
    """One score; `job_id` is None of a baseline, `folds` are what it was scored on, in words."""

    title: str
    score: float
    spread: float | None
    folds: str
    job_id: int | None = None


def list_to_beat(form: JobForm) -> list[ToBeat]:
    """List the best jobs on the form's dataset and target and the first one's baselines."""
    if form.dataset is None or form.task is None or form.target is None:
        return []
    best = list_best_for(dataset_id=form.dataset.id, target=form.target["name"], task=form.task)
    if not best:
        return []
    found = [
        ToBeat(job.name, job.score or 0.0, job.score_std, validation(job.validation), job.id)
        for job in best
    ]
    for known in list_baselines(best[0]):
        title = known.title[0].upper() + known.title[1:]
        found.append(ToBeat(title, known.score, None, found[0].folds))
    # Jobs are ranked by ROC AUC or R2 here: more is better.
    return sorted(found, key=lambda one: -one.score)


def split_of_several(form: JobForm) -> Mapping[str, Any] | None:
    """Return how rows are split where several are tried; None while the form cannot be sent."""
    if not form.tries_several or form.dataset is None or form.target is None:
        return None
    if form.task is None or not form.used:
        return None
    seconds = read_whole(form.values.get(TIME_FIELD, ""))
    if not isinstance(seconds, int) or not SHORTEST_S <= seconds <= LONGEST_S:
        return None
    chosen = validation_of(form)
    if says_how_to_split(chosen):
        return _check_split(form, chosen, form.dataset)
    rows = form.dataset.rows or 0
    facts = facts_of(form.dataset.columns, form.used, form.target["name"], form.task, rows)
    return make_portfolio(facts, seconds=seconds, slots=max(1, count_takers())).validation


def _check_split(
    form: JobForm, chosen: Mapping[str, Any], dataset: Dataset
) -> Mapping[str, Any] | None:
    checked = Checked({"task": form.task, "target": form.target_name})
    check_validation(checked, {"validation": chosen}, dataset)
    return None if checked.problems else checked.values["validation"]
