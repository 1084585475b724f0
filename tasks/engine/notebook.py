"""The engine from a notebook: from a file to a table, a request, a result and its bundle.

The dashboard goes the same way in steps that other processes take. ``docs/notebook.md`` shows it.
The file of all examples is ``docs/flowers.csv``.
"""

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from tasks.engine.errors import DataError, ParameterError
from tasks.engine.estimators.catalogue import default_metric
from tasks.engine.estimators.parameters import validate_parameters
from tasks.engine.explain.explaining import Explanation, folds_of
from tasks.engine.folds.usual import find_classes, find_rarest, suggest_validation
from tasks.engine.model.export import write_artefacts
from tasks.engine.model.origin import Origin
from tasks.engine.notebook_checks import (
    check_columns,
    check_fields,
    check_others,
    check_split,
    known_estimator,
)
from tasks.engine.preprocessing.settings import find_misfit, read_preprocessing
from tasks.engine.profile.profiling import profile_table
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.told_lines import tell_lines
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.loading import load_cells
from tasks.engine.table.tables import LINE
from tasks.engine.table.tabular import read_table
from tasks.engine.table.target_texts import without_texts
from tasks.engine.training import train

NOT_LEARNED_FROM = {"identifier", "constant"}


@dataclass(frozen=True)
class Table:
    """A file that was read: text cells in Parquet, how it was read, and what its columns are.

    The file `parquet` goes when the table is forgotten. `problems` are what is worth checking.
    `name` and `sha256` are the file's.
    """

    name: str
    sha256: str
    rows: int
    dialect: dict[str, Any] = field(repr=False)
    columns: list[dict[str, Any]] = field(repr=False)
    problems: list[Problem] = field(repr=False)
    parquet: Path = field(repr=False)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each column."""
        return {column["name"]: column["kind"] for column in self.columns}

    def cells(self, names: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the text cells of some columns, or all, and ``__line__``."""
        return load_cells(self.parquet, names or list(self.kinds), self.dialect)

    def text(self) -> pd.DataFrame:
        """Return all cells as text, None where one is missing: what a model predicts from."""
        cells = self.cells()
        return pd.DataFrame({n: pd.Series(list(c), dtype=object) for n, c in cells.items()
                             if n != LINE})  # fmt: skip


def open_table(path: str | os.PathLike[str], options: ReadOptions | None = None) -> Table:
    """Read a file and find out what its columns are.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet or JSON lines; plain, gzip, zstd, or a zip with one file.
    options : ReadOptions, optional
        How it is to be read; else that is found out.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        When the file cannot be read, with the line and the reason.

    Examples
    --------
    >>> table = open_table("flowers.csv")
    >>> table.rows, table.dialect["delimiter"], table.kinds["petal"]
    (60, ',', 'number')
    """
    source, folder = Path(path), Path(tempfile.mkdtemp(prefix="table-"))
    target = folder / "table.parquet"
    found = read_table(source, target, file_name=source.name, options=options)
    if found.refused or found.dialect is None:
        shutil.rmtree(folder)
        problem = found.problems[0]
        raise DataError(problem.code, problem.message)
    dialect = found.dialect.as_dict()
    profile = profile_table(target, dialect)
    problems = [*found.problems, *profile.problems]
    with source.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    table = Table(source.name, sha256, found.n_rows, dialect, profile.columns, problems, target)
    weakref.finalize(table, shutil.rmtree, folder, ignore_errors=True)
    return table


