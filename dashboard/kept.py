"""What takes a while to read and many open pages ask for, kept for a moment by each process."""

import time
from collections.abc import Hashable
from typing import Any

from flask import current_app

MOST = 100  # of a kind; all are forgotten where more are asked for


def find_kept(kind: str, key: Hashable = None) -> Any:
    """Return what is kept of a kind under a key; None where nothing is, or its time is over."""
    until, value = _all_of(kind).get(key, (0.0, None))
    return value if time.monotonic() < until else None


def keep(value: Any, seconds: float, kind: str, key: Hashable = None) -> None:
    """Keep a value for so many seconds, where `find_kept` finds it.

    Parameters
    ----------
    value : object
        What was read; not None. It is handed out as it is, so nobody changes it.
    seconds : float
        How long.
    kind : str
        What it is, such as ``job_counts``.
    key : hashable, optional
        Which one of its kind.
    """
    kept = _all_of(kind)
    if len(kept) >= MOST:
        kept.clear()
    kept[key] = (time.monotonic() + seconds, value)


def _all_of(kind: str) -> dict[Hashable, tuple[float, Any]]:
    kinds: dict[str, dict[Hashable, tuple[float, Any]]]
    kinds = current_app.extensions.setdefault("kept", {})
    return kinds.setdefault(kind, {})
