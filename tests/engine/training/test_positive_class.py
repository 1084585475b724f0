"""The positive class, where it is chosen: scores, threshold and baselines are about it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from tasks.engine.errors import DataError
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec


def classes(folder: Path, **changes: Any) -> tuple[TrainingSpec, dict[str, Any]]:
    return make_spec(folder, "y_class", "classification", "LogisticRegression", **changes)


class Kept:
    """Baselines, kept."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def find(self, digest: str) -> Any:
        return self.known.get(digest)

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        self.known[digest] = found


@pytest.mark.parametrize("positive", ["high", "low"])
def test_scores_are_about_the_class_that_was_chosen(positive: str, tmp_path: Path) -> None:
    spec, columns = classes(tmp_path, positive=positive)
    result = train(spec, columns)
    assert result.details["positive_class"] == positive
    first = result.out_of_fold[result.out_of_fold["fold"] == 1]
    found = result.folds[0].scores
    said = (first["actual"], first["prediction"])
    assert found["f1"] == pytest.approx(f1_score(*said, pos_label=positive))
    assert found["precision"] == pytest.approx(precision_score(*said, pos_label=positive))
    assert found["recall"] == pytest.approx(recall_score(*said, pos_label=positive))
    place = result.classes.index(positive)
    assert found["average_precision"] == pytest.approx(
        average_precision_score(first["actual"] == positive, first[f"probability_{place}"])
    )


def test_a_threshold_is_about_it(tmp_path: Path) -> None:
    spec, columns = classes(tmp_path, threshold=0.9)
    shares = {
        label: train(replace(spec, positive=label), columns).out_of_fold["prediction"]
        .eq(label).mean()
        for label in ("high", "low")
    }  # fmt: skip
    usual = train(replace(spec, threshold=None), columns).out_of_fold["prediction"]
    for label, share in shares.items():
        assert share < usual.eq(label).mean()


def test_baselines_are_not_those_of_the_other_class(tmp_path: Path) -> None:
    spec, columns = classes(tmp_path, metric="recall")
    kept = Kept()
    results = {p: train(replace(spec, positive=p), columns, store=kept) for p in ("high", "low")}
    assert len(kept.known) == 2
    assert sorted(r.baseline_score for r in results.values()) == [0.0, 1.0]


def test_a_class_that_is_not_there_is_refused(tmp_path: Path) -> None:
    spec, columns = classes(tmp_path, positive="medium")
    with pytest.raises(DataError, match='"medium" cannot be the positive class') as refused:
        train(spec, columns)
    assert refused.value.code == "POSITIVE_UNKNOWN"
