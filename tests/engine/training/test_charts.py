"""The numbers behind the result charts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from tasks.engine.scores.charts import make_charts


def frame(n: int = 4000, classes: tuple[str, ...] = ("no", "yes")) -> pd.DataFrame:
    """Make out-of-fold rows whose probabilities say what is true."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(len(classes)), n)
    actual = [rng.choice(classes, p=row) for row in p]
    columns = {f"probability_{n}": p[:, n] for n in range(len(classes))}
    prediction = np.array(classes)[p.argmax(axis=1)]
    return pd.DataFrame({"actual": actual, "prediction": prediction, "fold": 1} | columns)


def test_honest_probabilities_lie_on_the_line_and_every_row_counts() -> None:
    rows = frame()
    (curve,) = make_charts("classification", rows, ["no", "yes"], 0)["calibration"]
    assert curve["class"] == "yes"
    assert sum(g["n"] for g in curve["groups"]) == len(rows)
    assert [g["n"] for g in curve["groups"]] == [400] * 10
    within = [g["low"] <= g["predicted"] <= g["high"] for g in curve["groups"]]
    assert sum(within) >= 8


def test_probabilities_that_are_too_sure_are_found_off() -> None:
    rows = frame()
    rows["probability_1"] = (rows["probability_1"] > 0.5) * 0.98 + 0.01
    (curve,) = make_charts("classification", rows, ["no", "yes"], 0)["calibration"]
    first, last = curve["groups"]  # rows with the same probability stay together
    assert first["predicted"] < first["low"]
    assert last["predicted"] > last["high"]


def test_precision_and_recall_are_scikit_learns() -> None:
    rows = frame(150)
    (curve,) = make_charts("classification", rows, ["no", "yes"], 0)["precision_recall"]
    truth, rank = rows["actual"] == "yes", rows["probability_1"]
    precision, recall, thresholds = precision_recall_curve(truth, rank)
    assert curve["precision"] == precision[::-1].tolist()
    assert curve["recall"] == recall[::-1].tolist()
    assert curve["threshold"] == [None, *thresholds[::-1].tolist()]
    assert curve["average_precision"] == pytest.approx(average_precision_score(truth, rank))
    assert curve["share"] == pytest.approx(truth.mean())


def test_many_rows_are_drawn_with_few_points() -> None:
    (curve,) = make_charts("classification", frame(), ["no", "yes"], 0)["precision_recall"]
    assert len(curve["recall"]) == len(curve["threshold"]) <= 200
    assert (curve["recall"][0], curve["recall"][-1]) == (0, 1)


def test_several_classes_have_a_curve_each_and_margins_no_calibration() -> None:
    names = ("a", "b", "c")
    charts = make_charts("classification", frame(300, names), list(names), 0)
    assert {c["class"] for c in charts["calibration"]} == set(names)
    margins = frame(300, names).rename(columns=lambda c: c.replace("probability", "margin"))
    charts = make_charts("classification", margins, list(names), 0)
    assert charts["calibration"] == []
    assert len(charts["precision_recall"]) == 3


@pytest.mark.parametrize("error", [0.0, 1e-300, 0.01, 3.0, 1e100])
def test_residuals_that_hardly_differ_are_drawn(error: float) -> None:
    told = error + np.spacing(error) * (np.arange(40) % 2)
    rows = pd.DataFrame({"row": np.arange(40), "actual": 0.0, "prediction": told, "fold": 1})
    found = make_charts("regression", rows, None, 0)["residuals"]
    assert sum(found["counts"]) == 40
    assert (np.diff(found["edges"]) > 0).all()
