"""Which out-of-fold rows an address asks for; what has no meaning is left out and told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.db import Job
from dashboard.filters import number, url_with
from dashboard.paging import read_number
from tasks.engine.rows.scored import TENTHS, ScoredQuery
from tasks.engine.spec import Validation

ORDERS = {"error": "worst", "-error": "best", "line": "row"}
ASKED = ("predicted", "actual", "wrong", "fold", "tenth", "least", "sort")


@dataclass
class Asked:
    """What an address asks for.

    Parameters
    ----------
    wanted : ScoredQuery
        What can be asked.
    sort : str
        The order by its name in the address.
    chips : list of (str, str)
        Each filter in words, and the address without it.
    notes : list of str
        What was left out, and why.
    """

    wanted: ScoredQuery = field(default_factory=ScoredQuery)
    sort: str = "error"
    chips: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_asked(job: Job, classes: Sequence[str], args: Mapping[str, str]) -> Asked:
    """Read filters and order from an address.

    Parameters
    ----------
    job : Job
        The job.
    classes : sequence of str
        Its classes; none where it predicts numbers.
    args : Mapping of str to str
        The query, with some of `ASKED`.
    """
    asked = Asked()
    given = {name: args[name] for name in args if args[name].strip()}
    sort = given.get("sort", "error")
    if sort in ORDERS:
        asked.sort = sort
    else:
        asked.notes.append(f'There is no order "{sort[:40]}"; the largest error comes first')
    predicted, actual, wrong = _read_classes(asked, classes, given)
    asked.wanted = ScoredQuery(
        predicted=predicted,
        actual=actual,
        wrong=wrong,
        fold=_read_whole(asked, "fold", given.get("fold"), Validation(**job.validation).n_splits),
        tenth=_read_tenth(asked, job, given.get("tenth")),
        least_error=_read_least(asked, given.get("least"), job),
        order=ORDERS[asked.sort],
    )
    return asked


def _read_classes(
    asked: Asked, classes: Sequence[str], given: Mapping[str, str]
) -> tuple[str | None, str | None, bool]:
    found: dict[str, str | None] = {"predicted": None, "actual": None}
    for name in found:
        text = given.get(name)
        if text is None:
            continue
        if text in classes:
            found[name] = text
            asked.chips.append((f"{name} {text}", url_with(**{name: None})))
        elif classes:
            asked.notes.append(f'No class is called "{text[:60]}", so it was left out')
        else:
            asked.notes.append(f'"{name}" was left out: this job predicts numbers, not classes')
    wrong = bool(classes) and given.get("wrong") == "1"
    if wrong:
        asked.chips.append(("wrong rows", url_with(wrong=None)))
    return found["predicted"], found["actual"], wrong


def _read_whole(asked: Asked, name: str, text: str | None, highest: int) -> int | None:
    found = read_number(text, None, highest)
    if found is not None:
        asked.chips.append((f"{name} {found}", url_with(**{name: None})))
    elif text is not None:
        asked.notes.append(f'{name.capitalize()} "{text[:40]}" is none of 1 to {highest}')
    return found


def _read_tenth(asked: Asked, job: Job, text: str | None) -> int | None:
    if job.task == "classification" and text is not None:
        asked.notes.append('"tenth" was left out: it is of predicted numbers')
        return None
    return _read_whole(asked, "tenth", text, TENTHS)


def _read_least(asked: Asked, text: str | None, job: Job) -> float | None:
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if math.isnan(found) or found < 0:
        asked.notes.append(f'An error is a number from 0 on; "{text[:40]}" is none')
        return None
    words = "off by" if job.task == "regression" else "error"
    asked.chips.append((f"{words} {number(found)} or more", url_with(least=None)))
    return found
