"""The form of a new job: what it shows. `form_request.py` makes a request of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from dashboard.db import Dataset, Job
from dashboard.filters import validation as show_validation
from dashboard.jobs.requests import default_features, suggest_task, unsuitable_target
from tasks.engine.catalogue import (
    METRICS,
    Estimator,
    Parameter,
    default_metric,
    default_validation,
    find_estimator,
    list_estimators,
)
from tasks.engine.parameters import describe_range, show_value

PREFIX = "parameters."
COLUMNS_LISTED = 300


@dataclass
class JobForm:
    """Everything that the form shows; `values` holds text by field name, as it was typed."""

    dataset: Dataset | None
    values: dict[str, str]
    features: list[str] | None = None
    errors: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    @property
    def target(self) -> Mapping[str, Any] | None:
        """The target's column."""
        if self.dataset is None:
            return None
        name = self.values.get("target")
        return next((c for c in self.dataset.columns if c["name"] == name), None)

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
        two = self.target and self.target.get("distinct") == 2
        return "Two-class classification" if two else "Classification"

    @property
    def estimator(self) -> Estimator | None:
        """The estimator that was chosen, or the first of the task."""
        found = find_estimator(self.values.get("estimator", ""))
        if self.task is None:
            return None
        if found is None or found.task != self.task:
            return list_estimators(self.task)[0]
        return found

    @property
    def target_choices(self) -> list[tuple[str, str, bool]]:
        """The columns, those that cannot be predicted last and with the reason."""
        columns = self.dataset.columns if self.dataset else []
        fine = [(c["name"], c["name"], False) for c in columns if not unsuitable_target(c)]
        rest = [
            (c["name"], f"{c['name']} (not suitable)", True)
            for c in columns
            if unsuitable_target(c)
        ]
        return [("", "Choose a column", False), *fine, *rest]

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The estimators as cards."""
        chosen = self.estimator
        return [
            {
                "value": e.id,
                "title": e.title,
                "text": e.summary,
                "code": e.id,
                "tags": e.tags,
                "checked": chosen is not None and e.id == chosen.id,
                "disabled": False,
            }
            for e in list_estimators(self.task)
        ]

    @property
    def used(self) -> list[str]:
        """The columns that are learned from."""
        if self.dataset is None:
            return []
        return self.features or default_features(
            self.dataset.columns, self.values.get("target", "")
        )

    @property
    def feature_choices(self) -> list[Mapping[str, Any]]:
        """The columns that may be chosen; none when they are too many to list."""
        columns = self.dataset.columns if self.dataset else []
        if len(columns) > COLUMNS_LISTED:
            return []
        return [c for c in columns if c["name"] != self.values.get("target")]

    def parameter_rows(self, common: bool) -> list[dict[str, Any]]:
        """Return the estimator's parameters, the common or the advanced ones."""
        if self.estimator is None:
            return []
        return [self._row(p) for p in self.estimator.parameters if p.common == common]

    def _row(self, parameter: Parameter) -> dict[str, Any]:
        name = PREFIX + parameter.name
        text, default = self.values.get(name, ""), show_value(parameter.default)
        kind, choices = _control(parameter)
        words = f"{parameter.help}. " if parameter.help else ""
        allowed = describe_range(parameter)
        return {
            "spec": {
                "name": parameter.name,
                "kind": kind,
                "choices": choices,
                "default": default,
                "help": f"{words}{allowed[0].upper()}{allowed[1:]}. Default {default}.",
            },
            "value": text if kind == "text" else text or default,
            "error": self.errors.get(name),
            "changed": bool(text) and text != default,
        }

    @property
    def advanced_error(self) -> bool:
        """Whether an advanced parameter holds an error, so that its part must be open."""
        return any(row["error"] for row in self.parameter_rows(common=False))

    @property
    def fits(self) -> int | None:
        """How many folds are fitted; None while the number cannot be read."""
        if self.values.get("validation.scheme") == "holdout":
            return 1
        folds = read_whole(self.values.get("validation.folds", ""))
        return folds if isinstance(folds, int) else None

    @property
    def schemes(self) -> list[tuple[str, str]]:
        """The ways to split rows that the form offers."""
        offered = [("kfold", "k folds"), ("holdout", "One hold-out part of 20%")]
        if self.task == "classification":
            offered.insert(0, ("stratified", "k folds, stratified"))
        return offered

    @property
    def metrics(self) -> list[tuple[str, str]]:
        """The metrics of the task."""
        return [(m.name, m.title) for m in METRICS[self.task or "classification"]]


