"""The change that a failure proposes, tried before it is said, with what would fail next."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from tasks.engine.errors import OF_COLUMNS, OF_TABLE, EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.failures.known import UNKNOWN
from tasks.engine.failures.trial import find_failure
from tasks.engine.folds.inner import PLAIN
from tasks.engine.preprocessing.settings import DEFAULTS, find_misfit
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.tables import LINE

# One failure after the other is looked at so often, on tables of at most so many cells, for so
# many seconds: a job must not end by its time limit before the reason is told.
TRIES, MOST_CELLS, SECONDS = 4, 100_000, 5.0
# Fields of a request that hold fields.
PARTS = ("parameters", "preprocessing", "validation")

Change = Mapping[str, Any]


def make_whole(failed: EngineError, spec: TrainingSpec, columns: Mapping[str, Any]) -> None:
    """Add to a failure's change what else it takes until the request trains.

    Where that is not found the change is taken back: the next run would fail, too.

    Parameters
    ----------
    failed : EngineError
        Why `spec` failed; its `change` and `hint` are replaced.
    spec : TrainingSpec
        What was asked.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``; of more than `MOST_CELLS` cells nothing is tried.
    """
    if not failed.change or len(columns) * len(columns[LINE]) > MOST_CELLS:
        return
    change, hints = _fitting(failed.change, spec), [failed.hint]
    until = time.monotonic() + SECONDS
    for _ in range(TRIES):
        then = find_failure(with_change(spec, change), columns, until)
        if then is None:
            failed.change, failed.hint = change, _also(hints)
            return
        if then.code != UNKNOWN and then.hint not in hints:
            hints.append(then.hint)
        both = _fitting(join(change, then.change, spec), spec)
        if both == change:  # it is no remedy
            both = _with_plain(change, then, spec, hints)
        if both == change:
            break
        change = both
    failed.change, failed.hint = {}, _also(hints)


def with_change(spec: TrainingSpec, change: Change) -> TrainingSpec:
    """Return a request with a change; None is the default of what stands there.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    change : Mapping
        As `EngineError` has it.

    Examples
    --------
    >>> spec = TrainingSpec({"features": ["a", "b"]}, "Ridge", "r2", {"alpha": 2.0})
    >>> other = with_change(spec, {"exclude": ["a"], "parameters": {"alpha": None}})
    >>> other.schema["features"], other.parameters
    (['b'], {})
    """
    fields = {n: v for n, v in change.items() if n not in {*PARTS, "exclude"}}
    if "exclude" in change:
        left = [n for n in spec.schema["features"] if n not in change["exclude"]]
        fields["schema"] = {**spec.schema, "features": left}
    if "parameters" in change:
        given = change["parameters"]
        kept = {**spec.parameters, **given} if given is not None else {}
        fields["parameters"] = {name: value for name, value in kept.items() if value is not None}
    if given := change.get("preprocessing"):
        set_ = {name: DEFAULTS[name] if value is None else value for name, value in given.items()}
        fields["preprocessing"] = replace(spec.preprocessing, **set_)
    if given := change.get("validation"):
        fields["validation"] = Validation(**{**asdict(spec.validation), **given})
    return replace(spec, **fields)


def join(first: Change, then: Change, spec: TrainingSpec) -> dict[str, Any]:
    """Return one change that does what two do, one after the other.

    Parameters
    ----------
    first, then : Mapping
        The changes.
    spec : TrainingSpec
        The request that the first one is of.

    Examples
    --------
    >>> spec = TrainingSpec({}, "Ridge", "r2")
    >>> join({"validation": {"folds": 3}}, {"estimator": "Lasso", "parameters": None}, spec)
    {'validation': {'folds': 3}, 'estimator': 'Lasso', 'parameters': None}
    """
    both = {**first, **then}
    for part in set(PARTS) & set(first) & set(then):
        before, after = first[part], then[part]
        if before is None and after is not None:  # all defaults, but for some
            before = dict.fromkeys(spec.parameters)
        both[part] = None if after is None else {**before, **after}
    if "exclude" in first and "exclude" in then:
        both["exclude"] = list(dict.fromkeys([*first["exclude"], *then["exclude"]]))
    return both


def _fitting(change: Change, spec: TrainingSpec) -> dict[str, Any]:
    """Return a change without the settings of preprocessing that the estimator does not take."""
    changed = with_change(spec, change)
    misfits = find_misfit(changed.preprocessing, get_estimator(changed.estimator))
    return join(change, {"preprocessing": dict.fromkeys(misfits)}, spec) if misfits else {**change}


def _with_plain(
    change: Change, failed: EngineError, spec: TrainingSpec, hints: list[str]
) -> dict[str, Any]:
    """Return a change with an estimator that needs little, where estimators differ in it."""
    plain = PLAIN[spec.task]
    if failed.code in OF_TABLE | OF_COLUMNS or plain == change.get("estimator", spec.estimator):
        return dict(change)
    hints.append(f"Choose another estimator, such as {get_estimator(plain).title}")
    return _fitting(join(change, {"estimator": plain, "parameters": None}, spec), spec)


def _also(hints: list[str]) -> str:
    """Return what to do, of several failures."""
    said = [hint for hint in hints if hint]
    return ". ".join([*said[:1], *(f"Also: {one[0].lower()}{one[1:]}" for one in said[1:])])
