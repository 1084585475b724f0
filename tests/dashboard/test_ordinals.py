"""Places in words."""

import pytest

from dashboard.ordinals import ordinal


@pytest.mark.parametrize(
    ("place", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (111, "111th"), (1002, "1,002nd")],
)  # fmt: skip
def test_a_place_has_its_ending(place: int, words: str) -> None:
    assert ordinal(place) == words
