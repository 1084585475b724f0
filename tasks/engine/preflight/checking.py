"""The check of a request: its target on all rows, then a fit of a few rows.

Whatever can go wrong is found by the functions that training calls, so it is said in the same
words. What is known is told on the way: a check that is stopped has said something.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.failures.known import UNSETTLED, more_iterations
from tasks.engine.failures.plain_words import PlainWords
from tasks.engine.folds.one_fold import run_fold
from tasks.engine.preflight.fields import OF_FEW_ROWS, field_of
from tasks.engine.preflight.memory import estimate_memory
from tasks.engine.preflight.picking import cut_fold
from tasks.engine.preflight.shape import find_shape
from tasks.engine.prepared import Prepared, prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.preprocessing.shapes import add_dates
from tasks.engine.sentinel.groups import group_columns
from tasks.engine.sentinel.looking import look
from tasks.engine.spec import TrainingSpec
from tasks.engine.table import coercion
from tasks.engine.table.loading import training_data
from tasks.engine.table.tables import LINE

# A fit that fails is tried with more rows before it is believed.
SIZES = (200, 1000, 5000)
# Of larger tables only so many cells are looked at; the target's are, always.
CELLS_AT_MOST = 20_000_000
CLASSES_NAMED = 20
# In each fold's test rows; fewer say little.
FEW_IN_A_FOLD = 5
SMALLER = "Use fewer columns or rows, or another estimator"
# Of several jobs no further one is fitted after so long.
SEVERAL_S = 8.0
OF_THE_SAMPLE = frozenset({"UNKNOWN_CATEGORIES", "RARE_CLASS"})

Load = Callable[[Sequence[str]], Mapping[str, Any]]
Tell = Callable[[dict[str, Any]], None]


def check(
    spec: TrainingSpec,
    load: Load,
    tell: Tell,
    *,
    base_bytes: int = 0,
    limit_bytes: int = 0,
    jobs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Hold a request against its data.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    load : callable
        Returns columns of the table as `loading.load_cells` does.
    tell : callable
        Told everything that is known by then, each time there is more.
    base_bytes : int
        What the process takes before any data.
    limit_bytes : int
        How much memory the job may take; 0 where there is no limit.
    jobs : sequence of Mapping
        Of several jobs those to fit, as ``title``, ``estimator`` and ``parameters``; the first
        one is that of `spec`.

    Returns
    -------
    dict
        JSON values: ``rows``, ``rows_used``, ``folds``, ``classes``, ``columns``, ``memory``,
        ``sample``, ``candidates``, ``warnings`` and ``error``; what was not reached is None. Of
        several jobs one that cannot be fitted is a warning, and an error where it is so of all.
    """
    checking = _Check(spec.with_whole_schema(), load, tell, base_bytes, limit_bytes)
    checking.jobs = jobs
    try:
        checking.run()
    except EngineError as error:
        checking.found["error"] = _explained(error)
        checking.tell_on()
    return checking.found


def _explained(error: EngineError) -> dict[str, Any]:
    found = error.as_dict() | {"field": field_of(error)}
    if error.code == "UNKNOWN":  # it speaks of a job, and of its log
        found |= {"message": f"Fitting a few rows failed: {error.__cause__}"[:500], "hint": ""}
    return found


