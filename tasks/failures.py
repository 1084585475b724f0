"""Why a worker stopped a child, in words for the person who asked for the work."""

from typing import Any


def show_bytes(size: int) -> str:
    """Return a size in SI units: 955 KB, 2.5 MB."""
    value = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{size} bytes"


def show_seconds(seconds: float) -> str:
    """Return a duration: 41 s, 30 min, 2 h."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def memory_failure(limit_bytes: int, stage: str) -> dict[str, Any]:
    """Say that a job needed too much memory."""
    return {
        "code": "MEM_LIMIT",
        "message": f"The job needed more than {show_bytes(limit_bytes)} of memory "
        f'in stage "{stage}"',
        "hint": "Try fewer columns, a sample of rows, or a simpler estimator",
    }


def time_failure(limit_s: float, folds_done: int, folds: int) -> dict[str, Any]:
    """Say that a job took too long."""
    at = f"fold {folds_done + 1} of {folds}" if folds_done < folds else "the final fit"
    return {
        "code": "TIME_LIMIT",
        "message": f"Stopped at the {show_seconds(limit_s)} limit during {at}. "
        f"{folds_done} folds finished",
        "hint": "Raise the time limit, or make the job smaller",
    }
