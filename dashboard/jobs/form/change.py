"""A change that a check proposes, put into the form of a new job."""

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.changing.changed import PARTS, say_change
from dashboard.jobs.form.fields import VALIDATION, JobForm
from dashboard.jobs.form.inside import PREFIX
from dashboard.jobs.form.rows import OF_PREPROCESSING
from dashboard.jobs.form.sources import fill_defaults, name_features
from dashboard.jobs.form.texts import write_texts
from tasks.engine.estimators.parameters import show_value

PREFIXES = {"parameters": PREFIX, "preprocessing": OF_PREPROCESSING, "validation": VALIDATION}
# What trying several leaves to us has no fields in its form.
OF_SEVERAL = frozenset({"exclude", "metric", "time_limit_s", "validation"})


def may_apply(change: Mapping[str, Any], *, tries_several: bool) -> bool:
    """Tell whether a form has the fields that a change is about."""
    return bool(change) and (not tries_several or set(change) <= OF_SEVERAL)


def apply_change(form: JobForm, change: Mapping[str, Any]) -> None:
    """Put a change into the fields of a form, and say so on its page.

    Parameters
    ----------
    form : JobForm
        As it was sent.
    change : Mapping
        Fields of a request, as `changed.with_change` takes them.
    """
    for name, value in change.items():
        if name == "exclude":
            _leave_out(form, value)
        elif name in PARTS:
            _set_part(form, PREFIXES[name], value)
        elif name == "time_limit_s":
            form.values["time_limit_min"] = f"{value / 60:.10g}"
        else:
            form.values[name] = "" if value is None else str(value)
    fill_defaults(form)
    form.dropped.append(f"{say_change(change)}: that is in the form now. It is not queued yet")


def _leave_out(form: JobForm, names: list[str]) -> None:
    kept = [name for name in form.used if name not in names]
    form.features = kept
    form.__dict__.pop("used", None)  # it was worked out before
    if form.has_many_columns:
        name_features(form, kept)


def _set_part(form: JobForm, prefix: str, given: Mapping[str, Any] | None) -> None:
    """Set some fields; None gives all of them, or one, its default."""
    if given is None:
        given = {
            name.removeprefix(prefix): None for name in form.values if name.startswith(prefix)
        }
    for name, value in given.items():
        if value is None:
            form.values.pop(prefix + name, None)
        else:
            is_texts = prefix == VALIDATION and isinstance(value, list)
            form.values[prefix + name] = write_texts(value) if is_texts else show_value(value)