class _Check:
    jobs: Sequence[Mapping[str, Any]] = ()

    def __init__(
        self, spec: TrainingSpec, load: Load, tell: Tell, base_bytes: int, limit_bytes: int
    ) -> None:
        self.spec, self.load, self.tell = spec, load, tell
        self.base_bytes, self.limit_bytes = base_bytes, limit_bytes
        self.entry = get_estimator(spec.estimator)
        self.warnings: dict[tuple[str, str], dict[str, Any]] = {}
        names = ("rows", "rows_used", "folds", "classes", "columns", "memory", "sample",
                 "candidates", "error")  # fmt: skip
        self.found: dict[str, Any] = dict.fromkeys(names) | {"warnings": []}

    def run(self) -> None:
        self._look_at_target()
        self._look_at_columns()
        if self.jobs:
            self._fit_several()
        else:
            self._fit()
        self._look_for_leaks()

    def tell_on(self, **known: Any) -> None:
        self.found |= known | {"warnings": list(self.warnings.values())}
        self.tell(self.found)

    def _warn(self, code: str, message: str, change: Mapping[str, Any] | None = None) -> None:
        if change and self._differs_in(change.get("parameters") or {}):
            change = None
        found = {"code": code, "message": message, "change": dict(change or {})}
        self.warnings.setdefault((code, message), found)

    def _differs_in(self, names: Iterable[str]) -> bool:
        """Tell whether jobs differ in a parameter: one value of it would be no search."""
        own = self.spec.parameters
        every = [one["parameters"] for one in self.jobs]
        return any(given.get(name) != own.get(name) for given in every for name in names)

    def _look_at_target(self) -> None:
        spec = _narrow(self.spec)
        cells = self.load(spec.columns_needed)
        self.tell_on(rows=len(cells[LINE]))
        try:
            self.data = data = prepare(spec, cells, self._warn)
        except EngineError:
            if spec.task == "classification":
                y = coercion.target_from_text(cells[spec.target], spec.schema)
                self.found["classes"] = self._count(y[~pd.isna(y)])
            raise
        classes = self._count(data.y) if spec.task == "classification" else None
        self.tell_on(rows_used=len(data.y), folds=len(data.splits), classes=classes)

    def _count(self, y: np.ndarray) -> dict[str, Any]:
        validation = self.spec.validation
        share = validation.test_size if validation.scheme == "holdout" else 1 / validation.folds
        counts = sorted(Counter(y.tolist()).items(), key=lambda item: item[1])
        rare_below = round(FEW_IN_A_FOLD / share)
        return {
            "total": len(counts),
            "n_rare": sum(n < rare_below for _, n in counts),
            "rare_below": rare_below,
            "rarest": [{"value": str(value), "rows": n} for value, n in counts[:CLASSES_NAMED]],
        }

    def _look_at_columns(self) -> None:
        """Type the table, and encode a few rows of it."""
        spec, former = self.spec, self.data
        cells = self.load([*spec.columns_needed, *group_columns(spec.schema)])
        most = CELLS_AT_MOST // max(len(spec.schema["features"]), 1)
        is_all = len(former.y) <= most
        if is_all:
            self.warnings.clear()  # those of the target are found once more
            self.data = prepare(spec, cells, self._warn)
            self.found["rows_used"] = len(self.data.y)
        else:
            self.data = self._type_some(cells, most)
        data = self.data
        self.model = make_pipeline(spec, data.X)
        few = cut_fold(data, data.splits[0], SIZES[0], spec.task, spec.seed)
        with PlainWords(self.entry.title, lambda code, message: None, spec, data):
            shape = find_shape(self.model, data.X, few.X, few.y, spec.preprocessing)
        memory = estimate_memory(
            spec, self.entry, cells, data.X, shape,
            rows=len(former.y), n_classes=len(data.classes or [1]), base_bytes=self.base_bytes,
        )  # fmt: skip
        columns = shape.as_dict()
        columns["before"] = len(spec.schema["features"])
        columns["steps"] = add_dates(shape.steps, spec.schema, data.X)
        columns["is_exact"] = shape.is_exact and is_all
        self._warn_of_memory(memory["bytes"])
        self.tell_on(columns=columns, memory=memory)
        self.cells = cells if is_all else None

    def _warn_of_memory(self, needed: int) -> None:
        if 0 < self.limit_bytes < needed:
            needs, may = (f"{size / 1e9:,.1f} GB" for size in (needed, self.limit_bytes))
            words = f"The job needs about {needs} of memory, and may take {may}. {SMALLER}"
            self._warn("NEEDS_MEMORY", words)

    def _type_some(self, cells: Mapping[str, Any], most: int) -> Prepared:
        """Return a part of a large table: some rows, most of all those of the first fold."""
        data, spec = self.data, self.spec
        train, test = data.splits[0]
        part = max(most, 2 * SIZES[-1])
        small = cut_fold(data, (train, test), part, spec.task, spec.seed)
        rows = small.rows
        taken = {n: c if n == LINE else c.take(rows) for n, c in cells.items()}
        X, _, _, found = training_data({n: c for n, c in taken.items() if n != LINE}, spec.schema)
        for warning in found:
            self._warn(warning["code"], warning["message"])
        return replace(small, X=X)

    def _fit_several(self) -> None:
        """Fit one job after the other, as many as there is time for."""
        failed, started = [], time.monotonic()
        for fitted, one in enumerate(self.jobs, start=1):
            try:
                self._fit(one)
            except EngineError as error:
                failed.append((one["title"], error))
            done = {"of": len(self.jobs), "fitted": fitted, "failed": len(failed)}
            self.tell_on(candidates=done)
            if time.monotonic() - started > SEVERAL_S:
                break
        if len(failed) == fitted:
            raise failed[0][1]
        for title, problem in failed:
            self._warn(problem.code, f"With {title} it fails: {_explained(problem)['message']}")
        self.tell_on()

    def _fit(self, other: Mapping[str, Any] | None = None) -> None:
        spec, model, before = self.spec, self.model, ""
        if other is not None:
            asked = {name: other[name] for name in ("estimator", "parameters")}
            if "preprocessing" in other:
                asked["preprocessing"] = Preprocessing(**other["preprocessing"])
            spec, before = replace(spec, **asked), f"With {other['title']}: "
            model = make_pipeline(spec, self.data.X)
        data, title = self.data, get_estimator(spec.estimator).title
        for size in SIZES:
            small = cut_fold(data, data.splits[0], size, spec.task, spec.seed)
            n, of = len(small.splits[0][0]), len(data.splits[0][0])
            is_last = size == SIZES[-1] or n == of
            told: dict[str, str] = {}
            self.tell_on(sample={"rows": n, "of": of, "is_fitted": False})
            try:
                with PlainWords(title, told.__setitem__, spec, small):
                    run_fold(model, small, spec, 1, title, told=lambda _step: None)
            except EngineError as error:
                if not is_last:
                    continue
                self._judge(error, n, of)
            self._warn_of({code: before + words for code, words in told.items()}, n, of)
            self.tell_on(sample={"rows": n, "of": of, "is_fitted": True})
            return

    def _look_for_leaks(self) -> None:
        """Look for what makes a score too good; last, as it takes longest in a wide table."""
        if self.cells is None:
            return
        for finding in look(self.spec, self.data, self.cells):
            self._warn(finding.code, finding.message, finding.change)
            self.tell_on()

    def _judge(self, error: EngineError, n: int, of: int) -> None:
        """Raise an error, unless more rows than were fitted may keep it away."""
        asked = self.spec.parameters.get("n_neighbors") or 0
        is_certain = error.code == "TOO_MANY_NEIGHBOURS" and asked > of
        if n == of or is_certain or error.code not in OF_FEW_ROWS:
            raise error
        words = f"{error.message}. So it is with {n:,} rows; with all {of:,} of a fold it may fit"
        self._warn(error.code, words)

    def _warn_of(self, told: Mapping[str, str], n: int, of: int) -> None:
        for code, message in told.items():
            change = more_iterations(self.spec) if code == UNSETTLED else None
            if n == of:
                self._warn(code, message, change)
            elif code not in OF_THE_SAMPLE and "n_quantiles" not in message:
                self._warn(code, f"{message} (so it was on {n:,} of {of:,} rows)", change)


def _narrow(spec: TrainingSpec) -> TrainingSpec:
    """Return the request with one column that is quick to read: folds and target are the same."""
    kinds = {column["name"]: column["kind"] for column in spec.schema["columns"]}
    features = spec.schema["features"]
    quick = sorted(
        (name for name in features if kinds.get(name) not in {"date", "text", None}),
        key=lambda name: kinds[name] != "number",
    )
    schema = {**spec.schema, "features": quick[:1] or features}
    # One column alone would make copies of most rows.
    return replace(spec, schema=schema, validation=replace(spec.validation, drop_copies=False))
