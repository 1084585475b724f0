"""The columns of a file held against those that a model needs, before anything is predicted."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tasks.engine.predicting.moved import BY_SIZE, compare_columns, kinds_of
from tasks.engine.predicting.new_rows import NewRows, needed_cells, read_new_rows
from tasks.engine.table.coercion import features_from_text
from tasks.engine.table.tables import BATCH_CELLS, BATCH_ROWS

Progress = Callable[[float], None]
# Of each side so many rows are held against each other, spread evenly; fewer of a wide table.
COMPARED_ROWS, COMPARED_CELLS = 50_000, 2_000_000
# A column is of the wrong type when so great a part of its cells cannot be read as its own.
WRONG_TYPE = 0.5
WARNED = {"NOT_READABLE": "unreadable", "UNSEEN_CATEGORY": "unseen", "OUT_OF_RANGE": "outside"}


def match_file(
    schema: dict[str, Any],
    source: Path,
    *,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
    training: Path | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Hold a file's columns against those that a model needs.

    Parameters
    ----------
    schema : dict
        The schema that the model was trained by.
    source : Path
        The uploaded file.
    file_name : str
        The name that the person knows the file by.
    mapping : Mapping of str to str, optional
        Of the columns that the model needs: what the file calls them, where that differs.
    training : Path, optional
        The table that the model was trained on; without it distributions are not compared.
    on_progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    dict
        ``n_rows``; ``columns``: each that the model needs, with ``name``, ``kind``, ``source``
        (what the file calls it, or None), ``guess`` (the one column that may be meant),
        ``wrong_type``, the ``range`` that training saw, and how many cells are ``missing``,
        ``unreadable``, ``unseen`` and ``outside``, with the first one of each in ``examples``;
        ``extra``: columns that are not needed;
        ``warnings`` of the reader; ``moved``: see `moved.compare_columns`, or None.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    with tempfile.TemporaryDirectory() as name:
        read = read_new_rows(source, Path(name), schema, file_name=file_name, mapping=mapping)
        on_progress(0.4)
        sources = find_sources(schema["features"], read.names, mapping)
        look = _Look(schema, [one for one, found in sources.items() if found], read.n_rows)
        for typed, warnings in _typed_batches(look.schema, read, mapping):
            look.add(typed, warnings)
            on_progress(0.4 + 0.4 * min(1.0, look.rows / max(1, read.n_rows)))
    moved = _compare(look, training) if training is not None and look.kept else None
    taken = {found for found in sources.values() if found}
    extra = [name for name in read.names if name not in taken]
    guesses = guess_columns([one for one, found in sources.items() if not found], extra)
    columns = [
        look.describe(one) | {"source": found, "guess": guesses.get(one)}
        for one, found in sources.items()
    ]
    return {
        "n_rows": read.n_rows, "columns": columns, "extra": extra, "warnings": read.warnings,
        "moved": moved,
    }  # fmt: skip


def find_sources(
    features: Sequence[str], names: Collection[str], mapping: Mapping[str, str] | None
) -> dict[str, str | None]:
    """Return what a file calls each column that is needed; None where it has none."""
    known, there = mapping or {}, set(names)
    wanted = {name: known.get(name, name) for name in features}
    return {name: found if found in there else None for name, found in wanted.items()}


def guess_columns(lacking: Sequence[str], extra: Sequence[str]) -> dict[str, str]:
    """Guess which other column is meant by names that are alike but for case and signs.

    Nothing is guessed where two would do.

    Examples
    --------
    >>> guess_columns(["Monthly Charges", "plan"], ["monthly_charges", "Plan", "PLAN"])
    {'Monthly Charges': 'monthly_charges'}
    """
    alike: dict[str, list[str]] = {}
    for name in extra:
        alike.setdefault(_bare(name), []).append(name)
    asked: dict[str, list[str]] = {}
    for name in lacking:
        asked.setdefault(_bare(name), []).append(name)
    return {
        names[0]: alike[bare][0]
        for bare, names in asked.items()
        if bare and len(names) == 1 and len(alike.get(bare, ())) == 1
    }


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


class _Look:
    """What is seen of the columns that were found, batch by batch."""

    def __init__(self, schema: Mapping[str, Any], found: Sequence[str], n_rows: int) -> None:
        self.schema: dict[str, Any] = {**schema, "features": list(found)}
        self.of = {column["name"]: column for column in schema["columns"]}
        self.rows = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.examples: dict[str, dict[str, str]] = {}
        self.step = _step(n_rows, len(found))
        self.kept: list[pd.DataFrame] = []

    def add(self, typed: pd.DataFrame, warnings: Sequence[Mapping[str, Any]]) -> None:
        """Count what is doubtful in a batch, and keep a part of its rows."""
        self.kept.append(typed.iloc[-self.rows % self.step :: self.step])
        self.rows += len(typed)
        for warning in warnings:
            kind = WARNED[warning["code"]]
            self._count(warning["column"], kind, warning["count"], _first_of(warning))
        for name in self.schema["features"]:
            values = typed.get(_part(name, self.of[name]["kind"], typed))
            if values is None:
                continue
            absent = int(values.isna().sum())
            self._count(name, "absent", absent, "")

    def _count(self, name: str, kind: str, count: int, example: str) -> None:
        if count:
            self.counts[name, kind] = self.counts.get((name, kind), 0) + count
            self.examples.setdefault(name, {}).setdefault(kind, example)

    def describe(self, name: str) -> dict[str, Any]:
        """Return what was seen of a column."""
        counts = {kind: self.counts.get((name, kind), 0) for kind in WARNED.values()}
        # A cell that cannot be read counts as missing; here only those that are empty do.
        counts["missing"] = self.counts.get((name, "absent"), 0) - counts["unreadable"]
        filled = self.rows - counts["missing"]
        return {
            "name": name,
            "kind": self.of[name]["kind"],
            **counts,
            "wrong_type": bool(filled) and counts["unreadable"] > WRONG_TYPE * filled,
            "range": self.of[name].get("range") if self.of[name]["kind"] in BY_SIZE else None,
            "examples": {k: cell for k, cell in self.examples.get(name, {}).items() if cell},
        }


def _step(n_rows: int, n_columns: int) -> int:
    """Return of how many rows one is looked at, so that memory is bounded."""
    most = max(1, min(COMPARED_ROWS, COMPARED_CELLS // max(1, n_columns)))
    return max(1, -(-n_rows // most))


def _compare(look: _Look, training: Path) -> dict[str, Any]:
    """Hold the rows that were kept against as many of the training data."""
    features = look.schema["features"]
    kinds = kinds_of(look.schema, features)
    sides: list[dict[str, np.ndarray]] = []
    for typed in (_training_rows(look.schema, training), pd.concat(look.kept)):
        parts = {name: _part(name, kinds[name], typed) for name in features}
        sides.append({one: typed[part].to_numpy() for one, part in parts.items() if part in typed})
    for name in (one for one in sides[0] if kinds[one] == "boolean"):
        words = np.array([look.of[name]["false"], look.of[name]["true"], None], dtype=object)
        for side in sides:  # in the words of the file
            side[name] = words[np.nan_to_num(side[name], nan=2).astype(int)]
    return compare_columns({one: kinds[one] for one in sides[0]}, *sides)


def _training_rows(schema: dict[str, Any], training: Path) -> pd.DataFrame:
    """Return typed rows of the training data, spread evenly."""
    file = pq.ParquetFile(training)
    every, features = file.schema_arrow.names, schema["features"]
    step, done, kept = _step(file.metadata.num_rows, len(features)), 0, []
    for group in range(file.num_row_groups):
        columns = [every.index(name) for name in features]
        table = file.reader.read_row_group(group, column_indices=columns)
        rows = np.arange(-done % step, table.num_rows, step)
        done += table.num_rows
        cells = {
            name: column.take(rows).to_pylist()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        text = needed_cells(cells, features, None)
        kept.append(features_from_text(text, schema)[0])
    return pd.concat(kept)


def _first_of(warning: Mapping[str, Any]) -> str:
    """Return the cell that a warning names: the last thing in quotes, behind the column's name."""
    behind = str(warning["message"]).split(f'"{warning["column"]}"', 1)[-1]
    return behind[behind.index('"') + 1 : behind.rindex('"')] if behind.count('"') > 1 else ""


def _part(name: str, kind: str, typed: pd.DataFrame) -> str:
    """Return which typed column stands for one: of a date its days, or its first part."""
    if kind != "date":
        return name
    days = f"{name}__days"
    parts = [column for column in typed.columns if column.startswith(f"{name}__")]
    return days if days in typed.columns or not parts else parts[0]


def _typed_batches(
    schema: dict[str, Any], read: NewRows, mapping: Mapping[str, str] | None
) -> Iterator[tuple[pd.DataFrame, list[dict[str, Any]]]]:
    file = pq.ParquetFile(read.table)
    names = file.schema_arrow.names[1:]
    size = max(1, min(BATCH_ROWS, BATCH_CELLS // max(1, len(names))))
    for batch in file.iter_batches(size):
        cells = dict(zip(names, (c.to_pylist() for c in batch.columns[1:]), strict=True))
        text = needed_cells(cells, schema["features"], mapping)
        if len(text.columns):
            yield features_from_text(text, schema)
