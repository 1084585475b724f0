"""Whether a request that nobody asked for would train: tried on few rows, and soon told."""

import time
from collections.abc import Mapping
from typing import Any

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.failures.known import explain_error
from tasks.engine.failures.plain_words import PlainWords
from tasks.engine.folds.one_fold import run_fold
from tasks.engine.preflight.fields import OF_FEW_ROWS
from tasks.engine.preflight.picking import cut_fold
from tasks.engine.prepared import Prepared, prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.spec import TrainingSpec

# A fold is cut to so many training rows; first one fold to fewer, which tells how long they take.
FEWEST, MOST = 60, 300
# Kernels take as the square of the rows and more, so a fit is expected to take so much longer.
GROWTH = (MOST / FEWEST) ** 2


def find_failure(
    spec: TrainingSpec, columns: Mapping[str, Any], until: float
) -> EngineError | None:
    """Try a request, and say why it fails.

    The target, the folds and the columns are those of the whole table; each fold is fitted on
    `MOST` rows at most, and on `FEWEST` alone where more would take too long.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``.
    until : float
        When to be done, of `time.monotonic`.

    Returns
    -------
    EngineError or None
        None where nothing was found by then. What more rows may keep away is no failure.
    """
    trial, title = _Trial(spec.with_whole_schema(), until), get_estimator(spec.estimator).title
    try:
        trial.run(columns)
    except Exception as error:
        failure = explain_error(error, title)
        return None if trial.is_cut and failure.code in OF_FEW_ROWS else failure
    return None


class _Trial:
    def __init__(self, spec: TrainingSpec, until: float) -> None:
        self.spec, self.until, self.is_cut = spec, until, False

    def run(self, columns: Mapping[str, Any]) -> None:
        data = prepare(self.spec, columns, lambda *_: None)
        self.model = make_pipeline(self.spec, data.X)
        if not self._is_quick(data):
            return
        for n in range(len(data.splits)):
            if time.monotonic() > self.until:
                return
            self._fit(data, n, MOST)

    def _is_quick(self, data: Prepared) -> bool:
        """Tell whether there is time for more rows, where there are more."""
        if len(data.splits[0][0]) <= FEWEST:
            return True
        began = time.monotonic()
        try:
            self._fit(data, 0, FEWEST)
        except Exception:  # more rows may keep it away; they tell
            return True
        now = time.monotonic()
        return (now - began) * GROWTH < self.until - now

    def _fit(self, data: Prepared, fold: int, size: int) -> None:
        spec, (train, test) = self.spec, data.splits[fold]
        small = cut_fold(data, (train, test), size, spec.task, spec.seed)
        self.is_cut = len(small.rows) < len(train) + len(test)
        title = get_estimator(spec.estimator).title
        with PlainWords(title, lambda *_: None, spec, small):
            run_fold(self.model, small, spec, 1, title, told=lambda _step: None)
