"""The lines of an upload that do not fit, about which the check page asks what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.check.first_rows import Shown
from dashboard.datasets.check.rejects import Reject, first_unfit
from dashboard.db import Dataset
from dashboard.filters import plural

TITLES = {
    ("CSV_RAGGED",): "Lines with too few or too many cells",
    ("CSV_QUOTES",): "Lines with broken quotes",
}
BOTH = "Lines with too few or too many cells, or broken quotes"
NO_JSON = "Lines that cannot be read"
IN_JSON = {"JSON_LINE", "CSV_ENCODING", "CELL_UNFIT"}


@dataclass(frozen=True)
class BadLines:
    """What the page says of them.

    Parameters
    ----------
    title : str
        What kind of lines they are.
    messages : sequence of str
        What was found, one sentence for each kind.
    count : int or None
        How many there are; None where the reading ended at the first.
    is_json : bool
        Whether there is nothing in them that could be filled up.
    shown : sequence of Reject
        The first of them, as they stand in the file.
    """

    title: str
    messages: Sequence[str]
    count: int | None
    is_json: bool
    shown: Sequence[Reject]

    @property
    def note(self) -> str | None:
        """How many there are, in words."""
        return plural(self.count, "line") if self.count else None


def find_bad_lines(upload: Dataset) -> BadLines | None:
    """Return what there is to say of an upload's lines that do not fit; None without such."""
    found = [problem for problem in upload.problems if is_about_lines(upload, problem)]
    if not found:
        return None
    codes = tuple(sorted({p["code"] for p in found}))
    counts = [p["count"] for p in found if p["count"]]
    is_json = _is_json(upload) or "JSON_LINE" in codes
    return BadLines(
        title=NO_JSON if is_json else TITLES.get(codes, BOTH),
        messages=[p["message"] for p in found],
        count=sum(counts) if counts else None,
        is_json=is_json,
        shown=first_unfit(upload),
    )


def is_about_lines(upload: Shown, problem: Mapping[str, Any]) -> bool:
    """Tell whether a problem goes away when lines are left out."""
    code = problem["code"]
    if _is_json(upload):
        return code in IN_JSON
    # Without a count the quotes ended the reading, and no choice about lines helps.
    return code in {"CSV_RAGGED", "JSON_LINE"} or (code == "CSV_QUOTES" and bool(problem["count"]))


def _is_json(upload: Shown) -> bool:
    return bool((upload.dialect or {}).get("format") == "jsonl")
