"""From the text fields of the form of a new job to a request as the API takes it."""

import math
from collections.abc import Mapping
from typing import Any

from dashboard.jobs.asking.requests import LONGEST_S, memory_limits
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.inside import PREFIX, value_inside
from dashboard.jobs.form.numbers import minutes_to_seconds, read_whole
from dashboard.jobs.form.rows import OF_PREPROCESSING, values_in
from dashboard.jobs.form.search import errors_of_search, search_of
from dashboard.jobs.form.split import validation_of
from dashboard.several.preset import TIME_FIELD
from tasks.engine.estimators.parameters import parse_value, show_value
from tasks.engine.estimators.ranges import LISTS
from tasks.engine.preprocessing.settings import list_settings

MEGABYTE = 1_000_000


def request_of(form: JobForm) -> dict[str, Any]:
    """Return the form as a request; text that is no number stays text, and is refused later."""
    values = form.values
    body: dict[str, Any] = {
        "dataset_id": form.dataset.id if form.dataset else None,
        "target": form.target_name or values.get("target"),
        "estimator": form.estimator.id if form.estimator else None,
        "validation": validation_of(form),
        "metric": values.get("metric"),
        "seed": read_whole(values.get("seed", "")),
        "class_weight": values.get("class_weight") or None,
        "priority": values.get("priority") or None,
        "tags": [tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()],
        "parameters": _parameters(form),
        "preprocessing": _preprocessing(form),
    }
    body |= _of_two_classes(form)
    for name in ("task", "name", "note"):
        if values.get(name):
            body[name] = values[name]
    body |= _features(form)
    if form.is_search:
        body |= search_of(form)
    limit = minutes_to_seconds(values.get("time_limit_min", ""))
    if limit is not None:
        body["time_limit_s"] = limit
    megabytes = read_whole(values.get("memory_limit_mb", ""))
    if megabytes not in (None, ""):
        is_number = isinstance(megabytes, int)
        body["memory_limit_bytes"] = megabytes * MEGABYTE if is_number else megabytes
    if form.at_once:
        return _of_each(form, body)
    return _try_several(form, body) if form.tries_several else body


def _of_each(form: JobForm, body: dict[str, Any]) -> dict[str, Any]:
    """Return a request of a job of each estimator that is ticked, with its defaults."""
    own = {"estimator", "parameters"}
    each = {"estimators": [one.id for one in form.chosen]}
    return {name: value for name, value in body.items() if name not in own} | each


def _of_two_classes(form: JobForm) -> dict[str, Any]:
    """Return what may be asked of two classes alone."""
    found: dict[str, Any] = {}
    if form.threshold is not None:
        found["threshold"] = form.threshold
        if form.keeps_decision:
            found["costs"] = form.decided["costs"]
    if form.values.get("positive_class") and form.positive_choices:
        found["positive_class"] = form.values["positive_class"]
    return found


def _try_several(form: JobForm, body: dict[str, Any]) -> dict[str, Any]:
    """Return a request that leaves it to us what is tried."""
    ours = {
        "estimator",
        "parameters",
        "preprocessing",
        "class_weight",
        "threshold",
        "costs",
    }
    several = {"time_limit_s": read_whole(form.values.get(TIME_FIELD, ""))}
    return {name: value for name, value in body.items() if name not in ours} | {"several": several}


def _features(form: JobForm) -> dict[str, Any]:
    """Return the columns that were chosen; unknown names are sent along, and refused later."""
    if form.picked is None and form.features is None:
        return {}
    unknown = form.picked.unknown if form.picked else ()
    if form.used or unknown:
        return {"features": [*form.used, *unknown]}
    # An empty list would stand for all that suit.
    return {"exclude": [column["name"] for column in form.columns]}


def errors_of(form: JobForm, problems: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a request by the form's fields, in their units and words.

    The API speaks of seconds and bytes, which nobody typed here.
    """
    errors: dict[str, str] = {}
    for name, problem in errors_of_search(form, dict(problems)).items():
        if name == "time_limit_s":
            errors["time_limit_min"] = (
                "Time limit must be a number of minutes from 0.02 (one second) to "
                f"{LONGEST_S // 60}{_as_typed(form, 'time_limit_min')}"
            )
        elif name == "memory_limit_bytes":
            least, most = (limit / MEGABYTE for limit in memory_limits())
            first, last = min(math.ceil(least), int(most)), int(most)
            errors["memory_limit_mb"] = (
                f"Memory limit must be a whole number of MB from {first} to "
                f"{last}, the limit on this server{_as_typed(form, 'memory_limit_mb')}"
            )
        else:
            errors[_field_of(form, name)] = problem
    return errors


def _field_of(form: JobForm, name: str) -> str:
    """Return the field that an error stands at; in a search a value has one, with its settings."""
    if name.startswith("estimators."):
        return "estimators"
    return ".".join(name.split(".")[:2]) if form.is_search and name.startswith(PREFIX) else name


def _as_typed(form: JobForm, name: str) -> str:
    return f'; "{form.values.get(name, "").strip()[:40]}" is not'


def _parameters(form: JobForm) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in form.estimator.parameters if form.estimator else ():
        inside = value_inside(parameter, form.values)
        text = form.values.get(PREFIX + parameter.name, "").strip()
        if inside:
            found[parameter.name] = inside
            continue
        if not text or text == show_value(parameter.default):
            continue
        values = values_in(parameter, text)
        if len(values) > 1:
            found[parameter.name] = {"values": [parse_value(parameter, v) for v in values]}
        else:
            found[parameter.name] = parse_value(parameter, values[0])
    return found


def _preprocessing(form: JobForm) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in list_settings(form.task):
        text = form.values.get(OF_PREPROCESSING + setting.name, "").strip()
        if LISTS & set(setting.kinds) and text not in ("", str(setting.default)):
            text = f"({text.strip('()[]')})"  # one value only, so brackets add nothing
        if text and text != show_value(setting.default):
            found[setting.name] = parse_value(setting, text)
    return found
