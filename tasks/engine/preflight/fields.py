"""Which field of a request an error is about, and when it says more of a few rows than of all."""

from tasks.engine.errors import EngineError

FIELDS = {
    "TARGET_NOT_NUMERIC": "target",
    "TARGET_ONE_CLASS": "target",
    "TARGET_CONSTANT": "target",
    "TARGET_TOO_LARGE": "target",
    "TARGET_NEGATIVE": "preprocessing.target",
    "POSITIVE_UNKNOWN": "positive_class",
    "TARGET_RARE_CLASS": "validation.folds",
    "TOO_FEW_ROWS": "validation.folds",
    "TOO_FEW_GROUPS": "validation.folds",
    "FOLD_ONE_CLASS": "validation.scheme",
    "TIME_COLUMN_KIND": "validation.time_column",
    "METRIC_MISSING": "metric",
    "NO_COLUMNS": "features",
    "COLUMNS_MISSING": "features",
    "COLUMNS_CONSTANT": "features",
    "TEXT_EMPTY": "features",
    "COLUMNS_NEGATIVE": "preprocessing.scale",
    "TOO_FEW_ROWS_OF_CLASSES": "estimator",
    "TOO_MANY_ATOMS": "estimator",
    "TOO_MANY_COMPONENTS": "parameters.n_components",
    "TOO_MANY_PRINCIPAL": "preprocessing.components",
    "TOO_MANY_NEIGHBOURS": "parameters.n_neighbors",
    "NU_TOO_HIGH": "parameters.nu",
    "MORE_COLUMNS_THAN_ROWS": "estimator",
    "TARGET_OUT_OF_RANGE": "estimator",
    "TWO_CLASSES_ONLY": "estimator",
    "INSIDE_UNSUITED": "estimator",
    "NO_BORDER": "estimator",
    "NUMBERS_TOO_LARGE": "preprocessing.scale",
    "TOO_FEW_COLUMNS": "features",
    "NOTHING_FOUND": "estimator",
    "MIN_SAMPLES_UNSET": "parameters.min_samples",
    "PARAM_COMBO": "estimator",
    "COLUMNS_TOO_ALIKE": "estimator",
    "NO_PREDICTION": "estimator",
    "INSIDE_NO_NUMBERS": "estimator",
    "DIVERGED": "estimator",
}
# With more rows they may go away.
OF_FEW_ROWS = frozenset({
    "MORE_COLUMNS_THAN_ROWS", "TOO_MANY_NEIGHBOURS", "TOO_MANY_COMPONENTS", "TOO_MANY_PRINCIPAL",
    "TEXT_EMPTY", "COLUMNS_CONSTANT", "COLUMNS_TOO_ALIKE", "FOLD_ONE_CLASS", "NO_PREDICTION",
    "NOTHING_FOUND", "NO_BORDER", "MEM_LIMIT", "TOO_FEW_ROWS_OF_CLASSES", "TOO_FEW_ROWS_INSIDE",
})  # fmt: skip


def field_of(error: EngineError) -> str | None:
    """Return the field of a request that an error is about; None where it is no single one."""
    if error.code == "TOO_FEW_ROWS_INSIDE":
        return "estimator" if "estimator" in error.change else "preprocessing.encode"
    return FIELDS.get(error.code)
