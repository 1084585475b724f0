"""The rows that a request trains on: typed, without those that have no target, and split."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.folds.other import Rows, with_remedy
from tasks.engine.folds.outer import split_nested
from tasks.engine.folds.row_copies import first_of_each
from tasks.engine.folds.splitting import Split, order_rows
from tasks.engine.preprocessing.target_scale import check_target
from tasks.engine.reader.words import plural, were
from tasks.engine.scores.gaps import find_gaps
from tasks.engine.scores.positive import choose_positive
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table import coercion
from tasks.engine.table.loading import training_data
from tasks.engine.table.tables import LINE
from tasks.engine.table.target_texts import say_texts

SAMPLE_CHARS, SAMPLES = 100, 5


class Warn(Protocol):
    """Is told a code and words, and what may be asked instead."""

    def __call__(
        self, code: str, message: str, change: Mapping[str, Any] | None = None, /
    ) -> None:
        """Hear of one thing worth knowing."""


@dataclass(frozen=True)
class Prepared:
    """What is fitted and scored, whatever the estimator.

    `X` of shape (n_rows, n_features) and `y` of shape (n_rows,): rows with a target. `rows`: their
    positions in the table, ascending. `lines`: the line of each row of the table in the file.
    `classes`: in the order of the probabilities' columns, None for regression. `splits`: one for
    each fold. `positive`: the positive class where there are two. `groups`: of each row, where
    whole groups are held out. `n_held_back`: how many rows are not there because an outer fold
    tests on them; `all_rows` has them too.
    """

    X: pd.DataFrame
    y: np.ndarray
    rows: np.ndarray
    lines: np.ndarray
    classes: list[Any] | None
    splits: list[Split]
    positive: Any = None
    groups: np.ndarray | None = None
    n_held_back: int = 0
    all_rows: Rows | None = None

    @property
    def n_without_target(self) -> int:
        """How many rows of the table have no target."""
        return len(self.lines) - len(self.y) - self.n_held_back

    def features_of(self, rows: np.ndarray) -> pd.DataFrame:
        """Return the features of some of its rows, which are given by their positions."""
        return self.X.iloc[np.searchsorted(self.rows, rows)]


def prepare(spec: TrainingSpec, columns: Mapping[str, Any], warn: Warn) -> Prepared:
    """Type a table, leave out rows without a target, and split the others.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``; see `loading.load_cells`.
    warn : callable
        Told a code and words for each thing worth knowing.

    Returns
    -------
    Prepared

    Raises
    ------
    DataError
        When columns are missing, the target cannot be used, or rows, classes or groups are
        too few.
    """
    cells = {name: values for name, values in columns.items() if name != LINE}
    lines = np.asarray(columns[LINE])
    X, y, rows = _typed(spec, cells, lines, warn)
    check_target(spec, y, lines[rows])
    left_out = _count_left_out(spec, cells, warn)
    absent = len(lines) - len(rows) - left_out
    if absent:
        warn("TARGET_MISSING", _say_absent(absent, len(lines)))
    if spec.validation.drop_copies:
        X, y, rows = _without_copies(X, y, rows, warn)
    if spec.validation.note:
        warn("FOLDS_UNUSUAL", spec.validation.note, _stratified_again(spec, y))
    order = _order(spec, cells, rows, warn)
    classes = sorted(set(y.tolist())) if spec.task == "classification" else None
    # Of all rows, so that jobs on any part of them agree about it.
    positive = _positive(y, spec) if classes else None
    every = Rows(y, order, positive)
    kept, splits, gaps = _split(spec, every)
    for code, message in gaps.items():
        warn(code, message)
    n_held_back = len(y) - len(kept)
    if n_held_back:
        X, y, rows = X.iloc[kept].reset_index(drop=True), y[kept], rows[kept]
        order = None if order is None else order[kept]
        classes = sorted(set(y.tolist())) if classes else None
    groups = order if spec.validation.scheme == "group" else None
    return Prepared(X, y, rows, lines, classes, splits, positive, groups, n_held_back, every)


def _split(spec: TrainingSpec, rows: Rows) -> tuple[np.ndarray, list[Split], dict[str, str]]:
    """Return the rows that may be seen, how they are split, and what the folds cannot tell."""
    y = rows.y
    try:
        kept, splits = split_nested(y, spec.validation, spec.task, spec.seed, rows.order)
        return kept, splits, find_gaps(spec.task, spec.metric, y[kept], splits, rows.positive)
    except DataError as refused:
        raise with_remedy(refused, spec, rows) from refused


def _stratified_again(spec: TrainingSpec, y: np.ndarray) -> dict[str, Any] | None:
    """Return fewer folds that have each class, where folds are not stratified for a rare one."""
    if spec.task != "classification" or spec.validation.scheme != "kfold":
        return None
    rarest = min(Counter(y.tolist()).values())
    if not 1 < rarest < spec.validation.folds:
        return None
    return {"validation": {"scheme": "stratified", "folds": rarest}}


def _positive(y: np.ndarray, spec: TrainingSpec) -> Any:
    """Return the positive class of two, as it was chosen or else worked out."""
    if spec.positive is None:
        return choose_positive(Counter(y.tolist()))
    classes = sorted(set(y.tolist()))
    chosen = next((label for label in classes if str(label) == spec.positive), None)
    if chosen is None or len(classes) != 2:
        known = " and ".join(f'"{label}"' for label in classes[:2])
        raise DataError(
            "POSITIVE_UNKNOWN",
            f'"{spec.positive}" cannot be the positive class: "{spec.target}" has '
            + (f"the classes {known}" if len(classes) == 2 else f"{len(classes)} classes"),
            "Choose one of two classes, or none",
        )
    return chosen


def _count_left_out(spec: TrainingSpec, cells: Mapping[str, Any], warn: Warn) -> int:
    """Count the rows that are left out by the text of their target, and say which."""
    texts = spec.validation.targets_left_out
    if not texts:
        return 0
    found = coercion.clean(cells[spec.target], coercion.missing_markers(spec.schema))
    counts = Counter(text for text in found if text in {one.strip() for one in texts})
    total = sum(counts.values())
    told = say_texts([(text, counts[text]) for text in dict.fromkeys(map(str.strip, texts))])
    are = "was" if total == 1 else "were"
    warn("TARGETS_LEFT_OUT", f'{plural(total, "row")} {are} left out by "{spec.target}": {told}')
    return total


def _say_absent(absent: int, total: int) -> str:
    part = 100 * absent / total
    share = f"({part:.1f}%)" if part >= 0.1 else "(under 0.1%)"
    return f"{_rows_have(absent)} no target value. {were(absent)} {share}"


def _rows_have(n: int) -> str:
    return f"{plural(n, 'row')} {'has' if n == 1 else 'have'}"


def _typed(
    spec: TrainingSpec, cells: Mapping[str, Any], lines: np.ndarray, warn: Warn
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    try:
        X, y, rows, found = training_data(cells, spec.schema)
    except coercion.SchemaError as bad:
        raise DataError("COLUMNS_MISSING", str(bad)) from bad
    except coercion.TargetError as bad:
        raise _target_error(spec, bad, lines) from bad
    if not len(y):
        raise DataError(
            "TARGET_EMPTY", f'No row has a value in "{spec.target}"', "Choose another target"
        )
    if not spec.schema["features"]:
        raise DataError(
            "NO_COLUMNS",
            "No column is chosen to learn from; columns that are the same in every row, and "
            "identifiers, are left out unless they are chosen",
            "Choose columns",
        )
    if not X.shape[1]:
        raise DataError(
            "NO_COLUMNS",
            "No column is left to learn from: the dates have none of the chosen parts",
            "Choose other columns, or other date_parts under Preprocessing",
        )
    for warning in found:
        warn(warning["code"], warning["message"])
    return X, y, rows


def _without_copies(
    X: pd.DataFrame, y: np.ndarray, rows: np.ndarray, warn: Warn
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    kept = first_of_each(X, y)
    if len(kept) < len(y):
        n = len(y) - len(kept)
        warn(
            "COPIES_DROPPED", f"{n:,} of {len(y):,} rows are copies of others; one of each is used"
        )
    return X.iloc[kept].reset_index(drop=True), y[kept], rows[kept]


def _target_error(spec: TrainingSpec, bad: coercion.TargetError, lines: np.ndarray) -> DataError:
    line, rows = int(lines[bad.position]), plural(bad.count, "row")
    texts = [text for text, _, n in bad.frequent]
    # Where numbers are few, they are hardly what the column is about.
    can_go = sum(n for _, _, n in bad.frequent) == bad.count <= bad.n_numbers
    told = say_texts([(text, n) for text, _, n in bad.frequent], bad.count)
    known = spec.validation.targets_left_out or []
    left_out = {"validation": {"targets_left_out": [*known, *texts]}}
    others = "choose another target, or classification as the task"
    return DataError(
        "TARGET_NOT_NUMERIC",
        f'The target column "{bad.column}" has text in {rows}: {told}. '
        f'First: line {line}, "{bad.value}"',
        f"Leave these rows out, or {others}" if can_go else f"C{others[1:]}",
        {
            "line": line, "value": bad.value, "count": bad.count, "column": bad.column,
            "samples": [
                {"line": int(lines[position]), "value": text[:SAMPLE_CHARS], "count": n}
                for text, position, n in bad.frequent[:SAMPLES]
            ],
        },
        left_out if can_go else None,
    )  # fmt: skip


def _order(
    spec: TrainingSpec, cells: Mapping[str, Any], rows: np.ndarray, warn: Warn
) -> np.ndarray | None:
    validation = spec.validation
    needed = (validation.group_column, validation.time_column)
    used = {name: np.asarray(cells[name])[rows] for name in needed if name}
    order = order_rows(validation, spec.schema, used)
    if order is None:
        return None
    if validation.scheme == "group":
        _warn_of_blank_groups(order, validation, warn)
        return order
    undated = int(np.count_nonzero(pd.isna(order)))
    if undated:
        one, many = "It was sorted last, as if it", "They were sorted last, as if they"
        words = f"{one if undated == 1 else many} were the newest"
        warn(
            "TIME_MISSING",
            f'{_rows_have(undated)} no readable "{validation.time_column}". {words}',
        )
    return order


def _warn_of_blank_groups(order: np.ndarray, validation: Validation, warn: Warn) -> None:
    blank = int(np.count_nonzero(order == ""))
    if blank:
        one, many = "It was kept as a group of its own", "They were kept together, as one group"
        words = one if blank == 1 else many
        warn("GROUP_MISSING", f'{_rows_have(blank)} no "{validation.group_column}". {words}')
