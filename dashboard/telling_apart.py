"""Names of several jobs in little room: what tells them apart comes first.

Names of a search or a grid share their beginning and most of their settings. Where there is no
room for all of a name, what the others have, too, is what goes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from flask import Flask

from dashboard.breaking import cut_middle
from dashboard.db import Job

NAME_SHOWN = 48  # letters of a job's name in a list
BETWEEN, ELLIPSIS, STEM = ", ", "\N{HORIZONTAL ELLIPSIS}", ": "


def init_app(app: Flask) -> None:
    """Register the filter."""
    app.add_template_filter(names_of)


def tell_apart(names: Sequence[str], most: int) -> list[str]:
    """Return each name in so many letters, with what differs among them first.

    Parameters
    ----------
    names : sequence of str
        Those that are shown together, such as ``telco: ridge, alpha 1, solver svd``.
    most : int
        How many letters each may have. A name of no more stays as it is.

    Returns
    -------
    list of str
        In the same order. A long name that differs from the others in its settings has those of
        them first that differ; one of its own kind keeps its beginning and end.
    """
    split = [list(_parts(name)) for name in names]
    alike: dict[str, list[set[str]]] = defaultdict(list)
    for head, *settings in split:
        alike[head].append(set(settings))
    shared = {head: set.intersection(*every) for head, every in alike.items()}
    stems = {head.partition(STEM)[0] for head in alike if STEM in head}
    is_one_stem = len(stems) == 1 and all(STEM in head for head in alike)
    shown = []
    for name, (head, *settings) in zip(names, split, strict=True):
        own = [part for part in settings if part not in shared[head]]
        if len(name) <= most or len(names) == 1:
            shown.append(cut_middle(name, most))
            continue
        first = head.partition(STEM)[2] if is_one_stem else head
        lead = [] if len(alike) == 1 and own else [first]
        if len(alike[head]) == 1:
            shown.append(cut_middle(BETWEEN.join([first, *settings]), most))
        else:
            rest = [part for part in settings if part in shared[head]]
            shown.append(_fit(lead, own, [*([] if lead else [first]), *rest], most))
    return shown


def names_of(jobs: Iterable[Job], most: int = NAME_SHOWN) -> dict[int, str]:
    """Return what of each job's name there is room for, by job, where they are shown together."""
    shown = list(jobs)
    return dict(
        zip(
            (job.id for job in shown),
            tell_apart([job.name for job in shown], most),
            strict=True,
        )
    )


def _parts(name: str) -> Iterator[str]:
    """Yield the parts of a name with commas between; a comma in brackets is none between parts."""
    depth, start = 0, 0
    for place, sign in enumerate(name):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and name.startswith(BETWEEN, place):
            yield name[start:place]
            start = place + len(BETWEEN)
    yield name[start:]


def _fit(lead: Sequence[str], own: Sequence[str], rest: Sequence[str], most: int) -> str:
    """Return what fits: the lead gives way to what is its own, and the rest goes before both."""
    told = BETWEEN.join(own)
    room = most - len(told) - len(BETWEEN)
    lead = [cut_middle(part, max(room, most // 3)) for part in lead]
    text = BETWEEN.join([*lead, *own])
    if len(text) > most:
        return text[: most - 1].rstrip(" ,") + ELLIPSIS
    for part in rest:
        longer = f"{text}{BETWEEN}{part}"
        if len(longer) + len(ELLIPSIS) > most:
            return text + ELLIPSIS if len(text) < most else text
        text = longer
    return text
