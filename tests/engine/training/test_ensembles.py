"""Choosing a blend by out-of-fold predictions: deterministic, aligned, and not optimistic."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tasks.engine.errors import DataError
from tasks.engine.several.ensembles import WORSE_BY, Candidate, _Choosing, choose_blend
from tasks.engine.several.portfolio import MEMBERS_AT_MOST

CLASSES = ["no", "yes"]


def _numbers(noises: list[np.ndarray], y: np.ndarray, folds: int = 5) -> list[Candidate]:
    found = []
    for key, noise in enumerate(noises, start=1):
        frame = pd.DataFrame({
            "row": np.arange(len(y)), "line": np.arange(len(y)) + 2,
            "fold": np.arange(len(y)) % folds + 1, "actual": y, "prediction": y + noise,
        })  # fmt: skip
        found.append(Candidate(key, frame.sample(frac=1, random_state=key), 1.0))
    return found


def _classes(margins: list[np.ndarray], y: np.ndarray, folds: int = 5) -> list[Candidate]:
    found = []
    for key, margin in enumerate(margins, start=1):
        p = 1 / (1 + np.exp(-margin))
        frame = pd.DataFrame({
            "row": np.arange(len(y)), "line": np.arange(len(y)) + 2,
            "fold": np.arange(len(y)) % folds + 1, "actual": np.array(CLASSES, dtype=object)[y],
            "prediction": np.array(CLASSES, dtype=object)[(p > 0.5).astype(int)],
            "probability_0": 1 - p, "probability_1": p,
        })  # fmt: skip
        found.append(Candidate(key, frame, 1.0))
    return found


def _two_views(rows: int = 600) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return classes, and two margins that err independently of each other."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, rows)
    return y, [2 * y - 1 + rng.normal(0, 1.5, rows) for _ in range(2)]


def test_jobs_that_err_differently_are_blended_and_the_score_is_the_folds() -> None:
    y, margins = _two_views()
    candidates = _classes(margins, y)
    blend = choose_blend(candidates, task="classification", metric="roc_auc", classes=CLASSES)
    assert set(blend.weights) == {1, 2}
    assert blend.gain is not None
    assert blend.noise is not None
    assert blend.gain > blend.noise > 0
    for outcome in blend.outcomes:
        frame = outcome.out_of_fold
        truth = frame["actual"] == "yes"
        assert outcome.score.scores["roc_auc"] == pytest.approx(
            roc_auc_score(truth, frame["probability_1"])
        )
        assert (frame["prediction"] == np.where(frame["probability_1"] > 0.5, "yes", "no")).all()


def test_the_same_jobs_give_the_same_blend() -> None:
    y, margins = _two_views()
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    first, second = (choose_blend(_classes(margins, y), **asked) for _ in range(2))
    assert first.weights == second.weights
    for one, other in zip(first.outcomes, second.outcomes, strict=True):
        pd.testing.assert_frame_equal(one.out_of_fold, other.out_of_fold)


def test_each_folds_weights_are_chosen_on_the_other_folds() -> None:
    """Job 3 is right in fold 1 and nowhere else: who looks at fold 1 would take it there."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=500)
    noises = [rng.normal(size=500), rng.normal(size=500), rng.normal(0, 20, 500)]
    first = np.arange(500) % 5 == 0
    noises[2][first] = 0
    blend = choose_blend(_numbers(noises, y), task="regression", metric="r2", classes=None)
    assert set(blend.weights) >= {1, 2}
    own = blend.outcomes[0].out_of_fold
    errors = own["prediction"].to_numpy() - y[own["row"]]
    shares = np.linalg.lstsq(np.array(noises[:2])[:, own["row"]].T, errors)[0]
    assert shares.sum() == pytest.approx(1.0)  # all of it is jobs 1 and 2


def test_of_jobs_that_are_alike_the_best_is_taken_alone() -> None:
    y = np.arange(200.0)
    noise = np.random.default_rng(0).normal(size=200)
    candidates = _numbers([noise * 3, noise, noise * 2], y)
    blend = choose_blend(candidates, task="regression", metric="r2", classes=None)
    assert blend.weights == {2: 1}
    assert blend.gain == pytest.approx(0, abs=1e-9)
    own = pd.concat([outcome.out_of_fold for outcome in blend.outcomes]).sort_values("row")
    np.testing.assert_allclose(own["prediction"], y + noise)


