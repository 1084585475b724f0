"""A job asked for once more, with the change that removes what it was warned of or failed by."""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.db import Job, User
from dashboard.errors import NotFound
from dashboard.jobs import queries
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.asking.copy_name import name_copy
from dashboard.jobs.submission import submit
from tasks.engine.estimators.catalogue import find_estimator, metric_title
from tasks.engine.estimators.parameters import show_value
from tasks.engine.estimators.titles import inside
from tasks.engine.preprocessing.settings import DEFAULTS

FAILURE = "failure"
# Fields that hold fields: a change names some of them, and the others stay.
VALIDATION = "validation"  # None has a meaning in it: in the order of the file
LEFT_OUT = "targets_left_out"
NAMED, SHOWN = 3, 40  # texts that are left out, and characters of each
PARTS = frozenset({"parameters", "preprocessing", VALIDATION})


def submit_changed(*, user: User, job_id: int, of: str, idempotency_key: str | None) -> Job:
    """Queue a job like another, with the change that one of its warnings proposes.

    Parameters
    ----------
    user : User
        Who submits.
    job_id : int
        The job that was warned, or failed.
    of : str
        Which warning, counted from 0; or ``failure``.
    idempotency_key : str or None
        The same key gives the same job.

    Raises
    ------
    NotFound
        When there is no such job, or nothing of it proposes a change.
    Forbidden, ValidationFailed, StorageFull
        As `submission.submit`.
    """
    job = queries.get_job(user=user, job_id=job_id)
    change = find_change(job, of)
    if not change:
        raise NotFound(f"Job #{job_id} has no such proposal")
    request = with_change(request_from(job), change)
    request["name"] = name_copy(user, job, request)
    return submit(
        user=user, request=request, idempotency_key=idempotency_key, limit=1,
        threshold_from=job.details.get("threshold_from"),
    )  # fmt: skip


def find_change(job: Job, of: str) -> Mapping[str, Any]:
    """Return the change that a warning or the failure proposes; empty where it has none."""
    if of == FAILURE:
        return (job.failure or {}).get("change") or {}
    n = int(of) if of.isascii() and of.isdecimal() else -1
    return job.warnings[n].get("change") or {} if 0 <= n < len(job.warnings) else {}


def with_change(request: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request with a change.

    Parameters
    ----------
    request : Mapping
        The fields of ``POST /jobs``.
    change : Mapping
        Fields that replace those; of ``parameters``, ``preprocessing`` and ``validation`` those
        that it names; None gives a parameter its default. ``exclude`` takes columns from the
        features.
    """
    changed = dict(request)
    for name, value in change.items():
        if name == "exclude":
            changed["features"] = [n for n in request["features"] if n not in value]
        elif name in PARTS and value is not None:
            both = {**(request.get(name) or {}), **value}
            changed[name] = {n: v for n, v in both.items() if v is not None or name == VALIDATION}
        else:
            changed[name] = {} if name in PARTS else value
    return changed


def say_change(change: Mapping[str, Any]) -> str:
    """Return what a change does, for a button."""
    said = list(_say_parts(change)) or ["Go back to default parameters"]
    others = [f"{one[0].lower()}{one[1:]}" for one in said[1:]]
    return " and ".join([", ".join([said[0], *others[:-1]]), *others[-1:]])


def _say_parts(change: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each part of a change does."""
    if "exclude" in change:
        yield f"Leave out {', '.join(change['exclude'])}"
    yield from _say_target(change)
    if rest := {n: v for n, v in (change.get(VALIDATION) or {}).items() if n != LEFT_OUT}:
        yield _say_validation(rest)
    if "metric" in change:
        yield f"Judge by {metric_title(change['metric'])}"
    if "estimator" in change:
        yield _say_estimator(change["estimator"])
    if "time_limit_s" in change:
        yield f"Allow {change['time_limit_s']:,} s"
    # Another estimator's parameters are no news where they go back to their defaults.
    given = {**(change.get("parameters") or {}), **(change.get("preprocessing") or {})}
    if "estimator" in change:
        given = {name: v for name, v in given.items() if v is not None or name in DEFAULTS}
    if given:
        words = (f"{n} = {'default' if v is None else show_value(v)}" for n, v in given.items())
        yield f"Set {', '.join(words)}"


def _say_estimator(estimator_id: str) -> str:
    known = find_estimator(estimator_id)
    return f"Use {inside(known.title) if known else estimator_id}"


def _say_target(change: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is predicted, and which rows are left out by their target."""
    if "task" in change:
        yield "Predict a number" if change["task"] == "regression" else "Predict classes"
    if texts := (change.get(VALIDATION) or {}).get(LEFT_OUT):
        named = ", ".join(f'"{text[:SHOWN]}"' for text in texts[:NAMED])
        more = f" and {len(texts) - NAMED:,} more" if len(texts) > NAMED else ""
        yield f"Leave out rows with the target {named}{more}"


def _say_validation(change: Mapping[str, Any]) -> str:
    if change.get("drop_copies"):
        return "Use one of each copy"
    if change.get("scheme") == "time":
        column = change.get("time_column")
        return f"Validate in the order of {column}" if column else "Validate in the file's order"
    if change.get("scheme") == "group":
        return f"Keep each {change['group_column']} in one fold"
    kind = " stratified" if change.get("scheme") == "stratified" else ""
    behind = " that are not stratified" if change.get("scheme") == "kfold" else ""
    return f"Use {change['folds']}{kind} folds{behind}"
