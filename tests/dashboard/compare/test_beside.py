"""Names beside points: none covers another one, nor a point."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from dashboard.compare.beside import (
    HEIGHT_PX,
    LETTER_PX,
    LINE_PX,
    WIDTH_PX,
    name_sides,
)

PLACES = st.floats(0, 1)
SPAN = (0.0, 1.0)


def test_points_with_room_are_named_above_and_neighbours_below_or_beside() -> None:
    apart = [(0.5, 0.2, "a"), (0.5, 0.8, "b")]
    assert name_sides(apart, SPAN, SPAN) == ["top center"] * 2
    close = [(0.5, 0.5, "a job"), (0.5, 0.56, "another")]
    assert name_sides(close, SPAN, SPAN) == ["bottom center", "top center"]
    at_the_edge = [(0.0, 0.5, "name")]
    assert name_sides(at_the_edge, SPAN, SPAN) == ["middle right"]


def test_of_many_at_one_place_the_best_ones_are_named() -> None:
    sides = name_sides([(0.5, 0.5, "a long name")] * 9, SPAN, SPAN)
    assert sides[:4] == ["top center", "bottom center", "middle right", "middle left"]
    assert sides[4:] == [None] * 5


@given(st.lists(st.tuples(PLACES, PLACES, st.text("ab", min_size=1, max_size=20)), max_size=12))
def test_no_name_covers_another(points: list[tuple[float, float, str]]) -> None:
    middles = []
    for (x, y, name), side in zip(points, name_sides(points, SPAN, SPAN), strict=True):
        if side is None:
            continue
        width, (up, across) = len(name) * LETTER_PX, side.split()
        right = {"left": -1, "center": 0, "right": 1}[across] * (width / 2 + 8)
        down = {"top": -1, "middle": 0, "bottom": 1}[up] * (LINE_PX / 2 + 8)
        middles.append((x * WIDTH_PX + right, (1 - y) * HEIGHT_PX + down, width))
    for (a, b, wide), (c, d, broad) in itertools.combinations(middles, 2):
        assert abs(a - c) > (wide + broad) / 2 - 1e-6 or abs(b - d) > LINE_PX - 1e-6