def request(
    table: Table,
    target: str,
    estimator: str,
    *,
    features: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    validation: Mapping[str, Any] | None = None,
    **others: Any,
) -> TrainingSpec:
    """Ask for a model; what is left open has the dashboard's defaults.

    Parameters
    ----------
    table : Table
        What is learned from.
    target : str
        The column to predict.
    estimator : str
        scikit-learn's class name; it says whether classes or numbers are predicted.
    features : sequence of str, optional
        The columns to learn from: all others but identifiers and constants.
    parameters, preprocessing, validation : Mapping, optional
        What is to differ from the defaults; see `catalogue`, `preprocessing_settings` and
        `spec.Validation`.
    **others
        ``metric``, ``seed``, ``class_weight``, ``positive``, ``threshold``, ``costs``: fields of
        `TrainingSpec`.

    Raises
    ------
    ParameterError
        When a name is not known, or a value not allowed, with what is.

    Examples
    --------
    >>> table = open_table("flowers.csv")
    >>> spec = request(table, "species", "LogisticRegression", parameters={"C": 0.5}, seed=7)
    >>> spec.task, spec.metric, spec.validation.scheme, spec.validation.folds
    ('classification', 'roc_auc', 'stratified', 5)
    >>> spec.schema["features"]
    ['petal', 'sepal', 'garden']
    """
    entry = known_estimator(estimator)
    named = check_columns(table.kinds, target, features)
    check_fields(parameters=parameters, preprocessing=preprocessing, validation=validation)
    check_split(validation or {}, entry.task, table.kinds)
    column = next(column for column in table.columns if column["name"] == target)
    known = without_texts(column, (validation or {}).get("targets_left_out"))
    chosen_others = check_others(others, entry, known)
    left_out = [n for n, kind in table.kinds.items() if kind in NOT_LEARNED_FROM or n == target]
    learned = named or [name for name in table.kinds if name not in left_out]
    schema = {"dialect": table.dialect, "columns": table.columns, "features": learned,
              "target": target, "task": entry.task,
              **tell_lines((told.code, told.line) for told in table.problems)}  # fmt: skip
    chosen = read_preprocessing(preprocessing or {})
    if misfits := find_misfit(chosen, entry):
        raise ParameterError(misfits)
    split = _split(table, known, entry.task, dict(validation or {}))
    spec = TrainingSpec(
        schema,
        estimator,
        default_metric(entry.task),
        validate_parameters(estimator, parameters or {}),
        Validation(**split),
        preprocessing=chosen,
    )
    return replace(spec, **chosen_others)


def _split(
    table: Table, target: Mapping[str, Any], task: str, chosen: dict[str, Any]
) -> dict[str, Any]:
    """Return how rows are split; what is not chosen as the dashboard has it."""
    columns = {column["name"]: column for column in table.columns}
    group = columns.get(chosen.get("group_column", ""), {})
    usual = suggest_validation(
        task,
        table.rows,
        rarest=find_rarest(target) if task == "classification" else None,
        classes=find_classes(target) if task == "classification" else None,
        groups=group.get("distinct"),
        scheme=chosen.get("scheme"),
        folds=chosen.get("folds"),
    )
    return usual | chosen


def run(table: Table, spec: TrainingSpec, **how: Any) -> TrainingResult:
    """Train what was asked for; see `training.train` for what else may be said.

    Examples
    --------
    >>> table = open_table("flowers.csv")
    >>> result = run(table, request(table, "species", "GaussianNB"))
    >>> result.score > result.baseline_score
    True
    >>> len(result.folds), len(result.out_of_fold)
    (5, 60)
    """
    return train(spec, table.cells(spec.columns_needed), **how)


def explain(
    table: Table, spec: TrainingSpec, result: TrainingResult, *, limit_s: float = 60.0
) -> dict[str, Any]:
    """Work out which columns matter, how predictions depend on them, and where they err.

    Parameters
    ----------
    table, spec, result : Table, TrainingSpec, TrainingResult
        What was trained.
    limit_s : float, default 60
        How long it may take, in seconds.

    Returns
    -------
    dict
        See `Explanation.run`.

    Examples
    --------
    >>> table = open_table("flowers.csv")
    >>> spec = request(table, "species", "LogisticRegression")
    >>> told = explain(table, spec, run(table, spec))
    >>> told["importance"]["columns"][0]["name"]
    'petal'
    """
    cells = table.cells(spec.columns_needed)
    folds = folds_of(spec, cells, result.model)
    scores = {fold.fold: fold.scores.get(spec.metric) for fold in result.folds}
    told = Explanation(folds, cells, result.model, result.out_of_fold, scores)
    fit_s = max(fold.fit_seconds for fold in result.folds)
    return told.run(lambda _part, _words: None, fit_s=fit_s, limit_s=limit_s)


def save(
    table: Table, spec: TrainingSpec, result: TrainingResult, path: str | os.PathLike[str]
) -> None:
    """Write the bundle, a zip that works without Trainyard.

    Parameters
    ----------
    table, spec, result : Table, TrainingSpec, TrainingResult
        What was trained.
    path : str or Path
        The file to write; the model is called by its name.

    Examples
    --------
    >>> table = open_table("flowers.csv")
    >>> spec = request(table, "species", "GaussianNB")
    >>> from zipfile import ZipFile
    >>> save(table, spec, run(table, spec), "flowers.zip")
    >>> "predict.py" in ZipFile("flowers.zip").namelist()
    True
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    origin = Origin(None, Path(path).stem, table.name, table.sha256, at)
    cells = table.cells(spec.columns_needed)
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        files = write_artefacts(result, spec, cells, origin, Path(folder))
        shutil.copyfile(files["bundle"], path)
