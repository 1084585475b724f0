"""Small tables for the engine's tests: mixed kinds, missing cells, dates, text."""

import copy
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.estimators.catalogue import default_metric
from tasks.engine.folds.usual import default_validation
from tasks.engine.preprocessing.settings import read_preprocessing
from tasks.engine.profile.profiling import profile_table
from tasks.engine.reader.table_writer import TableWriter
from tasks.engine.spec import TrainingSpec, Validation
from tasks.engine.table.tables import load_columns
from tasks.engine.table.tabular import read_table

WORDS = ["fast", "slow", "late", "kind", "rude", "broken", "fine", "lost", "quick", "refund"]


_USUAL: list[tuple[bytes, dict[str, Any], list[dict]]] = []


def mixed_csv(rows: int = 120, seed: int = 1) -> str:
    """Return a table with every kind of column; `y_class` and `y_number` are learnable."""
    rng = random.Random(seed)
    lines = ["id,age,income,city,shop,member,since,comment,y_class,y_number"]
    for n in range(rows):
        age, member = rng.randint(18, 80), rng.choice(["yes", "no"])
        income = "" if rng.random() < 0.1 else f"{rng.gauss(3000, 800):.2f}"
        city = rng.choice(["Oslo", "Rome", "Bern", "NA"])
        shop = f"shop{rng.randint(1, 30)}"
        since = f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        comment = " ".join(rng.choices(WORDS, k=6)) + f" {n}"
        score = age / 10 + (2 if member == "yes" else 0) + rng.gauss(0, 1)
        label = "high" if score > 6.5 else "low"
        lines.append(
            f"A{n:05d},{age},{income},{city},{shop},{member},{since},{comment},{label},{score:.3f}"
        )
    return "\n".join(lines) + "\n"


def read(text: str, folder: Path, **options: Any) -> tuple[Path, dict[str, Any], list[dict]]:
    """Read and profile a table; returns its Parquet file, dialect and columns."""
    source, target = folder / "table.csv", folder / "table.parquet"
    source.write_text(text, encoding="utf-8", newline="")
    found = read_table(source, target, file_name="table.csv", **options)
    assert not found.refused, found.problems
    assert found.dialect is not None
    dialect = found.dialect.as_dict()
    return target, dialect, profile_table(target, dialect).columns


def read_usual(folder: Path) -> tuple[Path, dict[str, Any], list[dict]]:
    """Read and profile the mixed table; after the first time what was found is copied."""
    if not _USUAL:
        target, dialect, columns = read(mixed_csv(), folder)
        _USUAL.append((target.read_bytes(), dialect, columns))
    content, dialect, columns = _USUAL[0]
    (folder / "table.csv").write_text(mixed_csv(), encoding="utf-8", newline="")
    (target := folder / "table.parquet").write_bytes(content)
    return target, copy.deepcopy(dialect), copy.deepcopy(columns)


def make_spec(
    folder: Path, target: str, task: str, estimator: str, text: str | None = None, **changes: Any
) -> tuple[TrainingSpec, dict[str, Any]]:
    """Return a request on the mixed table, and the table's columns as text."""
    options = changes.pop("options", None)
    is_usual = text is None and options is None
    found = read_usual(folder) if is_usual else read(text or mixed_csv(), folder, options=options)
    parquet, dialect, columns = found
    left_out = {target, "y_class", "y_number"}
    features = [
        c["name"] for c in columns
        if c["name"] not in left_out and c["kind"] not in {"identifier", "constant"}
    ]  # fmt: skip
    schema = {"dialect": dialect, "columns": columns, "features": features, "target": target,
              "task": task}  # fmt: skip
    validation = Validation(**(default_validation(task) | {"folds": 3} | changes.pop("split", {})))
    if "preprocessing" in changes:
        changes["preprocessing"] = read_preprocessing(changes["preprocessing"])
    values = {"metric": default_metric(task), "validation": validation} | changes
    spec = TrainingSpec(schema, estimator, **values)
    return spec, load_columns(parquet, spec.columns_needed)


def write_rows(path: Path, names: list[str], rows: Sequence[Sequence[str | None]]) -> Path:
    """Write a table of text cells, its rows in lines 2, 3, ..."""
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(len(names))]
    with TableWriter(path, names) as writer:
        writer.add(np.arange(2, len(rows) + 2), columns)
    return path
