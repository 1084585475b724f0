"""What scikit-learn warns of and raises within a block, in words for people."""

import re
import warnings
from collections.abc import Callable
from typing import Any

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.failures.known import OTHERS_FIT, explain_error, explain_warnings
from tasks.engine.failures.no_numbers import explain_no_numbers
from tasks.engine.folds.inner import PLAIN, explain_inner_splits
from tasks.engine.prepared import Prepared
from tasks.engine.spec import TrainingSpec

# As scikit-learn finds words in texts.
WORD = re.compile(r"\b\w\w+\b")


class PlainWords:
    """Turns warnings and errors within a ``with`` block into words for people.

    Parameters
    ----------
    title : str
        The name of the estimator that they are about.
    warn : callable
        Told a code and words for each warning.
    spec, data : TrainingSpec, Prepared
        What is trained, and what it learns from.
    """

    def __init__(
        self, title: str, warn: Callable[[str, str], None], spec: TrainingSpec, data: Prepared
    ) -> None:
        self.title, self.warn, self.spec, self.data = title, warn, spec, data
        self.catcher = warnings.catch_warnings(record=True)

    def __enter__(self) -> None:
        self.caught = self.catcher.__enter__()
        warnings.simplefilter("always")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.catcher.__exit__(kind, error, trace)
        for code, message in explain_warnings(self.caught or []).items():
            self.warn(code, message)
        if isinstance(error, Exception):
            y_of_folds = (self.data.y[split[0]] for split in self.data.splits)
            known = explain_no_numbers(error, self.title, self.spec, self.data.X, y_of_folds)
            known = known or explain_inner_splits(error, self.title, self.spec)
            found = known or self._explain(error)
            if found.code in OTHERS_FIT and not found.change:
                found.change = {"estimator": PLAIN[self.spec.task], "parameters": None}
            raise found from error

    def _explain(self, error: Exception) -> EngineError:
        """Explain any other error; a change is for parameters that the estimator itself has."""
        found, entry = explain_error(error, self.title), get_estimator(self.spec.estimator)
        if any(
            entry.find_parameter(name) is None for name in found.change.get("parameters") or ()
        ):
            found.change = {}  # it is for what is inside
        if found.code == "TARGET_OUT_OF_RANGE":
            found.message += self._say_range()
        if found.code == "TEXT_EMPTY" and (wordless := self._find_wordless()):
            found.message = f'"{wordless[0]}" has no words in the rows that a fold is trained on'
            found.change = {"exclude": wordless}
        return found

    def _find_wordless(self) -> list[str]:
        """Return the columns of texts that have no words in the training rows of some fold."""
        kinds = {column["name"]: column["kind"] for column in self.spec.schema["columns"]}
        texts = [name for name in self.data.X.columns if kinds.get(name) == "text"]
        has = self.data.X[texts].apply(lambda cells: cells.astype(str).str.contains(WORD))
        learned = [has.iloc[split[0]].any() for split in self.data.splits]
        return [name for name in texts if not all(found[name] for found in learned)]

    def _say_range(self) -> str:
        """Say how many values of a target of numbers lie where many an estimator takes none."""
        y = self.data.y.astype(float)
        told = ((int((y < 0).sum()), "below 0"), (int((y == 0).sum()), "of 0"))
        words = [f"{n:,} value{'' if n == 1 else 's'} {where}" for n, where in told if n]
        return f': "{self.spec.target}" has {" and ".join(words)}' if words else ""
