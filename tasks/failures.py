"""Why a worker stopped a child, in words for the person who asked for the work."""

import traceback
from typing import Any

from dashboard.filters import duration, plural, size


def unknown_failure(error: Exception) -> dict[str, Any]:
    """Say that the worker met an error that nobody foresaw."""
    last = (str(error).splitlines() or [""])[0][:300] or type(error).__name__
    return {
        "code": "UNKNOWN",
        "message": f"The job stopped for a reason we do not recognise: {last}",
        "hint": "The log has the details",
        "traceback": "".join(traceback.format_exception(error)),
    }


def memory_failure(limit_bytes: int, stage: str) -> dict[str, Any]:
    """Say that a job needed too much memory."""
    return {
        "code": "MEM_LIMIT",
        "message": f'The job needed more than {size(limit_bytes)} of memory in stage "{stage}"',
        "hint": "Try fewer columns, a sample of rows, or a simpler estimator",
    }


def time_failure(limit_s: float, folds_done: int, folds: int) -> dict[str, Any]:
    """Say that a job took too long."""
    at = f"fold {folds_done + 1} of {folds}" if folds_done < folds else "the final fit"
    return {
        "code": "TIME_LIMIT",
        "message": f"Stopped at the {duration(limit_s)} limit during {at}. "
        f"{plural(folds_done, 'fold')} finished",
        "hint": "Raise the time limit, or make the job smaller",
    }
