"""What a person is warned of during training: each thing once."""

import json
from collections.abc import Mapping
from typing import Any

from tasks.engine.progress import Reporter


def as_warning(code: str, message: str, change: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a warning as a job keeps it; without `change` where nothing removes its cause."""
    return {"code": code, "message": message, **({"change": dict(change)} if change else {})}


class Warnings:
    """Collects warnings and tells them on.

    Parameters
    ----------
    reporter : Reporter
        Who is told of each.
    """

    def __init__(self, reporter: Reporter) -> None:
        self.reporter, self.found = reporter, list[dict[str, Any]]()
        self._known: set[tuple[str, str]] = set()

    def add(self, code: str, message: str, change: Mapping[str, Any] | None = None) -> None:
        """Warn, unless of the same thing before.

        Parameters
        ----------
        code : str
            A stable word for programs; the same code with the same change is the same thing.
        message : str
            For people.
        change : Mapping, optional
            The fields of a request that remove the cause, as in the API.
        """
        key = (code, json.dumps(change or {}, sort_keys=True))
        if key in self._known:
            return
        self._known.add(key)
        self.found.append(
            {"code": code, "message": message, **({"change": change} if change else {})}
        )
        self.reporter.warn(code, message, change)
        self.reporter.log(f"warning: {message}", "warning")
