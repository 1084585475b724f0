"""A dataset's columns as its page shows them."""

import pytest

from dashboard.datasets.columns import ColumnView


@pytest.mark.parametrize(("count", "shown"), [(1, "<0.1%"), (509, "51%"), (1000, "100%")])
def test_share_of_the_most_common_value_is_shown_like_other_shares(count: int, shown: str) -> None:
    rows = 10_000 if count == 1 else 1000
    profile = {"kind": "text", "count": rows, "top": [{"value": "long text", "count": count}]}
    assert ColumnView(profile, 0, None, None).most_common == ("long text", shown)
