"""Intervals: a draw is scored as scikit-learn scores the rows that were drawn, fold by fold."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.prepared import Prepared
from tasks.engine.progress import FoldScore
from tasks.engine.scores import bootstrap
from tasks.engine.scores.bootstrap import add_intervals
from tasks.engine.scores.evaluation import Predicted, score, summarise
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

WITHOUT = {"calibration_error", "max_error"}
KINDS = ["two", "three", "margins", "labels", "numbers"]


def rows_of(kind: str, n: int = 90, seed: int = 0) -> tuple[pd.DataFrame, Prepared, str]:
    """Return out-of-fold rows of three folds with ties, and what they are from."""
    rng = np.random.default_rng(seed)
    frame: dict[str, Any] = {"row": np.arange(n) * 2, "fold": np.arange(n) % 3 + 1}
    if kind == "numbers":
        y = rng.integers(1, 30, n).astype(float)
        frame |= {"actual": y, "prediction": y + rng.integers(-4, 5, n)}
        data = Prepared(pd.DataFrame(), y, frame["row"], frame["row"], None, [])
        return pd.DataFrame(frame), data, "regression"
    names = ["a", "b", "c"] if kind == "three" else ["no", "yes"]
    p = rng.dirichlet(np.ones(len(names)), n).round(1)
    p /= p.sum(axis=1, keepdims=True)
    truth = (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    classes = np.array(names, dtype=object)
    frame |= {"actual": classes[truth], "prediction": classes[p.argmax(axis=1)]}
    if kind != "labels":
        word = "margin" if kind == "margins" else "probability"
        frame |= {f"{word}_{c}": p[:, c] for c in range(len(names))}
    positive = "no" if len(names) == 2 else None
    y = frame["actual"]
    data = Prepared(pd.DataFrame(), y, frame["row"], frame["row"], names, [], positive)
    return pd.DataFrame(frame), data, "classification"


def by_hand(frame: pd.DataFrame, data: Prepared, task: str) -> dict[str, Any]:
    """Return each metric's mean over folds, by way of the functions that score folds."""
    folds = []
    for number, fold in frame.groupby("fold"):
        tables = [
            fold[[c for c in fold if str(c).startswith(word)]].to_numpy(float)
            for word in ("probability", "margin")
        ]
        told = Predicted(
            fold["prediction"].to_numpy(), *(t if t.shape[1] else None for t in tables)
        )
        scores = score(task, fold["actual"].to_numpy(), told, data.classes, data.positive)
        folds.append(FoldScore(int(str(number)), scores, 0.0, 0, 0))
    return summarise(task, folds)


@pytest.mark.parametrize("kind", KINDS)
def test_draw_scores_as_the_rows_that_were_drawn(kind: str) -> None:
    frame, data, task = rows_of(kind)
    folds = bootstrap._scorers(frame, np.arange(len(frame)), data)
    weights = np.random.default_rng(1).multinomial(
        len(frame), np.full(len(frame), 1 / len(frame)), 8
    )
    found = bootstrap._score(folds, np.vstack([np.ones(len(frame)), weights.astype(float)]))
    for n, times in enumerate([np.ones(len(frame), int), *weights]):
        expected = by_hand(frame.loc[frame.index.repeat(times)], data, task)
        assert set(found) == set(expected) - WITHOUT
        for name, values in found.items():
            assert values[n] == pytest.approx(expected[name]["mean"], rel=0, abs=1e-9), name


@pytest.mark.parametrize("n", [30, 31 * bootstrap.ONE_BY_ONE])
def test_every_draw_is_as_large_as_asked_and_each_unit_as_likely(n: int) -> None:
    weights = bootstrap._weights(np.random.default_rng(0), 4000, n, 30)
    assert weights.shape == (4000, 30)
    assert (weights.sum(axis=1) == n).all()
    # Drawn with replacement: the counts' mean and variance are the binomial's.
    np.testing.assert_allclose(weights.mean(axis=0), n / 30, rtol=0.1)
    np.testing.assert_allclose(weights.var(axis=0), n / 30 * (1 - 1 / 30), rtol=0.15)


@pytest.mark.parametrize("kind", KINDS)
def test_score_lies_within_its_interval(kind: str) -> None:
    frame, data, task = rows_of(kind, 300)
    metrics, drawn = add_intervals(by_hand(frame, data, task), frame, data, 0)
    assert drawn is not None
    assert drawn.as_dict() == {"draws": 1000, "unit": "rows", "units": 300, "of": 300}
    for name, found in metrics.items():
        if name in WITHOUT:
            assert (found["low"], found["high"]) == (None, None)
        else:
            assert found["low"] <= found["mean"] <= found["high"], name
            assert found["low"] < found["high"], name  # type: ignore[operator]
    assert add_intervals(by_hand(frame, data, task), frame, data, 0)[0] == metrics


