"""How far two versions are compared, and from where on a distribution counts as moved."""

# Beyond these it takes longer than anybody waits, and rows are only counted.
ROWS_AT_MOST = 5_000_000
CELLS_AT_MOST = 100_000_000
# A distribution has moved when so great a part of the rows lies elsewhere, and chance alone would
# rarely do it: the critical value of the two-sample Kolmogorov-Smirnov test at 5 %.
MOVED = 0.1
CRITICAL = 1.358


def is_too_large(n_rows: int, n_columns: int) -> bool:
    """Tell whether the rows of a table, over the columns in common, are too many to compare."""
    return n_rows > ROWS_AT_MOST or n_rows * n_columns > CELLS_AT_MOST
