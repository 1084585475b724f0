"""Would more data help? The parts that are learned from, the gain, and the time that it takes."""

import numpy as np
import pytest

from tasks.engine.explain.explaining import folds_of
from tasks.engine.explain.fold_models import Folds
from tasks.engine.explain.learning_curve import SHARES, learn_by_size, rows_of
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.test_explaining import unfitted


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory) -> Folds:
    spec, columns = make_spec(
        tmp_path_factory.mktemp("curve"), "y_class", "classification", "GaussianNB", mixed_csv(300)
    )
    return folds_of(spec, columns, unfitted(spec, columns))


def test_larger_parts_hold_the_smaller_ones_with_the_classes_shares(folds: Folds) -> None:
    whole = folds.data.splits[0][0]
    former: set[int] = set()
    for share in (*SHARES, 1.0):
        rows = rows_of(folds, 1, share)
        assert len(rows) == round(share * len(whole))
        assert former <= set(rows.tolist()) <= set(whole.tolist())
        former = set(rows.tolist())
        high = np.mean(folds.data.y[rows] == "high")
        assert high == pytest.approx(np.mean(folds.data.y[whole] == "high"), abs=0.05)


def test_no_fit_is_begun_that_would_end_too_late(folds: Folds) -> None:
    known = {1: 0.9, 2: 0.8, 3: 0.85}
    curve = learn_by_size(folds, known, lambda *_: None, fit_s=1000, limit_s=200)
    assert not curve["whole"]
    assert [p["share"] for p in curve["points"]] == [0.1, 1.0]
    assert curve["points"][-1]["mean"] == pytest.approx(0.85)
    assert curve["gain"] is None


def test_a_fold_that_has_no_score_is_left_out(folds: Folds) -> None:
    curve = learn_by_size(folds, {1: 0.9, 2: None, 3: 0.8}, lambda *_: None, fit_s=0.1, limit_s=60)
    assert {p["folds"] for p in curve["points"]} == {2}
    assert curve["gain"]["folds"] == 2


def test_two_that_ask_at_once_get_the_same(folds: Folds) -> None:
    known = {1: 0.9, 2: 0.8, 3: 0.85}
    first, second = (
        learn_by_size(folds, known, lambda *_: None, fit_s=0.1, limit_s=60) for _ in range(2)
    )
    assert first == second
