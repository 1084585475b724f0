"""Names of several things in little room: what tells them apart comes first.

Names of a search or a grid share their beginning and most of their settings. Where there is no
room for all of a name, what the others have, too, is what goes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dashboard.breaking import cut_middle

BETWEEN, ELLIPSIS, STEM = ", ", "\N{HORIZONTAL ELLIPSIS}", ": "
SHORTEST, LEAST_LEAD = 3, 12  # letters of a setting's name, and of an estimator's


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
        In the same order. A long name that differs from others in its settings has those of them
        that differ, and what else there is room for; one of its own kind keeps both its ends.
        Where all begin alike and one is too long, all are told in the same way.
    """
    split = [list(_parts(name)) for name in names]
    alike: dict[str, list[set[str]]] = defaultdict(list)
    for head, *settings in split:
        alike[head].append(set(settings))
    shared = {head: set.intersection(*every) for head, every in alike.items()}
    is_one_stem = len({head.partition(STEM)[0] for head in alike}) == 1
    is_one_kind = len(alike) == 1 and any(len(name) > most for name in names)
    owns = [[part for part in settings if part not in shared[head]] for head, *settings in split]
    longest = max((len(_join("", own)) for own in owns), default=0)
    shown = []
    for name, own, (head, *settings) in zip(names, owns, split, strict=True):
        first = head.partition(STEM)[2] or head if is_one_stem and len(names) > 1 else head
        if not own or (len(name) <= most and not is_one_kind):
            shown.append(name if len(name) <= most else cut_middle(_join(first, settings), most))
        elif len(alike[head]) == 1:
            shown.append(cut_middle(_join(first, settings), most))
        else:
            lead = "" if is_one_kind else first
            rest = [part for part in settings if part in shared[head]]
            spare = longest - len(_join("", own)) if is_one_kind else 0
            shown.append(_fit(lead, own, rest if lead else [first, *rest], most, spare))
    return shown


def _parts(name: str) -> Iterator[str]:
    """Yield the parts of a name with commas between; a comma in brackets is none between parts."""
    depth, start = 0, 0
    for place, sign in enumerate(name):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and name.startswith(BETWEEN, place):
            yield name[start:place]
            start = place + len(BETWEEN)
    yield name[start:]


def _join(lead: str, parts: Sequence[str]) -> str:
    return BETWEEN.join([lead, *parts] if lead else parts)


def _fit(lead: str, own: Sequence[str], rest: Sequence[str], most: int, spare: int) -> str:
    """Return all that is its own, by shorter names, with as much else as there is room for.

    So many letters are spared that another name needs for what is its own.
    """
    leads = list(dict.fromkeys([lead, lead.partition(STEM)[2] or lead]))
    text = next((t for t in (_join(one, own) for one in leads) if len(t) <= most), None)
    if text is None:
        begun = cut_middle(leads[-1], LEAST_LEAD)
        return _join(begun, _abbreviate(own, most - len(_join(begun, [""])) if begun else most))
    for part in rest:
        longer = f"{text}{BETWEEN}{part}"
        if len(longer) + len(ELLIPSIS) + spare > most:
            return text + ELLIPSIS if len(text) < most else text
        text = longer
    return text


def _abbreviate(settings: Sequence[str], room: int) -> list[str]:
    """Return settings with names as short as they must be; without any where that is too long."""
    split = [part.partition(" ") for part in settings]
    for letters in range(max(len(name) for name, _, _ in split), SHORTEST - 1, -1):
        parts = [f"{cut_middle(name, letters)} {value}".lstrip() for name, _, value in split]
        if len(BETWEEN.join(parts)) <= room:
            return parts
    return [cut_middle(BETWEEN.join(value or name for name, _, value in split), room)]
