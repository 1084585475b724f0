"""Where the form of a new job has its values from: an address, an earlier job, what was sent."""

import secrets
from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from dashboard.db import Dataset, Job, User
from dashboard.db.job import PRIORITIES, PRIORITY_NAMES
from dashboard.db.lookup import LARGEST_ID, find_by_id
from dashboard.filters import plural
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.asking.next_name import find_next_name
from dashboard.jobs.asking.requests import no_such_columns, unsuitable_target
from dashboard.jobs.form.at_once import BOXES, SHOWN, tick
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.former import OFFERED, Former
from dashboard.jobs.form.inside import PREFIX, find_setting, gather, spread
from dashboard.jobs.form.kept_threshold import decided_of, drop_foreign_threshold
from dashboard.jobs.form.many_columns import Names, lines_of
from dashboard.jobs.form.rows import OF_PREPROCESSING
from dashboard.jobs.form.split import fill_validation
from dashboard.jobs.form.values import values_of
from dashboard.jobs.page.blends import is_blend
from dashboard.paging import read_number
from dashboard.several.preset import DEFAULT_S, TIME_FIELD
from tasks.engine.estimators.catalogue import (
    default_metric,
    find_estimator,
    list_estimators,
    say_not_installed,
)
from tasks.engine.estimators.parameters import show_value
from tasks.engine.preprocessing.settings import OF_NUMBERS


def new_form(
    dataset: Dataset | None, given: Mapping[str, str], ticked: Sequence[str] = ()
) -> JobForm:
    """Return the form as it is first shown, with what the address asks for."""
    form = JobForm(dataset, {k: v for k, v in given.items() if v})
    tick(form, ticked or None)
    form.values.setdefault("key", secrets.token_hex(16))
    settle_inside(form)
    fill_defaults(form)
    if form.target and (problem := unsuitable_target(form.target)):
        form.errors["target"] = problem
    return form


def form_from_job(
    job: Job, duplicated_by: User | None = None, target: str | None = None
) -> JobForm:
    """Return the form filled as an earlier job was.

    Parameters
    ----------
    job : Job
        The earlier one.
    duplicated_by : User, optional
        Whose job is made from it: it is offered a name of its own. Without one it is edited.
    target : str, optional
        Another target, or an empty text where one is to be chosen.

    Raises
    ------
    Conflict
        When the job's model is a blend, which no form of one job asks for.
    """
    name = find_next_name(duplicated_by, job.name) if duplicated_by else job.name
    values = values_of(request_from(job)) | {
        "target": job.target if target is None else target,
        "name": name,
        OFFERED: name if duplicated_by else "",
        "threshold": repr(job.decision["threshold"]) if job.decision else "",
        "positive_class": job.positive or "",
        "duplicate_of": str(job.id),
        "priority": PRIORITY_NAMES.get(min(job.priority, PRIORITIES["high"]), "normal"),
        "key": secrets.token_hex(16),
    }
    if duplicated_by is None:  # a note is about that very job
        values["note"] = job.note or ""
    form = JobForm(job.dataset, values, list(job.features), decided=decided_of(job))
    if form.has_many_columns:
        name_features(form, list(job.features))
    entry = find_estimator(job.estimator)
    if entry and not entry.is_installed:
        form.dropped.append(f"{say_not_installed(entry)}. Another estimator is chosen")
    drop_foreign_threshold(form, job)
    settle_inside(form)
    form.former = _former_of(job, form)
    fill_validation(form)
    return form


def _former_of(job: Job | None, form: JobForm) -> Former | None:
    """Return what a form's fields would hold as a job filled them; None without one."""
    if job is None or is_blend(job):
        return None
    values = values_of(request_from(job))
    arrange = gather if form.is_search else spread
    arrange(find_estimator(job.estimator), values)
    return Former(job.id, values)


def reset_settings(form: JobForm) -> None:
    """Give parameters and preprocessing their defaults; all else stays."""
    for name in [n for n in form.values if n.startswith((PREFIX, OF_PREPROCESSING))]:
        del form.values[name]


def name_features(form: JobForm, features: Sequence[str]) -> None:
    """Say in lines which columns are used, where they are too many to be ticked."""
    form.features = None
    for known in ("used", "picked"):  # worked out from the former lines
        form.__dict__.pop(known, None)
    mode, lines = lines_of(form.columns, features, form.target_name)
    form.values |= {"features_mode": mode, "features": lines}
    if set(form.used) != set(features):  # names that differ in their spaces alone
        form.dropped.append(
            f"That job used {plural(len(features), 'column')}, which cannot all be told apart by "
            f"their names; now {len(form.used)}"
        )