def _control(parameter: Parameter) -> tuple[str, list[tuple[str, str]]]:
    """Return the kind of control, and its choices."""
    kinds = set(parameter.kinds)
    if kinds <= {"choice", "none", "bool"}:
        choices = list(parameter.choices)
        choices += ["True", "False"] if "bool" in kinds else []
        choices += ["None"] if "none" in kinds else []
        return "select", [(choice, choice) for choice in choices]
    return "text", []


def new_form(dataset: Dataset | None, given: Mapping[str, str]) -> JobForm:
    """Return the form as it is first shown, with what the address asks for."""
    form = JobForm(dataset, {k: v for k, v in given.items() if v})
    form.values.setdefault("key", secrets.token_hex(16))
    fill_defaults(form)
    return form


def form_from_job(job: Job) -> JobForm:
    """Return the form filled as an earlier job was."""
    values = {
        "target": job.target,
        "task": job.task,
        "estimator": job.estimator,
        "metric": job.metric,
        "seed": str(job.seed),
        "name": job.name,
        "tags": ", ".join(job.tags),
        "class_weight": job.class_weight or "",
        "time_limit_min": str(job.time_limit_s // 60) if job.time_limit_s else "",
        "key": secrets.token_hex(16),
        **{f"validation.{k}": str(v) for k, v in job.validation.items() if v is not None},
        **{PREFIX + name: show_value(value) for name, value in job.parameters.items()},
    }
    form = JobForm(job.dataset, values, features=list(job.features))
    _drop_validation(form, job.validation)
    return form


def _drop_validation(form: JobForm, validation: Mapping[str, Any]) -> None:
    """Say what an earlier job's validation has that the form cannot set, rather than lose it."""
    defaults = default_validation(form.task or "classification")
    if form.values["validation.scheme"] not in dict(form.schemes):
        form.values["validation.scheme"] = defaults["scheme"]
    shown = {"scheme": form.values["validation.scheme"], "folds": validation["folds"]}
    former, now = show_validation(validation), show_validation(defaults | shown)
    if former != now:
        form.dropped.append(f"That job had {former}, which this form cannot set; now {now}")


def posted_form(dataset: Dataset | None, posted: MultiDict[str, str]) -> JobForm:
    """Return the form as it was sent; what no longer fits is dropped, and said."""
    values = {name: posted[name] for name in posted if name not in {"csrf_token", "features"}}
    form = JobForm(dataset, values)
    known = set(dataset.column_names) if dataset else set()
    if "columns_shown" in posted:
        form.features = [name for name in posted.getlist("features") if name in known]
    drop_what_does_not_fit(form)
    fill_defaults(form)
    return form


def drop_what_does_not_fit(form: JobForm) -> None:
    """Drop values that the chosen dataset, task or estimator does not have."""
    target = form.values.get("target")
    if target and form.target is None:
        form.dropped.append(f'The column "{target}" is not in this dataset; choose another target')
        del form.values["target"]
    if form.features is not None and target != form.values.get("former_target"):
        form.features = None
    _drop_settings(form)
    if form.task and form.values.get("metric") not in dict(form.metrics):
        form.values.pop("metric", None)
    if form.task and form.values.get("validation.scheme") not in dict(form.schemes):
        form.values.pop("validation.scheme", None)


def _drop_settings(form: JobForm) -> None:
    estimator = form.estimator
    for name in [name for name in form.values if name.startswith(PREFIX)]:
        known = estimator and estimator.find_parameter(name.removeprefix(PREFIX))
        if known:
            continue
        text = form.values.pop(name)
        if text and estimator:
            short = name.removeprefix(PREFIX)
            form.dropped.append(f"{short} does not exist for {estimator.title}; removed")
    if estimator and not estimator.weighs_classes and form.values.pop("class_weight", None):
        form.dropped.append(f"{estimator.title} takes no class weight; removed")


def fill_defaults(form: JobForm) -> None:
    """Fill the fields of validation that are empty."""
    task = form.task or "classification"
    defaults = default_validation(task)
    form.values.setdefault("validation.scheme", defaults["scheme"])
    form.values.setdefault("validation.folds", str(defaults["folds"]))
    form.values.setdefault("metric", default_metric(task))
    form.values.setdefault("seed", "0")


def read_whole(text: str) -> Any:
    """Return a whole number; text that is none stays text, and empty text is None."""
    text = text.strip()
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() else text or None
