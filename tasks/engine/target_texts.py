"""The texts among a target's numbers, in words. Imports nothing heavy: pages say them, too."""

from collections.abc import Sequence

NAMED, SHOWN = 5, 40


def say_texts(texts: Sequence[tuple[str, int]], rows: int | None = None) -> str:
    """Say which texts there are, and in how many rows each.

    Parameters
    ----------
    texts : sequence of (str, int)
        The most frequent ones, each with the number of its rows.
    rows : int, optional
        How many rows have any; by default those of `texts`.

    Examples
    --------
    >>> say_texts([("k.A.", 3), ("n/a?", 1)])
    '"k.A." in 3, "n/a?" in 1'
    >>> say_texts([("k.A.", 3)], 10)
    '"k.A." in 3, others in 7'
    """
    named = [f'"{text[:SHOWN]}" in {n:,}' for text, n in texts[:NAMED]]
    rest = (sum(n for _, n in texts) if rows is None else rows) - sum(n for _, n in texts[:NAMED])
    return ", ".join([*named, *([f"others in {rest:,}"] if rest else [])])
