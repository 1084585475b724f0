"""A class has one colour and one place in all figures of a job."""

from typing import Any

from dashboard.jobs.explain.charts import explain_charts
from dashboard.jobs.figures.charts import confusion_chart
from dashboard.jobs.figures.classes import class_charts


def curve(name: str) -> dict[str, Any]:
    return {"class": name, "auc": 0.9, "fpr": [0, 1], "tpr": [0, 1], "threshold": [1, 0]}


def line(name: str) -> dict[str, Any]:
    return {"class": name, "mean": [0.2, 0.3], "low": [0.1, 0.2], "high": [0.3, 0.4]}


def results_of(labels: list[str], frequent: list[str]) -> dict[str, Any]:
    dependence = {"kind": "category", "name": "x", "values": ["a", "b"]}
    return {
        "confusion": {"labels": labels, "counts": [[2] * len(labels)] * len(labels)},
        "roc": [curve(name) for name in frequent],
        "explanation": {"dependence": [dependence | {"lines": list(map(line, frequent[:4]))}]},
    }


def colours_of(figure: dict[str, Any], key: str) -> dict[str, str]:
    return {
        trace["name"].split(",")[0].removeprefix("predicted "): trace[key]["color"]
        for trace in figure["traces"]
    }


def test_three_classes_have_one_colour_each() -> None:
    results = results_of(["bronze", "gold", "silver"], ["silver", "gold", "bronze"])
    figures = {name: figure for name, _, figure in class_charts(results)}
    wanted = {"bronze": "c1", "gold": "c2", "silver": "c3"}
    assert list(colours_of(figures["roc"], "line")) == [*wanted, "Guessing"]
    assert colours_of(figures["roc"], "line") == wanted | {"Guessing": "muted"}
    assert colours_of(explain_charts("classification", results)[0][2], "marker") == wanted
    confusion = confusion_chart(results)
    assert colours_of(confusion, "marker") == wanted
    assert confusion["layout"]["legend"] == {"traceorder": "normal"}


def test_of_many_classes_those_with_a_curve_have_the_colours() -> None:
    labels = [f"k{n}" for n in range(9)]
    frequent = ["k8", "k3", "k5", "k1", "k7", "k2"]
    results = results_of(labels, frequent)
    figures = {name: figure for name, _, figure in class_charts(results)}
    found = colours_of(confusion_chart(results), "marker")
    assert found == dict(zip(sorted(frequent), [f"c{n}" for n in range(1, 7)], strict=True)) | {
        "another class": found["another class"]
    }
    assert found.items() >= dict(list(colours_of(figures["roc"], "line").items())[:-1]).items()
    explained = colours_of(explain_charts("classification", results)[0][2], "marker")
    assert list(explained) == ["k1", "k3", "k5", "k8"]
    assert found.items() >= explained.items()
