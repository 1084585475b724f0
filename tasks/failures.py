"""Why work ended without a result, in words for the person who asked for it.

The limits are found by the worker that stops a child, everything else by the child itself. What
fitting raises is explained by `tasks.engine.failures.known`.
"""

import errno
import hashlib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard.errors import DomainError, NotFound, Unavailable
from dashboard.filters import duration, plural, size
from dashboard.storage import Storage, StorageFull
from tasks.engine.errors import EngineError
from tasks.engine.estimators.lighter import find_lighter

FULL = {errno.ENOSPC, errno.EDQUOT}
MAKE_ROOM = "When there is room, run it again. Folds that are finished are kept"
TRY_LESS = "Try fewer columns, a sample of rows, or a simpler estimator"


def memory_failure(limit_bytes: int, stage: str, estimator: str | None = None) -> dict[str, Any]:
    """Say that a job needed too much memory.

    Parameters
    ----------
    limit_bytes : int
        The job's limit.
    stage : str
        Where it was.
    estimator : str, optional
        What it fitted; the hint names a lighter one, where there is one.
    """
    hint = TRY_LESS
    lighter = find_lighter(estimator) if estimator else None
    if estimator:
        hint = f"Try fewer columns, a sample of rows, or {lighter.title}" if lighter else (
            "Try fewer columns or a sample of rows"
        )  # fmt: skip
    return {
        "code": "MEM_LIMIT",
        "message": f'The job needed more than {size(limit_bytes)} of memory in stage "{stage}"',
        "hint": hint,
        "change": {"estimator": lighter.id, "parameters": None} if lighter else {},
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


def explain(error: Exception) -> dict[str, Any]:
    """Return why a child's work failed: code, message, hint and, where it helps, a traceback."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, EngineError):
        failure = error.as_dict()
        return failure | {"traceback": trace} if error.__cause__ else failure
    code, message, hint = _words(error)
    return {"code": code, "message": message, "hint": hint, "traceback": trace}


def _words(error: Exception) -> tuple[str, str, str]:
    if isinstance(error, StorageFull):
        return error.code, error.message, MAKE_ROOM
    if isinstance(error, OSError) and error.errno in FULL:
        where = f" ({error.filename})" if error.filename else ""
        return "DISK_FULL", f"The disk of the worker is full{where}", MAKE_ROOM
    if isinstance(error, Unavailable):
        return "STORAGE_AWAY", error.message, "Run it again when the storage answers"
    if isinstance(error, DomainError):
        return error.code, error.message, ""
    if isinstance(error, MemoryError):
        return "MEM_LIMIT", "There was not enough memory on the worker", TRY_LESS
    last = (str(error).splitlines() or [""])[0][:300] or type(error).__name__
    message = f"The job stopped for a reason we do not recognise: {last}"
    return "UNKNOWN", message, "The log has the details"


@contextmanager
def reading(
    storage: Storage, key: str, what: str, hint: str, sha256: str | None = None
) -> Iterator[Path]:
    """Give a stored file for a block; what is wrong with the file is said in its own words.

    Parameters
    ----------
    storage, key
        Where the file lies.
    what : str
        What the person knows it as, such as ``The table of customers.csv``.
    hint : str
        What to do when it is gone.
    sha256 : str, optional
        What its bytes were when they were stored; for files that look whole when they are not,
        such as half a zip with another zip in it.

    Raises
    ------
    EngineError
        ``FILE_MISSING`` when it is gone, ``FILE_DAMAGED`` when `parsing` found it so.
    """
    try:
        with storage.local_copy(key) as path:
            if sha256:
                _check_bytes(path, sha256)
            yield path
    except NotFound:
        raise EngineError("FILE_MISSING", f"{what} is missing from the storage", hint) from None
    except Damaged as problem:
        raise EngineError("FILE_DAMAGED", f"{what} is damaged: {problem}", hint) from problem


def _check_bytes(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise Damaged("its bytes are not those that were stored")


class Damaged(Exception):
    """A file of ours cannot be read."""


@contextmanager
def parsing() -> Iterator[None]:
    """Take whatever a block raises as a sign that the file it reads is damaged.

    For our own files only: they were whole when they were written. A lack of memory or room is
    no such sign.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        first = (str(error).splitlines() or [""])[0][:200] or type(error).__name__
        raise Damaged(first) from error
