"""The corrected resampled t-test, against its formula written out and simulated folds."""

import numpy as np
import pytest
from scipy import stats

from tasks.engine.scores.paired import ENOUGH_FOLDS, REACH_OF_ENOUGH, compare_paired


def test_it_is_the_formula_of_the_paper() -> None:
    differences = [0.010, -0.004, 0.021, 0.013, 0.008]
    found = compare_paired(differences, test_to_train=0.25)
    error = np.sqrt(np.var(differences, ddof=1) * (1 / 5 + 0.25))
    low, high = stats.t.interval(0.95, 4, loc=np.mean(differences), scale=error)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    t = np.mean(differences) / error
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 4), rel=1e-10)
    assert found.is_tied == (found.p_value > 0.05)


def test_it_is_tied_exactly_where_the_test_does_not_tell_them_apart() -> None:
    rng = np.random.default_rng(0)
    found = [compare_paired(list(rng.normal(0.5, 1, 5)), test_to_train=0.25) for _ in range(300)]
    assert {one.is_tied for one in found} == {True, False}
    assert all(one.is_tied == (one.p_value > 0.05) for one in found)


def test_without_the_correction_noise_is_told_as_a_lead_too_often() -> None:
    """Folds that share rows: a plain paired test errs far more often than in one of twenty."""
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(2000, 1)) * 0.5
    differences = shared + rng.normal(size=(2000, 5)) * 0.8
    corrected = [not compare_paired(list(d), test_to_train=0.25).is_tied for d in differences]
    plain = stats.ttest_1samp(differences, 0, axis=1).pvalue < 0.05
    assert np.mean(corrected) < 0.1 < np.mean(plain)


def test_equal_differences_are_a_lead_and_none_is_a_tie() -> None:
    assert not compare_paired([0.01] * 5, test_to_train=0.25).is_tied
    nothing = compare_paired([0.0] * 5, test_to_train=0.25)
    assert (nothing.is_tied, nothing.p_value) == (True, 1.0)


def test_one_fold_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="1 folds cannot be compared"):
        compare_paired([0.1], test_to_train=0.25)


def test_the_reach_of_enough_folds_is_that_of_the_test() -> None:
    differences = np.random.default_rng(2).normal(size=ENOUGH_FOLDS)
    found = compare_paired(list(differences), test_to_train=1 / (ENOUGH_FOLDS - 1))
    assert found.reach / differences.std(ddof=1) == pytest.approx(REACH_OF_ENOUGH, abs=1e-4)


@pytest.mark.parametrize("folds", [3, 4])
def test_a_lead_that_enough_folds_would_tell_is_there_on_each_of_few(folds: int) -> None:
    differences = np.random.default_rng(3).normal(2.0, 1, (20_000, folds))
    large = differences.mean(axis=1) > REACH_OF_ENOUGH * differences.std(axis=1, ddof=1)
    assert 100 < large.sum() < 20_000
    assert (differences[large] > 0).all()
