"""What the address of the compare page asks for: the address alone makes the view again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dashboard.db.lookup import LARGEST_ID
from dashboard.paging import read_number

SHOWN = 30  # characters of what is no number


class Query(Protocol):
    """The query of an address, or the fields of a form: a name may stand there several times."""

    def get(self, key: str, default: str, /) -> str:
        """Return the first value of a name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a name."""


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    `odd` is what stands among the ids and is none. `base` is the id of the reference. With `only`
    rows without a difference are hidden, with `by_job` each job has a row in place of a column.
    Scores are drawn against `parameter`, curves are those of `of_class`. `q` is what is looked
    for to be added.
    """

    ids: tuple[int, ...]
    odd: tuple[str, ...] = ()
    base: int | None = None
    metric: str | None = None
    only: bool = True
    by_job: bool = False
    parameter: str | None = None
    of_class: str | None = None
    q: str = ""

    @property
    def address(self) -> dict[str, Any]:
        """The query of the address; what is as by default is not in it."""
        every = {
            "jobs": ",".join(map(str, self.ids)),
            "base": str(self.base or ""),
            "metric": self.metric or "",
            "diff": "" if self.only else "0",
            "transpose": "1" if self.by_job else "",
            "parameter": self.parameter or "",
            "class": self.of_class or "",
        }
        return {name: text for name, text in every.items() if text}

    def but(self, **changes: Any) -> dict[str, Any]:
        """Return the query of the same view with something changed."""
        return replace(self, **changes).address

    def without(self, job_id: int) -> dict[str, Any]:
        """Return the query of the same view without a job."""
        return self.but(
            ids=tuple(i for i in self.ids if i != job_id),
            base=None if self.base == job_id else self.base,
        )


def read_asked(query: Query) -> Asked:
    """Read a query; ids stand as ``jobs=1,2`` in a link, as ``jobs=1&jobs=2`` in a form's."""
    parts = [part.strip() for part in ",".join(query.getlist("jobs")).split(",")]
    numbers = {part: read_number(part, 0, LARGEST_ID) for part in parts if part}
    return Asked(
        ids=tuple(dict.fromkeys(number for number in numbers.values() if number)),
        odd=tuple(part[:SHOWN] for part, number in numbers.items() if not number),
        base=read_number(query.get("base", ""), None, LARGEST_ID),
        metric=query.get("metric", "") or None,
        # A box that is not ticked is not sent: the form sends a 0 before it.
        only=(query.getlist("diff") or ["1"])[-1] != "0",
        by_job=query.get("transpose", "") == "1",
        parameter=query.get("parameter", "") or None,
        of_class=query.get("class", "") or None,
        q=query.get("q", "").strip(),
    )


def read_ids(text: str) -> list[int]:
    """Return the ids of a list such as ``12,15,9``, each once; what is no id is left out."""
    ids = [read_number(part.strip(), 0, LARGEST_ID) for part in text.split(",")]
    return list(dict.fromkeys(number for number in ids if number))


def list_notes(
    asked: Asked, missing: list[int], known: Mapping[str, str], metric: str
) -> list[str]:
    """Say what of an address is not shown, and what is shown in its place.

    Parameters
    ----------
    asked : Asked
        The address.
    missing : sequence of int
        Ids without a job.
    known : Mapping of str to str
        Titles of the metrics that some job has, by name.
    metric : str
        The one that is shown.
    """
    notes = []
    if len(missing) == 1:
        notes.append(f"Job #{missing[0]} does not exist any more.")
    elif missing:
        numbers = ", ".join(f"#{job_id}" for job_id in missing[:20])
        more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        notes.append(f"{len(missing)} of these jobs do not exist any more: {numbers}{more}.")
    if asked.odd:
        notes.append(f"Left out, as no job has such a number: {', '.join(asked.odd[:5])}.")
    if asked.metric and asked.metric not in known:
        shown = known.get(metric, metric)
        notes.append(
            f"None of these jobs has the metric {asked.metric[:SHOWN]}; {shown} is shown."
        )
    if asked.base and asked.base not in asked.ids:
        notes.append(f"Job #{asked.base} is not among these, so it cannot be the reference.")
    return notes