def posted_form(dataset: Dataset | None, posted: MultiDict[str, str]) -> JobForm:
    """Return the form as it was sent; what no longer fits is dropped, and said."""
    # The last of a name: columns that a typed target may mean stand behind it.
    values = {name: posted.getlist(name)[-1] for name in posted if name != "csrf_token"}
    _keep_unsuitable_target(dataset, values)
    former = find_by_id(Job, read_number(values.get("duplicate_of"), 0, LARGEST_ID) or 0)
    form = JobForm(dataset, values, decided=decided_of(former))
    if "columns_shown" in posted:
        sent = map(Names(form.columns).find, posted.getlist("features"))
        form.features = [name for name in sent if name]
        del values["columns_shown"]
        values.pop("features", None)
    _follow_first_target(form, former)
    tick(form, posted.getlist(BOXES) if SHOWN in posted else None)
    drop_what_does_not_fit(form)
    drop_foreign_threshold(form, former)
    settle_inside(form)
    form.former = _former_of(former, form)
    fill_defaults(form)
    if form.has_many_columns:
        _check_typed_columns(form)
    return form


def _keep_unsuitable_target(dataset: Dataset | None, values: dict[str, str]) -> None:
    """Keep a target that cannot be chosen, to say why: a browser does not send it."""
    former = values.get("former_target")
    if dataset is None or not former or values.get("target"):
        return
    column = next((c for c in dataset.columns if c["name"] == former), None)
    if column is not None and unsuitable_target(column):
        values["target"] = former


def _follow_first_target(form: JobForm, former: Job | None) -> None:
    """Let the target say the task where a job was copied for the sake of another target."""
    is_first = form.target is not None and not form.values.get("former_target")
    if former is None or not is_first or form.values.get("task") != former.task:
        return
    if form.suggested_task != form.task:
        del form.values["task"]
        form.dropped.append(f"{form.task_words} is worked out from the target")


def _check_typed_columns(form: JobForm) -> None:
    """Say at once which typed names are no columns: a list would not have offered them."""
    problem = unsuitable_target(form.target) if form.target else None
    if form.matches and form.values.get("target"):
        problem = no_such_columns([form.values["target"]])
    if problem:
        form.errors["target"] = problem
    if form.picked and form.picked.unknown:
        form.errors["features"] = no_such_columns(form.picked.unknown)


def drop_what_does_not_fit(form: JobForm) -> None:
    """Drop values that the chosen dataset, task or estimator does not have."""
    target = form.values.get("target")
    if target and form.target is None and not form.has_many_columns:
        form.dropped.append(f'The column "{target}" is not in this dataset; choose another target')
        del form.values["target"]
    if form.features is not None and target != form.values.get("former_target"):
        form.features = None
    _drop_settings(form)
    _drop_what_is_for_numbers(form)
    if form.values.get("positive_class") not in dict(form.positive_choices):
        form.values.pop("positive_class", None)
    if form.task and form.values.get("metric") not in dict(form.metrics):
        form.values.pop("metric", None)


def _drop_settings(form: JobForm) -> None:
    estimator = form.estimator
    for name in [name for name in form.values if name.startswith(PREFIX)]:
        short = name.removeprefix(PREFIX)
        if find_setting(estimator, form.values, short):
            continue
        text = form.values.pop(name)
        outer, _, inner = short.partition(".")
        if not text or estimator is None or _is_default(inner or outer, text):
            continue
        if inner and estimator.find_parameter(outer):
            form.dropped.append(f"{inner} goes with another choice of {outer}; removed")
        else:
            form.dropped.append(f"{inner or outer} does not exist for {estimator.title}; removed")
    blind = next((one for one in form.chosen if not one.weighs_classes), None)
    if blind and form.values.pop("class_weight", None):
        form.dropped.append(f"{blind.title} takes no class weight; removed")


def _drop_what_is_for_numbers(form: JobForm) -> None:
    if form.task != "classification":
        return
    for name in sorted(OF_NUMBERS):
        if form.values.pop(OF_PREPROCESSING + name, "none") not in {"", "none"}:
            form.dropped.append(f"The setting {name} of preprocessing is for numbers; removed")


def settle_inside(form: JobForm) -> None:
    """Give settings of what is inside their fields, or, in a search, one text for all."""
    arrange = gather if form.is_search else spread
    arrange(form.estimator, form.values)


def _is_default(name: str, text: str) -> bool:
    """Tell whether an estimator has a parameter whose default it is: then nobody chose it."""
    parameters = (estimator.find_parameter(name) for estimator in list_estimators())
    return any(found and show_value(found.default) == text for found in parameters)


def fill_defaults(form: JobForm) -> None:
    """Fill the fields that are empty and have a default."""
    fill_validation(form)
    form.values.setdefault("metric", default_metric(form.task or "classification"))
    form.values.setdefault("seed", "0")
    form.values.setdefault(TIME_FIELD, str(DEFAULT_S))
    form.values.setdefault("priority", "normal")