def test_a_blend_of_noise_has_the_score_of_guessing() -> None:
    """Of many jobs that only guess, some blend always looks better where it was chosen."""
    scores = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 150)
        candidates = _classes([rng.normal(size=150) for _ in range(8)], y)
        choosing = _Choosing(candidates, "classification", "roc_auc", CLASSES)
        choosing.positive, choosing.seconds = None, None
        choosing.choose()
        scores.append(choosing._part_scores(choosing._nested()).mean())
    assert np.mean(scores) == pytest.approx(0.5, abs=0.03)


def _repeated(seed: int, repeats: int = 2, rows: int = 60, jobs: int = 8) -> list[Candidate]:
    """Return jobs that guess, and guess about the same of a row in each repeat."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(rows) % 2)
    margins = rng.normal(size=(jobs, rows))
    orders = [rng.permutation(rows) for _ in range(repeats)]
    candidates = []
    for key in range(jobs):
        frames = []
        for n, order in enumerate(orders):
            own = margins[key] + rng.normal(0, 0.5, rows)
            frame = _classes([own], y)[0].out_of_fold.sort_values("row")
            frame["fold"] = np.argsort(order) % 5 + 1 + 5 * n
            frames.append(frame)
        candidates.append(Candidate(key, pd.concat(frames), 1.0))
    return candidates


@pytest.mark.long
def test_weights_of_a_fold_are_not_chosen_on_its_rows_in_another_repeat() -> None:
    scores = []
    for seed in range(6):
        choosing = _Choosing(_repeated(seed), "classification", "roc_auc", CLASSES)
        choosing.positive, choosing.seconds = None, None
        choosing.choose()
        scores.append(choosing._part_scores(choosing._nested()).mean())
    assert np.mean(scores) == pytest.approx(0.5, abs=0.04)


def test_a_blend_that_is_no_worse_than_noise_allows_is_taken() -> None:
    y, margins = _two_views(40)
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    blend = choose_blend(_classes(margins, y), **asked)
    assert blend.gain is not None
    assert blend.noise is not None
    assert abs(blend.gain) <= blend.noise
    assert set(blend.weights) == {1, 2}


def test_an_outlier_that_spoils_a_fold_of_a_blend_is_no_noise() -> None:
    """Job 2 is about as good as job 1 on all folds but one, where a row of it is far off."""
    rng = np.random.default_rng(0)
    y, noises = rng.normal(size=300), list(rng.normal(size=(2, 300)))
    noises[1] *= 1.2
    noises[1][5] = 100.0
    blend = choose_blend(_numbers(noises, y), task="regression", metric="r2", classes=None)
    assert blend.weights == {1: 1}
    assert blend.gain is not None
    assert blend.noise is not None
    assert -1.5 * blend.noise < blend.gain < 0


def test_a_blend_that_is_worse_beyond_noise_is_not_taken() -> None:
    """The best job ranks well and tells no probabilities, so hardly any of it is in the blend."""
    y, margins = _two_views()
    best = _classes([4 * y - 2 + margins[0]], y)[0]
    for name in ("probability_0", "probability_1"):
        best.out_of_fold[name] = 0.5 + (best.out_of_fold[name] - 0.5) / 1e6
    candidates = [best, replace(_classes(margins, y)[1], key=2)]
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    blend = choose_blend(candidates, **asked)
    assert blend.weights == {1: 1}
    assert blend.gain is not None
    assert blend.noise is not None
    assert blend.gain < -WORSE_BY["classification"] * blend.noise


def test_repeats_do_not_make_the_error_of_a_gain_smaller() -> None:
    """The same predictions told twice are no more evidence than once."""
    y, margins = _two_views()
    once = _classes(margins, y)
    twice = [
        Candidate(one.key, pd.concat([one.out_of_fold,
                  one.out_of_fold.assign(fold=one.out_of_fold["fold"] + 5)]), 1.0)
        for one in once
    ]  # fmt: skip
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    first, second = choose_blend(once, **asked), choose_blend(twice, **asked)
    assert first.gain == pytest.approx(second.gain)
    assert second.noise == pytest.approx(first.noise, rel=0.1)


def test_jobs_without_probabilities_are_left_out_of_a_blend() -> None:
    y, margins = _two_views()
    candidates = _classes([*margins, margins[0] + margins[1]], y)
    bare = candidates[2].out_of_fold.rename(columns={"probability_0": "margin_0",
                                                     "probability_1": "margin_1"})  # fmt: skip
    candidates[2] = Candidate(3, bare, 1.0)
    blend = choose_blend(
        candidates[:2] + [candidates[2]],
        task="classification", metric="accuracy", classes=CLASSES,
    )  # fmt: skip
    assert 3 not in blend.weights or blend.weights == {3: 1}


def test_one_fold_is_cut_into_parts_and_scored_as_one() -> None:
    y, margins = _two_views()
    blend = choose_blend(
        _classes(margins, y, folds=1), task="classification", metric="log_loss", classes=CLASSES
    )
    assert set(blend.weights) == {1, 2}
    assert [outcome.score.fold for outcome in blend.outcomes] == [1]
    assert blend.outcomes[0].score.n_test == len(y)
    assert blend.gain is not None
    assert blend.gain < 0  # of a loss the lower is better


def test_a_blend_has_few_members_and_fits_into_the_time_that_is_left() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(size=400)
    candidates = _numbers([rng.normal(size=400) for _ in range(12)], y)
    asked = {"task": "regression", "metric": "r2", "classes": None}
    assert len(choose_blend(candidates, **asked).weights) == MEMBERS_AT_MOST
    assert len(choose_blend(candidates, **asked, seconds=3.0).weights) == 3
    assert len(choose_blend(candidates, **asked, seconds=0.0).weights) == 1


def test_a_fold_of_a_blend_took_as_long_as_its_members_fits() -> None:
    y, margins = _two_views()
    candidates = [
        replace(one, fold_seconds={n: n * one.key for n in range(1, 6)})
        for one in _classes(margins, y)
    ]
    blend = choose_blend(candidates, task="classification", metric="roc_auc", classes=CLASSES)
    assert set(blend.weights) == {1, 2}
    assert [outcome.score.fit_seconds for outcome in blend.outcomes] == [3, 6, 9, 12, 15]


def test_other_folds_are_refused() -> None:
    y = np.arange(20.0)
    candidates = [*_numbers([np.ones(20)], y), *_numbers([np.ones(20)], y, folds=4)]
    with pytest.raises(DataError, match="different folds"):
        choose_blend(candidates, task="regression", metric="r2", classes=None)
    with pytest.raises(DataError, match="No job was finished"):
        choose_blend([], task="regression", metric="r2", classes=None)


def test_scores_of_folds_that_are_known_are_not_worked_out_again() -> None:
    y, margins = _two_views()
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    plain = _classes(margins, y)
    known = [replace(one, fold_scores=dict.fromkeys(range(1, 6), float(one.key))) for one in plain]
    told = choose_blend(known, **asked)
    # Held against job 2, which is said to have 2.0 everywhere.
    assert told.gain is not None
    assert told.gain < -1
    worked_out = choose_blend(plain, **asked)
    assert worked_out.gain is not None
    assert worked_out.gain > 0
    lacking = [replace(one, fold_scores={1: 2.0}) for one in plain]
    assert choose_blend(lacking, **asked).gain == pytest.approx(worked_out.gain)


def test_a_fold_without_a_score_is_worse_than_any() -> None:
    y, margins = _two_views()
    asked = {"task": "classification", "metric": "roc_auc", "classes": CLASSES}
    first, second = _classes(margins, y)
    first = replace(first, fold_scores={n: None if n == 1 else 0.99 for n in range(1, 6)})
    second = replace(second, fold_scores=dict.fromkeys(range(1, 6), 0.9))
    blend = choose_blend([first, second], **asked)
    assert (blend.weights, blend.gain, blend.noise) == ({2: 1}, None, None)


def test_probabilities_of_32_bits_sum_to_1_in_a_blend() -> None:
    y, margins = _two_views()
    short = {f"probability_{n}": np.float32 for n in range(2)}
    candidates = [
        replace(one, out_of_fold=one.out_of_fold.astype(short)) for one in _classes(margins, y)
    ]
    blend = choose_blend(candidates, task="classification", metric="log_loss", classes=CLASSES)
    told = pd.concat([outcome.out_of_fold for outcome in blend.outcomes])
    sums = told["probability_0"] + told["probability_1"]
    np.testing.assert_allclose(sums, 1, atol=1e-12)
