"""What is tried on a table: settings that can be used, in an order, that fit into the time."""

import pytest

from tasks.engine.estimators import catalogue
from tasks.engine.estimators.catalogue import find_metric, get_estimator
from tasks.engine.estimators.parameters import validate_parameters
from tasks.engine.estimators.rules import find_conflict
from tasks.engine.folds.usual import Rarest, suggest_validation
from tasks.engine.preprocessing.settings import find_misfit, read_preprocessing
from tasks.engine.several.portfolio import (
    VOTING,
    Facts,
    Tuned,
    facts_of,
    list_tuned,
    make_portfolio,
)

COLUMNS = [
    {"name": "age", "kind": "number", "distinct": 60, "min": 18.0},
    {"name": "city", "kind": "category", "distinct": 7},
    {"name": "shop", "kind": "category", "distinct": 900},
    {"name": "since", "kind": "date", "distinct": 50},
    {"name": "label", "kind": "category", "distinct": 2,
     "top": [{"value": "a", "count": 90}, {"value": "b", "count": 3}]},
]  # fmt: skip


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_setting_is_one_of_the_catalogue(task: str) -> None:
    for tuned in list_tuned(task):
        estimator = get_estimator(tuned.estimator)
        assert estimator.task == task
        assert validate_parameters(estimator.id, tuned.parameters) == tuned.parameters
        assert find_conflict(estimator, tuned.parameters) is None
        chosen = read_preprocessing(tuned.preprocessing)
        assert chosen.changed == tuned.preprocessing
        assert find_misfit(chosen, estimator) == {}
    assert get_estimator(VOTING[task]).task == task
    assert find_metric(task, "roc_auc" if task == "classification" else "r2")


def test_other_libraries_join_where_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"CatBoostRegressor", "LGBMRegressor", "XGBRegressor"}
    facts = Facts("regression", 1000, 10)
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: False)
    assert not others & set(first(facts))
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: True)
    assert others <= set(first(facts))
    assert first(facts)[0] == "RidgeCV"  # cheap, so that there is a result soon
    large = Facts("classification", 50_000, 20, 2, Rarest("x", 9000))
    assert {"CatBoostClassifier", "LGBMClassifier"} <= set(first(large, seconds=600))


def test_facts_come_from_the_profile() -> None:
    features = ["age", "city", "shop", "since"]
    found = facts_of(COLUMNS, features, "label", "classification", 93)
    assert found == Facts("classification", 93, 1 + 7 + 1 + 6, 2, Rarest("b", 3))
    assert facts_of(COLUMNS, ["city"], "age", "regression", 93) == Facts(
        "regression", 93, 7, positive=True
    )


def first(facts: Facts, seconds: float = 60, slots: int = 2) -> list[str]:
    return [
        one.estimator for one in make_portfolio(facts, seconds=seconds, slots=slots).candidates
    ]


def test_cheap_and_good_ones_come_first_and_more_time_tries_more() -> None:
    facts = Facts("classification", 5000, 20, 2, Rarest("x", 900))
    assert first(facts)[:2] == ["LogisticRegression", "HistGradientBoostingClassifier"]
    assert len(first(facts, seconds=600)) >= len(first(facts)) > len(first(facts, seconds=10))
    assert first(facts, seconds=600)[: len(first(facts, 15))] != []


def test_support_vectors_and_networks_learn_a_standardized_target() -> None:
    found = make_portfolio(Facts("regression", 1500, 10), seconds=60, slots=2).candidates
    asked = {one.estimator: one.preprocessing for one in found}
    assert asked["SVR"]["target"] == asked["MLPRegressor"]["target"] == "standardize"
    assert asked["RidgeCV"] == {}
    assert "SVR" not in first(Facts("regression", 20_000, 10), seconds=600)


def test_a_wide_table_of_few_rows_is_tried_with_what_can_take_it() -> None:
    """64 rows of 6,832 columns, and 14 classes of which one has a single row."""
    found = make_portfolio(
        Facts("classification", 64, 6832, 14, Rarest("K562", 1)), seconds=60, slots=2
    )
    assert found.validation["scheme"] == "kfold"  # no class need be in every fold
    assert len(found.candidates) >= 5
    names = {one.estimator for one in found.candidates}
    assert {"LogisticRegression", "ExtraTreesClassifier"} <= names
    # Most columns tell nothing: among the first are some that look at the best few alone.
    first_ones = found.candidates[:4]
    assert sum(one.preprocessing.get("select") == "f_test" for one in first_ones) >= 2
    slow = [one for one in found.candidates if one.parameters.get("max_features") == 0.5]
    assert slow == []  # half of all columns at each split takes a minute
    # It splits the rows by class once more, which a class of one row does not allow.
    assert "CalibratedClassifierCV" not in names


