"""The search that a form of a new job asks for: ranges and lists in the parameters' own fields."""

import re
from typing import Any

from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.inside import PREFIX
from dashboard.jobs.form.numbers import minutes_to_seconds, read_whole
from dashboard.jobs.form.rows import values_in
from dashboard.searches.checking import SPACE
from tasks.engine.estimators.catalogue import Parameter
from tasks.engine.estimators.parameters import parse_value, show_value, split_values

NUMBER = r"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?"
RANGE = re.compile(rf"({NUMBER})\s*\.\.\s*({NUMBER})(?:\s+(log)|\s+step\s+({NUMBER}))?")
IN_BRACKETS = re.compile(rf"\b(\w+)\s*=\s*({RANGE.pattern})")
MOST_READ = 300  # characters in which a range in brackets is looked for
EXAMPLES = "a range such as 0.01..1 log, 10..200 or 10..200 step 10, or several values with commas"


def read_range(parameter: Parameter, text: str) -> dict[str, Any] | None:
    """Return the range that a text is, as the API takes it; None for any other text."""
    found = RANGE.fullmatch(text.strip())
    if found is None:
        return None
    low, high, log, step = found.groups()
    ends = {"low": parse_value(parameter, low), "high": parse_value(parameter, high)}
    if step:
        return ends | {"step": parse_value(parameter, step)}
    return ends | ({"log": True} if log else {})


def search_of(form: JobForm) -> dict[str, Any]:
    """Return the parameters and the search of a form, as fields of a request."""
    parameters: dict[str, Any] = {}
    space: dict[str, Any] = {}
    for parameter in form.estimator.parameters if form.estimator else ():
        text = form.values.get(PREFIX + parameter.name, "").strip()
        if not text or text == show_value(parameter.default):
            continue
        values, span = values_in(parameter, text), read_range(parameter, text)
        if span is not None:
            space[parameter.name] = span
        elif len(values) > 1:
            space[parameter.name] = [parse_value(parameter, value) for value in values]
        else:
            parameters[parameter.name] = parse_value(parameter, values[0])
    values_of = form.values
    search = {
        "strategy": values_of["search.strategy"],
        "space": space,
        "jobs": read_whole(values_of.get("search.jobs", "")),
        "time_limit_s": minutes_to_seconds(values_of.get("search.minutes", "")),
        "stop_hopeless": values_of.get("search.stop_hopeless") != "no",
        "nested": values_of.get("search.nested") == "yes",
    }
    return {"parameters": parameters, "search": search}


def errors_of_search(form: JobForm, problems: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a search by the form's fields.

    Where no search is asked for, a range is told from a value that is wrong.
    """
    errors: dict[str, str] = {}
    for name, problem in problems.items():
        if name == SPACE:
            words = f"{problem}. Write into the fields of parameters {EXAMPLES}"
            errors["search.strategy"] = problem if "combination" in problem else words
        elif name == "search.time_limit_s":
            errors["search.minutes"] = (
                "Minutes must be a number from 0.02 (one second); "
                f'"{form.values.get("search.minutes", "").strip()[:40]}" is not'
            )
        elif name.startswith(SPACE):
            field = name.removeprefix(f"{SPACE}.")
            errors[PREFIX + field] = _say_of_range_inside(form, field) or problem
        elif name.startswith(PREFIX):
            inside = _say_of_range_inside(form, name.removeprefix(PREFIX))
            own = _say_of_range(form, form.values.get(name, "").strip())
            errors[name] = inside or own or problem
        else:
            errors[name] = problem
    return errors


def _say_of_range(form: JobForm, text: str) -> str | None:
    """Say why a text that is a range, or looks like one, cannot be used; None of any other."""
    if RANGE.fullmatch(text):
        if form.values.get("search.strategy"):
            return None
        return f"{text} is a range. Choose a strategy under Search, or give one value"
    if ".." not in text:
        return None
    return f'"{text[:40]}" is no range: both ends must be numbers. Write {EXAMPLES}'


def _say_of_range_inside(form: JobForm, field: str) -> str | None:
    """Say how to try several settings of what is inside, where a range stands in its brackets."""
    outer = field.split(".")[0]
    for value in split_values(form.values.get(PREFIX + outer, "")[:MOST_READ]):
        found = IN_BRACKETS.search(value)
        if found is None:
            continue
        span, *ends = found.group(2, 3, 4)
        instead = ", ".join(value.replace(span, end) for end in ends)
        return (
            f"{outer}: {found[1]}={span} is a range, and none can stand in brackets. "
            f"Write each one that is to be tried, with commas between them: {instead}"
        )
    return None
