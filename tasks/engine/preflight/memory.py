"""About how much memory a job takes at its peak: its tables counted, not measured.

Counted are the process with its libraries, the table as text, the typed table once for all rows
and once for those of a fold, and the encoded table three times: in pieces, joined, and as the
estimator copies it. Two kinds of estimator need more than that: those that compare every row with
every other, and forests, whose trees grow with the rows.
"""

import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tasks.engine.estimators.catalogue import Estimator
from tasks.engine.preflight.shape import Shape
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.loading import Cells

# Every row is held against every other: so many tables of rows x rows are there at once.
PAIRWISE = {"GaussianProcessClassifier": 4, "GaussianProcessRegressor": 3, "KernelRidge": 2}
NODE_BYTES, CLASS_BYTES = 64, 8
# What three estimators on 20,000 rows took beyond all that is counted: libraries at work,
# baselines, files that are written.
AT_WORK_BYTES = 70_000_000
COPIES, CELL_BYTES, SPARSE_BYTES = 3, 8, 12
TEXTS_LOOKED_AT = 1000


def estimate_memory(
    spec: TrainingSpec,
    entry: Estimator,
    cells: Mapping[str, Any],
    typed: pd.DataFrame,
    shape: Shape,
    *,
    rows: int,
    n_classes: int,
    base_bytes: int,
) -> dict[str, int]:
    """Guess the peak of a job's memory.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    entry : Estimator
        Of the catalogue.
    cells : Mapping of str to Cells
        The table as text, all rows.
    typed : DataFrame
        The typed table, or some rows of it.
    shape : Shape
        What encoding makes of it.
    rows : int
        How many rows are trained on.
    n_classes : int
        How many classes there are; 1 for a number.
    base_bytes : int
        The process with its libraries, before any data.

    Returns
    -------
    dict of str to int
        ``bytes``, and what it is made of, in bytes: ``process``, ``table``, ``typed``,
        ``encoded``, ``estimator``.
    """
    share = rows / max(len(typed), 1)
    folds = spec.validation.folds if spec.validation.scheme != "holdout" else 5
    cell = CELL_BYTES if shape.density is None else SPARSE_BYTES * shape.density
    widest = max(shape.after, shape.learned_from)
    parts = {
        "process": base_bytes + AT_WORK_BYTES,
        "table": sum(c.array.nbytes for c in cells.values() if isinstance(c, Cells)),
        "typed": round(_bytes_of(typed) * share * (2 - 1 / max(folds, 2))),
        "encoded": round(rows * widest * cell * COPIES),
        "estimator": _extra(spec, entry, rows, n_classes),
    }
    return {"bytes": sum(parts.values()), **parts}


def _bytes_of(X: pd.DataFrame) -> float:
    total = float(X.memory_usage(index=False).sum())
    for name in X.columns:
        values = X[name]
        if values.dtype != object or not len(values):
            continue
        few = values.iloc[:TEXTS_LOOKED_AT]
        # Equal cells of a category are one object; those of a text are one each.
        if few.nunique() > len(few) / 2:
            total += sum(map(sys.getsizeof, few)) / len(few) * len(values)
    return total


def _extra(spec: TrainingSpec, entry: Estimator, rows: int, n_classes: int) -> int:
    if entry.id in PAIRWISE:
        return PAIRWISE[entry.id] * rows * rows * CELL_BYTES
    is_forest = "Forest" in entry.id or entry.id.startswith("ExtraTrees")
    if not is_forest:
        return 0
    trees, depth = spec.parameters.get("n_estimators") or 100, spec.parameters.get("max_depth")
    leaf = spec.parameters.get("min_samples_leaf") or 1
    leaf = leaf if isinstance(leaf, int) else max(1, round(leaf * rows))
    # A tree of a class ends where its rows are of one; that of a number goes to the end.
    nodes = rows / leaf * (0.4 if spec.task == "classification" else 1.3)
    nodes = min(nodes, 2 ** min(depth + 1, 40)) if depth else nodes
    return round(trees * nodes * (NODE_BYTES + CLASS_BYTES * n_classes))
