"""The name of a job that is made from another one with other settings: it says what changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboard.db import Job, User
from dashboard.filters import plural, validation
from dashboard.jobs.asking.made_names import name_of
from dashboard.jobs.asking.next_name import find_next_name, find_stem, is_taken
from dashboard.jobs.submission import read_request
from dashboard.searches.naming import join_name
from tasks.engine.estimators.catalogue import Estimator, find_estimator, find_metric
from tasks.engine.estimators.parameters import show_value
from tasks.engine.estimators.titles import inside
from tasks.engine.preprocessing.settings import list_settings
from tasks.engine.spec import Validation

PARAMETER = "parameters."
# What is compared beside parameters: a job has it, and a request once it is checked.
COMPARED = ("target", "task", "validation", "metric", "seed", "class_weight", "preprocessing",
            "details")  # fmt: skip
# What another target brings with it.
WITH_TARGET = frozenset({"validation", "metric", "threshold", "positive"})
Told = dict[str, str]


def name_copy(user: User, job: Job, request: Mapping[str, Any], *, limit: int = 1) -> str:
    """Return the name of a job that is like another but for some settings.

    Parameters
    ----------
    user : User
        Whose job it becomes.
    job : Job
        The one that it is made from.
    request : Mapping
        The fields of ``POST /jobs`` that ask for it, of one estimator. Of a parameter with
        several values nothing is said: the names of the jobs say it anyway.
    limit : int, default 1
        How many jobs it may make.

    Returns
    -------
    str
        ``pears, max_depth 8`` after ``pears``; ``pears 2`` where no setting differs.

    Raises
    ------
    ValidationFailed
        When the request cannot be used.
    """
    dataset, wanted = read_request({**request, "name": None}, limit=limit)
    (choice,) = wanted.choices
    before = _tell(find_estimator(job.estimator), job.parameters, vars_of(job))
    after = _tell(choice.estimator, choice.fixed, wanted.values)
    if choice.estimator.id != job.estimator:  # its parameters are held against its defaults
        before = _without_parameters(before) | _tell_parameters(choice.estimator, {})
    for name in choice.swept:
        after.pop(PARAMETER + name)
    changed = [key for key, words in after.items() if before.get(key) != words]
    if "target" in changed:
        changed = [key for key in changed if key not in WITH_TARGET]
    words = [after[key] for key in changed]
    if "target" not in changed:
        words += _tell_columns(job.features, wanted.values["features"])
    said = find_stem(user, job.name)
    stem = _without(said, [before[key] for key in changed if key in before])
    made, target = _made_name(job), wanted.values["target"]
    if made and (stem == made or stem.startswith(f"{made}, ")):
        told = {inside(choice.estimator.title), _say_target(target)}
        words = [text for text in words if text not in told]
        stem = name_of(dataset, target, choice.estimator) + stem[len(made) :]
    elif dataset.id != job.dataset_id:
        words.append(f"on {dataset.label}")
    if not words and stem == said:
        return find_next_name(user, job.name)
    name = join_name(stem, ", ".join(words))
    return find_next_name(user, name) if is_taken(user, name) else name


def vars_of(job: Job) -> dict[str, Any]:
    """Return what of a job is compared, by name."""
    return {name: getattr(job, name) for name in COMPARED}


def _made_name(job: Job) -> str | None:
    """Return how the name of a job like it begins that nobody gave one."""
    former = find_estimator(job.estimator)
    return name_of(job.dataset, job.target, former) if former else None


def _without(name: str, parts: Sequence[str]) -> str:
    """Return a name without what it says of settings that are others now."""
    for part in parts:
        name = name.replace(f", {part}, ", ", ").removesuffix(f", {part}")
    return name


def _without_parameters(told: Told) -> Told:
    return {key: words for key, words in told.items() if not key.startswith(PARAMETER)}


def _tell(
    estimator: Estimator | None, parameters: Mapping[str, Any], values: Mapping[str, Any]
) -> Told:
    """Return each setting in a few words, as names say them, those at their defaults too."""
    found = {"target": _say_target(values["target"])}
    if estimator is not None:
        found["estimator"] = inside(estimator.title)
        found |= _tell_parameters(estimator, parameters)
    return found | _tell_preprocessing(values) | dict(_tell_others(values))


def _say_target(target: str) -> str:
    return f"predicting {target}"


def _tell_parameters(estimator: Estimator, given: Mapping[str, Any]) -> Told:
    full = {p.name: given.get(p.name, p.default) for p in estimator.parameters}
    return {PARAMETER + name: f"{name} {show_value(value)}" for name, value in full.items()}


def _tell_preprocessing(values: Mapping[str, Any]) -> Told:
    given = values["preprocessing"] or {}
    full = {s.name: given.get(s.name, s.default) for s in list_settings(values["task"])}
    return {f"preprocessing.{n}": f"{n} {show_value(value)}" for n, value in full.items()}


def _tell_others(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    weight = values.get("class_weight")
    yield "class_weight", f"{weight} class weights" if weight else "no class weights"
    split = vars(Validation()) | values["validation"]
    yield "validation", validation(split)
    yield "copies", "one of each copy" if split["drop_copies"] else "all copies"
    texts = ", ".join(split["targets_left_out"] or ())
    yield "left out", f"without {texts}" if texts else "all targets"
    metric = find_metric(values["task"], values["metric"])
    yield "metric", f"by {metric.title if metric else values['metric']}"
    yield "seed", f"seed {values['seed']}"
    details = values.get("details") or {}
    threshold = (details.get("decision") or {}).get("threshold")
    yield "threshold", "no threshold" if threshold is None else f"threshold {threshold:g}"
    positive = details.get("positive")
    yield "positive", f"{positive or 'usual class'} positive"


def _tell_columns(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return which columns are used, where they are others: one by its name, or how many."""
    gone, new = set(before) - set(after), set(after) - set(before)
    if not gone and not new:
        return []
    if len(gone | new) == 1:
        return [f"{'without' if gone else 'with'} {(gone | new).pop()}"]
    return [plural(len(after), "column")]
