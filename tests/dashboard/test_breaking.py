"""Long names: where they may break, and what of them stays where there is no room for all."""

import pytest

from dashboard.breaking import cut_middle
from dashboard.compare.drawing import LETTERS
from dashboard.compare.varying import WORD


@pytest.mark.parametrize("most", [WORD, LETTERS, 48])
def test_names_that_share_a_beginning_differ_where_they_are_cut(most: int) -> None:
    names = [f"{'churn of the year ' * 9}learning_rate 0.0{n}" for n in range(5)]
    short = [cut_middle(name, most) for name in names]
    assert len(set(short)) == len(names)
    assert all(len(text) <= most for text in short)
    assert all(text.startswith("churn") and text.endswith(f"0.0{n}")
               for n, text in enumerate(short))  # fmt: skip


@pytest.mark.parametrize("name", ["", "x", "x" * 48])
def test_a_name_that_fits_is_whole(name: str) -> None:
    assert cut_middle(name) == name
