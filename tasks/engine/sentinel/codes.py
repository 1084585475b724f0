"""The codes of what the sentinel finds. Imports nothing heavy: pages ask for them, too."""

from typing import Literal, get_args

Code = Literal[
    "IDENTIFIER", "TARGET_LEAK", "ONE_COLUMN", "COPIES_ACROSS_FOLDS", "GROUPS_ACROSS_FOLDS",
    "TIME_ORDER", "DRIFT", "MANY_COLUMNS", "SUM_ROWS",
]  # fmt: skip
CODES: frozenset[str] = frozenset(get_args(Code))
