"""The form of a new job: what it shows.

`form_sources.py` fills it, `form_request.py` makes a request of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.asking.requests import default_features
from dashboard.jobs.asking.task_guess import suggest_task
from dashboard.jobs.form.cards import list_cards
from dashboard.jobs.form.former import Former
from dashboard.jobs.form.inside import PREFIX
from dashboard.jobs.form.many_columns import (
    COLUMNS_LISTED,
    ONLY,
    WITHOUT,
    Matches,
    Picked,
    find_by_name,
    match_targets,
    on_one_line,
    pick_columns,
)
from dashboard.jobs.form.numbers import read_whole
from dashboard.jobs.form.rows import OF_PREPROCESSING, count_each, row_of
from dashboard.jobs.form.schemes import list_schemes, list_split_columns
from dashboard.jobs.form.targets import list_target_choices, say_unused
from dashboard.jobs.form.texts import without_typed
from dashboard.jobs.threshold.decision import read_amount, usual_positive
from dashboard.several import KIND as SEVERAL
from tasks.engine.estimators.catalogue import (
    METRICS,
    Estimator,
    LeftOut,
    find_estimator,
    list_estimators,
    list_left_out,
)
from tasks.engine.preprocessing.settings import list_settings
from tasks.engine.scores.decision_checks import classes_of

VALIDATION = "validation."
AT_ONCE = "at_once"


@dataclass
class JobForm:
    """Everything that the form shows; `values` holds text by field name, as it was typed."""

    dataset: Dataset | None
    values: dict[str, str]
    features: list[str] | None = None
    ticked: list[str] = field(default_factory=list)  # estimators, where any number may be chosen
    errors: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    folds_note: str | None = None  # why the folds that are filled in are not the usual ones
    # Of a job that is duplicated: its threshold, costs, and by whose scores it was chosen.
    decided: Mapping[str, Any] = field(default_factory=dict)
    has_lost_threshold: bool = False  # as it was chosen for something else
    former: Former | None = None  # the job that it was opened from
    refusal: str | None = None  # why nothing can be submitted now, whatever the fields hold
    # The last name that was looked for, and its column: the form asks for it a hundred times.
    _found: tuple[str, Mapping[str, Any] | None] | None = None

    @cached_property
    def columns(self) -> Sequence[Mapping[str, Any]]:
        """The dataset's columns; none without a dataset."""
        return self.dataset.columns if self.dataset else ()

    @property
    def has_many_columns(self) -> bool:
        """Whether they are too many to list: then they are searched, and named in lines."""
        return len(self.columns) > COLUMNS_LISTED

    @property
    def target(self) -> Mapping[str, Any] | None:
        """The target's column."""
        name = self.values.get("target", "")
        if self._found is None or self._found[0] != name:
            self._found = name, find_by_name(self.columns, name)
        return self._found[1]

    @property
    def learned_target(self) -> Mapping[str, Any] | None:
        """What is known of the target without the rows that are left out by its texts."""
        return without_typed(self.target, self.values.get(f"{VALIDATION}targets_left_out", ""))

    @property
    def target_name(self) -> str:
        """The name of the target's column; empty without one."""
        return str(self.target["name"]) if self.target else ""

    @property
    def target_text(self) -> str:
        """What was typed as the target."""
        return on_one_line(self.values.get("target", ""))

    @property
    def matches(self) -> Matches | None:
        """The columns that may be meant by a part of a name; None once there is a target."""
        if not self.has_many_columns or self.target:
            return None
        return match_targets(self.columns, self.values.get("target", ""))

    @property
    def suggested_task(self) -> str | None:
        """The task that the target suggests."""
        return suggest_task(self.target) if self.target else None

    @property
    def task(self) -> str | None:
        """The task that was chosen, or is suggested."""
        chosen = self.values.get("task")
        return chosen if chosen in METRICS else self.suggested_task

    @property
    def task_words(self) -> str:
        """The task in plain words."""
        if self.task == "regression":
            return "Predict a number"
        return "Two-class classification" if self.has_two_classes else "Classification"

    @property
    def has_two_classes(self) -> bool:
        """Whether one of two classes is predicted."""
        return self.task == "classification" and (self.learned_target or {}).get("distinct") == 2

    @property
    def positive_choices(self) -> list[tuple[str, str]]:
        """The classes of two that may be the positive one; none where they are not known."""
        target = self.learned_target
        known = classes_of(target) if target and self.has_two_classes else []
        if target is None or not known:
            return []
        usual = f"{usual_positive(target)} (automatic)"
        return [("", usual), *((name, name) for name in known)]

    @property
    def threshold(self) -> Any:
        """The threshold that was typed, as a number where it is one; None without any."""
        text = self.values.get("threshold", "").strip()
        if not text or not self.has_two_classes:
            return None
        amount = read_amount(text)
        return text if amount is None else amount

    @property
    def keeps_decision(self) -> bool:
        """Whether the threshold is that of the job that is duplicated."""
        return bool(self.decided) and self.threshold == self.decided["threshold"]

    @property
    def estimator(self) -> Estimator | None:
        """The estimator that was chosen, or the first of the task."""
        found = find_estimator(self.values.get("estimator", ""))
        if self.task is None:
            return None
        if found is None or found.task != self.task or not found.is_installed:
            return list_estimators(self.task)[0]
        return found

    @property
    def tries_several(self) -> bool:
        """Whether several estimators are tried, in place of one that is chosen."""
        return self.values.get("estimator") == SEVERAL

    @property
    def target_choices(self) -> list[tuple[str, str, bool]]:
        """The columns, those that cannot be predicted last."""
        return list_target_choices(self.columns)

    @property
    def ticks_estimators(self) -> bool:
        """Whether any number of estimators may be chosen."""
        return self.values.get(AT_ONCE) == "yes"

    @property
    def chosen(self) -> list[Estimator]:
        """The estimators that jobs are made of: the chosen one, or those that are ticked."""
        if self.ticks_estimators:
            return [e for e in list_estimators(self.task) if e.id in self.ticked]
        return [self.estimator] if self.estimator else []

    @property
    def at_once(self) -> bool:
        """Whether a job is made of each of several estimators, or none is ticked yet."""
        return self.ticks_estimators and len(self.chosen) != 1

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The estimators as cards."""
        chosen, several = {e.id for e in self.chosen}, self.tries_several
        are_ticked = self.ticks_estimators
        return list_cards(self.task, chosen, are_ticked=are_ticked, tries_several=several)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The estimators of the task that are not offered, and why."""
        return list_left_out(self.task)

    @cached_property
    def picked(self) -> Picked | None:
        """The columns that lines name, of those that are too many to list."""
        if not self.has_many_columns or self.values.get("features_mode") not in {ONLY, WITHOUT}:
            return None
        return pick_columns(self.columns, self.values.get("features", ""), self.target_name)

    @cached_property
    def used(self) -> Sequence[str]:
        """The columns that are learned from."""
        if self.picked and self.values["features_mode"] == ONLY:
            return self.picked.names
        if self.features is not None:
            return self.features
        left_out = set(self.picked.names if self.picked else ())
        default = default_features(self.columns, self.target_name)
        return [name for name in default if name not in left_out]

    @property
    def unused(self) -> str | None:
        """Who is left out of the columns that are learned from, and why."""
        return None if self.has_many_columns else say_unused(self.columns, self.used, self.target)

    @property
    def feature_choices(self) -> list[Mapping[str, Any]]:
        """The columns that may be chosen; none when they are too many to list."""
        return [] if self.has_many_columns else [c for c in self.columns if c is not self.target]

    def parameter_rows(self, common: bool) -> list[dict[str, Any]]:
        """Return the estimator's parameters, the common or the advanced ones."""
        if self.estimator is None:
            return []
        parameters = (p for p in self.estimator.parameters if p.common == common)
        values, errors, searches = self.values, self.errors, self.is_search
        return [row_of(p, PREFIX, values, errors, as_text=searches) for p in parameters]

    @property
    def is_search(self) -> bool:
        """Whether a search is asked for: then fields of parameters also take ranges."""
        is_one = not self.tries_several and not self.at_once
        return bool(self.values.get("search.strategy")) and is_one

    @property
    def preprocessing_rows(self) -> list[dict[str, Any]]:
        """The settings of preprocessing."""
        values, errors = self.values, self.errors
        return [row_of(s, OF_PREPROCESSING, values, errors) for s in list_settings(self.task)]

    @property
    def advanced_error(self) -> bool:
        """Whether an advanced parameter holds an error, so that its part must be open."""
        rows = self.parameter_rows(common=False)
        return any(row["error"] or (row["inside"] and row["inside"]["open"]) for row in rows)

    @property
    def fits(self) -> int | None:
        """How many folds are fitted; None while the number cannot be read."""
        scheme = self.values.get("validation.scheme")
        if scheme == "holdout":
            return 1
        folds = read_whole(self.values.get("validation.folds", ""))
        text = self.values.get("validation.repeats", "1")
        repeats = read_whole(text) if scheme in {"kfold", "stratified"} else 1
        return folds * repeats if isinstance(folds, int) and isinstance(repeats, int) else None

    @property
    def n_jobs(self) -> int | None:
        """How many jobs the form makes: one for each combination of values, if all can be used."""
        if self.at_once:
            return len(self.chosen)
        counts = count_each(self.estimator, self.values).values()
        known = [count for count in counts if count is not None]
        return math.prod(known) if len(known) == len(counts) else None

    @property
    def swept(self) -> dict[str, int]:
        """How many values each parameter has that has several."""
        counts = count_each(self.estimator, self.values)
        return {name: count for name, count in counts.items() if count is not None and count > 1}

    @property
    def schemes(self) -> list[tuple[str, str]]:
        """The ways to split rows that the form offers."""
        return list_schemes(self.task, tries_several=self.tries_several)

    def columns_for(self, field_name: str) -> list[tuple[str, str]]:
        """Return the columns that rows can be grouped or sorted by."""
        return list_split_columns(self.columns, self.target_name, field_name)

    @property
    def metrics(self) -> list[tuple[str, str]]:
        """The metrics of the task; those for two classes only where the target has two."""
        many = (self.learned_target or {}).get("distinct", 2) > 2
        offered = METRICS[self.task or "classification"]
        return [(m.name, m.title) for m in offered if not (m.two_only and many)]
