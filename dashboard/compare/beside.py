"""Where the names of points stand in a figure, so that none covers another one or a point."""

from collections.abc import Iterator, Sequence

# Of the smallest figure beside another one: what is drawn on a wider one has more room.
WIDTH_PX, HEIGHT_PX = 480, 210
LETTER_PX, LINE_PX, MARK_PX = 6.5, 15, 12
SIDES = ("top center", "bottom center", "middle right", "middle left")
Box = tuple[float, float, float, float]  # left, right, top, bottom
Span = tuple[float, float]


def name_sides(points: Sequence[tuple[float, float, str]], x: Span, y: Span) -> list[str | None]:
    """Return the side of each point on which its name has room, in the words of Plotly.

    Parameters
    ----------
    points : sequence of (float, float, str)
        Where they are on the axes, and their names, the most important first.
    x, y : (float, float)
        The ends of the axes.

    Returns
    -------
    list of str or None
        None where a name would cover a point or another name on each side.
    """
    at = [(WIDTH_PX * _share(a, x), HEIGHT_PX * (1 - _share(b, y))) for a, b, _ in points]
    half = MARK_PX / 2
    taken = [(left - half, left + half, top - half, top + half) for left, top in at]
    sides: list[str | None] = []
    for (left, top), (_, _, name) in zip(at, points, strict=True):
        free = (one for one in _boxes(left, top, len(name) * LETTER_PX) if _is_free(one[1], taken))
        side, box = next(free, (None, None))
        sides.append(side)
        taken += [box] if box else []
    return sides


def _share(value: float, span: Span) -> float:
    return (value - span[0]) / (span[1] - span[0] or 1)


def _boxes(left: float, top: float, width: float) -> Iterator[tuple[str, Box]]:
    """Yield what a name covers on each side of a point."""
    away = MARK_PX / 2 + 2
    middle = (top - LINE_PX / 2, top + LINE_PX / 2)
    across = (left - width / 2, left + width / 2)
    yield SIDES[0], (*across, top - away - LINE_PX, top - away)
    yield SIDES[1], (*across, top + away, top + away + LINE_PX)
    yield SIDES[2], (left + away, left + away + width, *middle)
    yield SIDES[3], (left - away - width, left - away, *middle)


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    left, right, top, bottom = box
    if left < 0 or right > WIDTH_PX:
        return False
    return not any(a < right and left < b and c < bottom and top < d for a, b, c, d in taken)