def test_intervals_hold_what_is_true_about_95_times_in_100() -> None:
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        right = rng.random(400) < 0.8
        y = np.where(rng.random(400) < 0.5, "yes", "no").astype(object)
        told = np.where(right, y, np.where(y == "yes", "no", "yes")).astype(object)
        rows = np.arange(400)
        frame = pd.DataFrame({"row": rows, "fold": rows % 5 + 1, "actual": y, "prediction": told})
        data = Prepared(pd.DataFrame(), y, rows, rows, ["no", "yes"], [], "yes")
        metrics, _ = add_intervals({"accuracy": {"mean": float(right.mean()), "std": 0.0}},
                                   frame, data, seed)  # fmt: skip
        held += metrics["accuracy"]["low"] <= 0.8 <= metrics["accuracy"]["high"]  # type: ignore[operator]
    assert 52 <= held <= 60


def test_part_of_many_rows_gives_the_width_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, data, task = rows_of("two", 4000)
    metrics = by_hand(frame, data, task)
    whole, _ = add_intervals(metrics, frame, data, 0)
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 1000)
    part, drawn = add_intervals(metrics, frame, data, 0)
    assert drawn is not None
    assert (drawn.units, drawn.of) == (1000, 4000)
    for name in ("roc_auc", "accuracy", "log_loss"):
        width, other = (m[name]["high"] - m[name]["low"] for m in (whole, part))  # type: ignore[operator]
        assert other == pytest.approx(width, rel=0.3)
        assert part[name]["low"] < metrics[name]["mean"] < part[name]["high"]  # type: ignore[operator]


def test_rows_of_a_group_are_drawn_together(tmp_path: Path) -> None:
    frame, data, task = rows_of("two", 300)
    alone, _ = add_intervals(by_hand(frame, data, task), frame, data, 0)
    # Each row ten times over: no news, so the interval must be that of the rows alone.
    many = frame.loc[frame.index.repeat(10)].reset_index(drop=True)
    groups, rows = many["row"].to_numpy(), np.arange(len(many))
    many["row"] = rows
    copies = Prepared(pd.DataFrame(), many["actual"].to_numpy(), rows, rows, data.classes, [],
                      data.positive, groups)  # fmt: skip
    together, drawn = add_intervals(by_hand(many, data, task), many, copies, 0)
    assert drawn is not None
    assert (drawn.unit, drawn.of) == ("groups", 300)
    for name in ("roc_auc", "accuracy"):
        width, other = (m[name]["high"] - m[name]["low"] for m in (alone, together))  # type: ignore[operator]
        assert other == pytest.approx(width, rel=0.2)
    split = {"scheme": "group", "group_column": "shop"}
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB", split=split)
    assert train(spec, columns).details["drawn"]["unit"] == "groups"


def test_repeats_of_folds_make_no_interval_narrower(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB",
                              split={"repeats": 4})  # fmt: skip
    repeated = train(spec, columns)
    once = train(make_spec(tmp_path, "y_class", "classification", "GaussianNB")[0], columns)
    assert repeated.details["drawn"]["of"] == 120
    widths = [r.metrics["accuracy"]["high"] - r.metrics["accuracy"]["low"]
              for r in (repeated, once)]  # fmt: skip
    assert widths[0] > 0.7 * widths[1]


def test_jobs_on_the_same_rows_draw_the_same_and_their_scores_are_kept() -> None:
    frame, data, task = rows_of("two", 300)
    worse = frame.assign(
        probability_0=frame["probability_1"], probability_1=frame["probability_0"]
    )
    kept = []
    for rows in (frame, worse.iloc[::-1]):
        metrics = by_hand(rows, data, task)
        _, drawn = add_intervals(metrics, rows, data, 7)
        assert drawn is not None
        kept.append(drawn.scores_as_dict(7))
    ours, theirs = kept
    assert len(ours["scores"]["roc_auc"]) == bootstrap.MOST_KEPT
    assert ours["middle"]["roc_auc"] == pytest.approx(
        by_hand(frame, data, task)["roc_auc"]["mean"]
    )
    # The same rows were drawn, so what only turns a rank round makes one of it, draw by draw.
    for one, other in zip(ours["scores"]["roc_auc"], theirs["scores"]["roc_auc"], strict=True):
        assert one + other == pytest.approx(1, abs=1e-6)
    assert ours["scores"]["accuracy"] == theirs["scores"]["accuracy"]
    json.dumps(ours, allow_nan=False)
