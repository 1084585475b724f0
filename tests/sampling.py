"""What of many alike tests `make test` runs; the rest is `long` and left to `make test-all`.

``@pytest.mark.sampled(2)`` keeps two cases of a test, as far from each other as they are listed:
so each case is a way through the same code, and none is the only one that finds a fault.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import settings


def mark_long(items: list[pytest.Item]) -> None:
    """Mark what of the given tests is left to `make test-all`."""
    for cases in _by_test(items).values():
        first = cases[0].get_closest_marker("sampled")
        if first is not None:
            kept = chosen(len(cases), first.args[0], zlib.crc32(cases[0].nodeid.encode()))
            _mark(case for n, case in enumerate(cases) if n not in kept)
    _mark(item for item in items if _is_told_by_sqlite(item))


def chosen(total: int, kept: int, turn: int = 0) -> set[int]:
    """Return which of so many cases are kept, evenly spread; which begins is a matter of turns.

    Parameters
    ----------
    total : int
        Number of cases.
    kept : int
        Number of those to keep, at least 1.
    turn : int, default 0
        Any number; it moves the first one, so that tests with the same cases keep others of them.
    """
    step = total / kept
    return set(range(total)) if step <= 1 else {int(turn % step + n * step) for n in range(kept)}


def examples(whole: int) -> int:
    """Return how many examples of a property are tried: a third where they are the same each time.

    Parameters
    ----------
    whole : int
        How many `make test-all` tries, which draws new ones each time.
    """
    is_steady = settings.get_current_profile_name() == "steady"
    return max(25, whole // 3) if is_steady else whole


def _by_test(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    found = defaultdict(list)
    for item in items:
        if item.get_closest_marker("long") is None:
            found[item.nodeid.partition("[")[0]].append(item)
    return found


def _is_told_by_sqlite(item: pytest.Item) -> bool:
    """Tell whether a page or service asks PostgreSQL what it asks SQLite in the same test.

    SQLite is what an installation has unless it is told otherwise, and is faster to test. Both are
    asked where who waits for whom counts, or where a statement is written or planned for each.
    """
    case = getattr(item, "callspec", None)
    return (
        case is not None
        and case.params.get("any_app") == "postgres"
        and "tests/dashboard/" in item.nodeid
        and not any(item.get_closest_marker(name) for name in ("locks", "both_databases"))
    )


def _mark(items: Iterable[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.long)