def test_large_tables_are_split_less_often() -> None:
    schemes = [
        make_portfolio(
            Facts("classification", n, 20, 2, Rarest("x", n // 3)), seconds=60, slots=2
        ).validation
        for n in (200, 5000, 1_000_000)
    ]
    assert [(one["scheme"], one["folds"], one["repeats"]) for one in schemes[:2]] == [
        ("stratified", 5, 1), ("stratified", 5, 1),
    ]  # fmt: skip
    assert schemes[2]["scheme"] == "holdout"
    assert schemes[2]["note"] == (
        "One part is held out, no folds: 3 would take much of the time of the batch, 60 s"
    )


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("n_rows", [5, 9, 60, 400, 1000])
def test_folds_are_those_of_one_job_so_that_scores_can_be_compared(task: str, n_rows: int) -> None:
    is_of_classes = task == "classification"
    rarest = Rarest("x", 3) if is_of_classes else None
    facts = Facts(task, n_rows, 8, 2 if is_of_classes else 1, rarest)
    usual = suggest_validation(task, n_rows, rarest=rarest)
    for seconds, slots in ((60, 2), (10, 1)):  # fewer folds would save the fits of few rows only
        assert make_portfolio(facts, seconds=seconds, slots=slots).validation == usual


def test_fewer_folds_for_want_of_time_are_told() -> None:
    facts = Facts("classification", 9000, 150, 12, Rarest("x", 300))
    split = make_portfolio(facts, seconds=10, slots=1).validation
    assert (split["folds"], split["note"]) == (
        3, "3 folds are used, not 5: 5 would take much of the time of the batch, 10 s",
    )  # fmt: skip


@pytest.mark.parametrize("n_rows", [10, 1000, 1_000_000])
@pytest.mark.parametrize("n_columns", [1, 100, 10_000])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_there_is_always_something_to_try(task: str, n_rows: int, n_columns: int) -> None:
    n_classes = 1 if task == "regression" else 50
    assert first(Facts(task, n_rows, n_columns, n_classes, Rarest("x", 1)), seconds=10, slots=1)


def test_limits_are_kept() -> None:
    tuned = Tuned("Ridge", {}, 1.0, 1.0, 1.0, 1.0, {"rows": 100, "least_columns": 5})
    assert tuned.suits(Facts("regression", 100, 5))
    assert not tuned.suits(Facts("regression", 101, 5))
    assert not tuned.suits(Facts("regression", 100, 4))
    assert tuned.fit_seconds(Facts("regression", 2000, 20)) == pytest.approx(4.0)


def test_folds_of_a_few_rows_can_be_made_and_it_is_told() -> None:
    facts = Facts("classification", 5, 3, 2, rarest=Rarest("x", 2))
    split = make_portfolio(facts, seconds=60, slots=1).validation
    assert (split["scheme"], split["folds"]) == ("stratified", 2)
    assert split["note"] == "2 folds are used, not 5: there are 5 rows"
    split = make_portfolio(Facts("regression", 9, 3), seconds=60, slots=1).validation
    assert (split["scheme"], split["folds"]) == ("kfold", 4)
    alone = Facts("classification", 8, 3, 3, rarest=Rarest("x", 1))
    assert make_portfolio(alone, seconds=60, slots=1).validation["scheme"] == "kfold"


@pytest.mark.parametrize(("rarest", "scheme", "folds"), [
    (2, "kfold", 5), (3, "stratified", 3), (4, "stratified", 4), (5, "stratified", 5),
])  # fmt: skip
def test_a_rare_class_is_in_each_fold_where_it_can_be(
    rarest: int, scheme: str, folds: int
) -> None:
    facts = Facts("classification", 60, 10, 3, rarest=Rarest("x", rarest))
    split = make_portfolio(facts, seconds=60, slots=1).validation
    assert (split["scheme"], split["folds"], split["repeats"]) == (scheme, folds, 1)
    assert ('class "x" has' in (split["note"] or "")) == (rarest < 5)
