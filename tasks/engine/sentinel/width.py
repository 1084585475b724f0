"""Tables with far more columns than rows: some columns go with the target by chance alone."""

from collections.abc import Iterator

from tasks.engine.sentinel.finding import Finding
from tasks.engine.spec import TrainingSpec

TIMES_AS_MANY = 2
ROWS_PER_COLUMN, FEWEST_KEPT = 5, 5  # a common rule of thumb for what may be learned from


def find_width(n_rows: int, n_columns: int, spec: TrainingSpec) -> Iterator[Finding]:
    """Yield a finding where columns outnumber rows, unless some of them are chosen or mixed.

    Parameters
    ----------
    n_rows, n_columns : int
        The rows that have a target, and the typed columns.
    spec : TrainingSpec
        The request.
    """
    if n_columns < TIMES_AS_MANY * n_rows or spec.preprocessing.mixes_columns:
        return
    kept = max(FEWEST_KEPT, n_rows // ROWS_PER_COLUMN)
    yield Finding(
        "MANY_COLUMNS",
        f"{n_columns:,} columns are learned from {n_rows:,} rows. Of so many some go with the "
        "target by chance alone, so what the model found may not hold for new rows. Keep the "
        f"{kept} columns that tell most, chosen anew in each fold, or collect more rows",
        {"preprocessing": {"select": "f_test", "select_keep": kept}},
    )
