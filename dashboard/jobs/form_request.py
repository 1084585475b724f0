"""From the text fields of the form of a new job to a request as the API takes it."""

from typing import Any

from dashboard.jobs.forms import PREFIX, JobForm, read_whole, values_in
from tasks.engine.parameters import parse_value, show_value

MEGABYTE = 1_000_000


def request_of(form: JobForm) -> dict[str, Any]:
    """Return the form as a request; text that is no number stays text, and is refused later."""
    values = form.values
    body: dict[str, Any] = {
        "dataset_id": form.dataset.id if form.dataset else None,
        "target": values.get("target"),
        "estimator": form.estimator.id if form.estimator else None,
        "validation": {
            "scheme": values.get("validation.scheme"),
            "folds": read_whole(values.get("validation.folds", "")),
        },
        "metric": values.get("metric"),
        "seed": read_whole(values.get("seed", "")),
        "class_weight": values.get("class_weight") or None,
        "priority": values.get("priority") or None,
        "tags": [tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()],
        "parameters": _parameters(form),
    }
    for name in ("task", "name"):
        if values.get(name):
            body[name] = values[name]
    if form.features is not None:
        body["features"] = form.features
        if not form.features:
            body["exclude"] = form.dataset.column_names if form.dataset else []
    minutes = read_whole(values.get("time_limit_min", ""))
    if minutes not in (None, ""):
        body["time_limit_s"] = minutes * 60 if isinstance(minutes, int) else minutes
    megabytes = read_whole(values.get("memory_limit_mb", ""))
    if megabytes not in (None, ""):
        is_number = isinstance(megabytes, int)
        body["memory_limit_bytes"] = megabytes * MEGABYTE if is_number else megabytes
    return body


def _parameters(form: JobForm) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in form.estimator.parameters if form.estimator else ():
        text = form.values.get(PREFIX + parameter.name, "").strip()
        if not text or text == show_value(parameter.default):
            continue
        values = values_in(parameter, text)
        if len(values) > 1:
            found[parameter.name] = {"values": [parse_value(parameter, v) for v in values]}
        else:
            found[parameter.name] = parse_value(parameter, values[0])
    return found
