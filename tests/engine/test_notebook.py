"""What a notebook asks is refused where it cannot be meant, with what there is."""

import subprocess
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.errors import ParameterError
from tasks.engine.notebook import Table, open_table, request, run, save
from tasks.engine.scores.costs import Costs
from tests.engine.tables import mixed_csv


@pytest.fixture
def table(tmp_path: Path) -> Table:
    (tmp_path / "people.csv").write_text(mixed_csv())
    return open_table(tmp_path / "people.csv")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"target": "y_clas"}, 'no column called "y_clas". Close to it: y_class'),
        ({"estimator": "LogisticRegresion"}, "Close to it: LogisticRegression"),
        ({"features": ["agee"]}, 'no column called "agee". Close to it: age'),
        ({"features": "age"}, r'a list of columns, such as \["age"\]'),
        ({"features": ["age", "y_class"]}, '"y_class" is the target; leave it out'),
        ({"metric": "auc"}, "metric must be one of: roc_auc, .*; auc is not"),
        ({"metric": "rmse"}, "rmse is not"),
        ({"class_weight": "equal"}, 'class_weight must be "balanced", or left out'),
        ({"estimator": "GaussianNB", "class_weight": "balanced"}, "takes no class_weight"),
        ({"class_weight": {"a": 2}}, 'class_weight must be "balanced", or left out'),
        ({"class_weight": np.array([2, 1])}, 'class_weight must be "balanced", or left out'),
        ({"estimator": None}, 'a class name, such as "Ridge"; None is not'),
        ({"target": 3}, "target: a column is called by a text; 3 is none"),
        ({"features": [3]}, "features: a column is called by a text; 3 is none"),
        ({"features": 3}, "features is a list of columns, such as"),
        ({"features": []}, "features names no column; leave it out"),
        ({"parameters": 3}, "parameters is a dict of what differs from the defaults; 3 is not"),
        ({"validation": "kfold"}, "validation is a dict"),
        ({"metric": ["f1"]}, r"metric must be one of: .*; \['f1'\] is not"),
        ({"seed": "x"}, "seed must be a whole number from 0 to 4294967295"),
        ({"threshold": 7}, "threshold is a probability here, from 0 to 1, not 7"),
        ({"threshold": "high"}, "threshold must be a number"),
        ({"target": "y_number", "estimator": "Ridge", "threshold": 0.3},
         'threshold is for two classes, and "y_number" is not one of two'),
        ({"threshold": 0.3, "costs": 3}, "costs must be numbers by name: false_positive"),
        ({"threshold": 0.3, "costs": {"false_negative": "5"}}, "cost of a false negative must be"),
        ({"costs": {"false_negative": 5}}, "costs need the threshold"),
        ({"positive": "hi"}, 'positive must be "high" or "low"'),
        ({"sede": 3}, "no field sede. It has also: class_weight, .*seed"),
        ({"validation": {"fold": 3}}, "validation has no field fold. It has: scheme, folds"),
        ({"validation": {"scheme": "kfolds"}}, "scheme must be one of: kfold, stratified"),
        ({"validation": {"folds": 1}}, "folds must be a whole number from 2 to 50"),
        ({"validation": {"scheme": "holdout", "test_size": 2}}, "above 0 and below 1"),
        ({"validation": {"scheme": "group"}}, "Choose the column that holds the groups"),
        ({"validation": {"scheme": "time", "time_column": "city"}}, "rows cannot be sorted by it"),
        ({"validation": {"scheme": "group", "group_column": ["shop"]}}, "There is no column"),
        ({"target": "y_number", "estimator": "Ridge", "validation": {"scheme": "stratified"}},
         "stratified needs classes"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_what_there_is(
    asked: dict[str, Any], words: str, table: Table
) -> None:
    given = {"target": "y_class", "estimator": "LogisticRegression"} | asked
    with pytest.raises(ParameterError, match=words):
        request(table, **given)


def test_what_is_meant_is_taken(table: Table) -> None:
    asked = request(
        table, "y_class", "LogisticRegression", features=np.array(["age", "city", "age"]),
        metric=None, seed=np.int64(7), threshold=0.3, costs={"false_negative": 5}, positive="high",
    )  # fmt: skip
    assert asked.schema["features"] == ["age", "city"]
    assert (asked.metric, asked.seed, asked.positive) == ("roc_auc", 7, "high")
    assert asked.threshold == 0.3
    assert asked.costs == Costs(false_negative=5).as_dict()


def test_rare_classes_and_few_groups_change_the_folds_as_in_the_dashboard(tmp_path: Path) -> None:
    lines = mixed_csv(60).splitlines()
    for n in (3, 5, 8):
        lines[n] = lines[n].replace(",high,", ",rare,").replace(",low,", ",rare,")
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    table = open_table(tmp_path / "people.csv")
    split = request(table, "y_class", "GaussianNB").validation
    assert (split.scheme, split.folds) == ("stratified", 3)
    assert split.note == '3 folds are used, not 5: class "rare" has 3 rows'
    again = request(table, "y_class", "LogisticRegression", validation=asdict(split))
    assert again.validation == split
    by = {"scheme": "group", "group_column": "member"}
    assert request(table, "y_number", "Ridge", validation=by).validation.folds == 2


def test_the_bundle_says_where_it_comes_from(table: Table, tmp_path: Path) -> None:
    spec = request(table, "y_number", "Ridge")
    save(table, spec, run(table, spec), tmp_path / "scores.zip")
    with zipfile.ZipFile(tmp_path / "scores.zip") as bundle:
        card = bundle.read("MODEL_CARD.md").decode()
    assert card.startswith("# scores\n")
    made = subprocess.check_output(["sha256sum", str(tmp_path / "people.csv")], text=True)
    assert f"from the dataset people.csv\n(SHA-256 `{made.split()[0]}`)" in card
    assert "\nMade on 20" in card
