"""The corrected resampled t-test, against its formula written out and simulated folds."""

import numpy as np
import pytest
from scipy import stats

from tasks.engine.paired import compare_paired


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
