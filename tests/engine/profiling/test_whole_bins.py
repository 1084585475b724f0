"""Bins of whole numbers hold as many of them each, however the column was added up."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from tasks.engine.profile.many_tallies import tally_many
from tasks.engine.profile.number_tally import BINS, SMALL_BINS, NumberTally
from tasks.engine.profile.profiling import ProfileResult
from tasks.engine.profile.whole_bins import bin_width

ProfileCells = Callable[..., ProfileResult]


def added_alone(values: list[int]) -> NumberTally:
    tally = NumberTally(100)
    tally.add(np.array(values, float), np.full(len(values), 50.0))
    return tally


def added_at_once(values: list[int]) -> NumberTally:
    return tally_many(np.array([values], float), np.full((1, len(values)), 50.0), 100)[0]


@pytest.mark.parametrize("bins", [BINS, SMALL_BINS])
@pytest.mark.parametrize("last", [1, 5, 10, 13, 16, 30, 45, 59, 96, 100, 199])
def test_as_many_of_each_number_make_equal_bars(last: int, bins: int) -> None:
    values = np.arange(last + 1)
    tally = NumberTally(10_000)
    tally.add(np.repeat(values, 100).astype(float))
    chart = tally.histogram(bins)
    *full, rest = chart["counts"]
    assert len({*full}) <= 1
    assert 0 < rest <= max(full)
    assert min(bins, last + 1) / 2 - 1 <= len(chart["counts"]) <= bins
    assert sum(chart["counts"]) == 100 * (last + 1)
    expected = np.histogram(np.repeat(values, 100), chart["edges"])[0]
    assert chart["counts"] == expected.tolist()


def test_0_to_13_in_ten_bins_has_no_spike(profile_cells: ProfileCells) -> None:
    details = json.loads(profile_cells([str(n % 14) for n in range(1400)]).details[0])
    assert details["small"]["counts"] == [200] * 7
    assert details["small"]["edges"] == [n - 0.5 for n in range(0, 15, 2)]
    assert details["histogram"]["counts"] == [100] * 14


def test_the_last_bin_lacks_as_few_as_can_be() -> None:
    assert bin_width(14, 10) == 2
    assert bin_width(97, 30) == 7  # 14 bins, the last one of 6
    assert bin_width(1, 10) == 1


def test_numbers_far_apart_have_bins_of_equal_width() -> None:
    tally = NumberTally(10)
    tally.add(np.array([0.0, 500.0, 1000.0]))
    chart = tally.histogram(SMALL_BINS)
    assert "whole" not in chart
    assert chart["edges"][-1] == 1000


@pytest.mark.parametrize("ends", [(2.0**60, 2.0**60 + 4096), (0.5, 7.5), (-1e308, 1e308)])
def test_other_numbers_are_as_before(ends: tuple[float, float]) -> None:
    tally = NumberTally(10)
    tally.add(np.array(ends))
    assert "whole" not in tally.histogram(SMALL_BINS)


def test_days_have_bins_of_whole_days(profile_cells: ProfileCells) -> None:
    days = [f"2026-01-{1 + n % 14:02}" for n in range(1400)] + ["9999-12-31"]
    details = json.loads(profile_cells(days[:-1]).details[0])
    assert details["small"]["counts"] == [200] * 7
    assert details["small"]["edges"] == [f"2026-01-{day:02}" for day in range(1, 16, 2)]
    last = json.loads(profile_cells(["9999-12-30", "9999-12-31"] * 3).details[0])
    assert last["histogram"]["counts"] == [3, 3]


def test_columns_added_up_at_once_have_the_same_bins() -> None:
    values = np.array([np.arange(31.0), np.arange(31.0) * 2, np.arange(31.0) / 2])
    counts = np.full(values.shape, 10.0)
    many = tally_many(values, counts, 310)
    for tally, row in zip(many, values, strict=True):
        alone = NumberTally(310)
        alone.add(row, counts[0])
        for bins in (BINS, SMALL_BINS):
            assert bins in tally.known or row[1] < 1
            assert tally.histogram(bins) == alone.histogram(bins)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2, 4], [50, 0, 50]),
        ([0, 10], [50, *[0] * 9, 50]),
        ([1, 3, 5], [50, 0, 50, 0, 50]),
        ([0, 5, 10, 20], [50, *[0] * 4, 50, *[0] * 4, 50, *[0] * 9, 50]),
        ([-7, -5, 0], [50, 0, 50, 0, 0, 0, 0, 50]),
        ([2**50, 2**50 + 2], [50, 0, 50]),
        ([-(2**50), 2 - 2**50], [50, 0, 50]),
        ([5], [50]),
    ],
)
@pytest.mark.parametrize("add", [added_alone, added_at_once])
def test_few_different_numbers_have_a_bar_each(
    values: list[int], expected: list[int], add: Callable[[list[int]], NumberTally]
) -> None:
    """Two classes with numbers as names are no column with one value."""
    tally = add(values)
    assert tally.histogram(BINS)["counts"] == expected
    small = [n for n in tally.histogram(SMALL_BINS)["counts"] if n]
    assert small == [50] * len(values)


@pytest.mark.parametrize("ends", [[0, 10**6], [-(2**60), 2**60]])
@pytest.mark.parametrize("add", [added_alone, added_at_once])
def test_two_numbers_far_apart_have_two_bars(
    ends: list[int], add: Callable[[list[int]], NumberTally]
) -> None:
    for bins in (BINS, SMALL_BINS):
        assert add(ends).histogram(bins) == {"edges": [ends[0], sum(ends) / 2, ends[1]],
                                             "counts": [50, 50]}  # fmt: skip


def test_classes_with_numbers_as_names_are_two_bars_on_the_page(
    profile_cells: ProfileCells,
) -> None:
    details = json.loads(profile_cells(["2", "4"] * 50).details[0])
    assert details["small"]["counts"] == details["histogram"]["counts"] == [50, 0, 50]


def test_numbers_of_which_a_sample_is_whole_are_not_called_whole() -> None:
    values = np.arange(400_000.0) % 40
    values[1::4] += 0.5
    tally = NumberTally(len(values))
    for piece in np.split(values, 4):
        tally.add(piece)
    assert tally.step == 4
    assert "whole" not in tally.histogram(BINS)
