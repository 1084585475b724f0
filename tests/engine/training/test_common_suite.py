"""What holds for every estimator of the catalogue and each task it can do, on odd tables too.

As scikit-learn's own `parametrize_with_checks` does for an estimator, this asks for a result that
is whole, or for a refusal in plain words that we know: nothing else may come of any table.
"""

import functools
import pickle
import pickletools
import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator, list_estimators
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.tables import LINE, load_columns
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_agreement import Unneeded
from tests.engine.training.test_every_estimator import fast_parameters

ESTIMATORS = [entry.id for entry in list_estimators()]
# Those that the form shows first; `test_every_estimator.py` trains each of the others once, and
# `make test-all` does here too.
SHOWN_FIRST = [
    pytest.param(entry.id, marks=[] if entry.featured else [pytest.mark.long])
    for entry in list_estimators()
]
CLASSIFIERS = [entry.id for entry in list_estimators("classification")]
REGRESSORS = [entry.id for entry in list_estimators("regression")]
WORDS = ["fast", "slow", "late", "kind", "rude", "fine"]


def rows_of(n: int, cells: Callable[[random.Random, int, int], list[Any]], names: str) -> str:
    """Return a table whose rows are made from chance, their number and a hidden class."""
    chance = random.Random(4)
    lines = []
    for row in range(n):
        hidden = row % 3
        made = cells(chance, row, hidden)
        lines.append(
            ",".join(map(str, [*made, "ab"[hidden % 2], "uvw"[hidden], hidden + (row + 1) / n]))
        )
    return f"{names},two,three,number\n" + "\n".join(lines) + "\n"


def number(chance: random.Random, hidden: int) -> str:
    return f"{hidden + chance.gauss(0, 0.7):.3f}"


def missing(chance: random.Random, cell: Any) -> Any:
    return "" if chance.random() < 0.3 else cell


TABLES: dict[str, Callable[[], str]] = {
    "numbers": lambda: rows_of(
        60, lambda c, _n, h: [number(c, h), number(c, 0), number(c, -h)], "p,q,r"),
    "one column": lambda: rows_of(60, lambda c, _n, h: [number(c, h)], "p"),
    "constant columns": lambda: rows_of(
        60, lambda c, _n, h: [number(c, h), 5, "same"], "p,q,r"),
    "gaps": lambda: rows_of(60, lambda c, _n, h: [
        missing(c, number(c, h)), missing(c, "xyz"[h]), missing(c, number(c, 0)), ""], "p,q,r,s"),
    "categories": lambda: rows_of(60, lambda c, _n, h: [
        "xyz"[h] if c.random() < 0.8 else "x", f"k{c.randint(1, 40)}"], "p,q"),
    "dates": lambda: rows_of(60, lambda c, _n, h: [
        f"20{10 + h * 3 + c.randint(0, 3)}-{c.randint(1, 12):02d}-{c.randint(1, 28):02d}",
        missing(c, f"2024-{h + 1:02d}-{c.randint(1, 28):02d}")], "p,q"),
    "texts": lambda: rows_of(60, lambda c, n, h: [
        " ".join([*c.choices(WORDS, k=5), WORDS[h], f"n{n}"])], "p"),
    "tiny": lambda: rows_of(12, lambda c, _n, h: [number(c, h), "xyz"[h]], "p,q"),
    "wide": lambda: rows_of(
        24, lambda c, _n, h: [number(c, h) for _ in range(60)],
        ",".join(f"p{n}" for n in range(60))),
    "huge and small": lambda: rows_of(60, lambda c, _n, h: [
        f"{h + c.random():.3f}e150", f"{h + c.random():.3f}e-150", number(c, h)], "p,q,r"),
    "copies": lambda: rows_of(60, lambda _c, _n, h: [h, "xyz"[h]], "p,q"),
    "same twice": lambda: rows_of(60, lambda c, _n, h: [*[number(c, h)] * 2, 3 * h], "p,q,r"),
}  # fmt: skip
USUAL = ("numbers", "gaps")
ODD = [name for name in TABLES if name not in USUAL]
TARGETS = {"two": "classification", "three": "classification", "number": "regression"}


@functools.cache
def table(name: str, target: str) -> tuple[TrainingSpec, dict[str, Any]]:
    """Return a request on a table, to be changed, and the table's cells."""
    with tempfile.TemporaryDirectory() as folder:
        spec, _ = make_spec(
            Path(folder), target, TARGETS[target], "", TABLES[name](),
            split={"folds": 2}, metric="accuracy" if target != "number" else "rmse",
        )  # fmt: skip
        names = [c["name"] for c in spec.schema["columns"] if c["name"] not in TARGETS]
        spec = replace(spec, schema={**spec.schema, "features": names})
        return spec, load_columns(Path(folder) / "table.parquet", spec.columns_needed)


def ask(estimator: str, name: str, target: str, **asked: Any) -> TrainingSpec:
    parameters = fast_parameters(estimator)
    if get_estimator(estimator).native:
        parameters = {"max_iter": 5}
    if estimator == "OrthogonalMatchingPursuitCV" and name != "wide":
        parameters = {"max_iter": 2}  # it takes one more than that, and has three
    return replace(table(name, target)[0], estimator=estimator, parameters=parameters, **asked)


def attempt(spec: TrainingSpec, name: str, target: str, **how: Any) -> TrainingResult | None:
    """Train; None where that was refused, which is to be in words that are ours."""
    try:
        result = train(spec, table(name, target)[1], store=Unneeded(), **how)
    except EngineError as refusal:
        if refusal.code == "UNKNOWN" or not refusal.hint:
            raise
        return None
    check_whole(result, spec)
    return result


def check_whole(result: TrainingResult, spec: TrainingSpec) -> None:
    found = result.out_of_fold
    assert sorted(found["row"]) == list(range(len(found)))
    assert result.score is not None
    assert np.isfinite(result.score)
    chances = found.filter(like="probability_").to_numpy()
    if spec.task == "regression":
        assert np.isfinite(found["prediction"].to_numpy(float)).all()
    else:
        assert set(found["prediction"]) <= set(result.classes or [])
    if chances.size:
        assert chances.shape[1] == len(result.classes or [])
        np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-6)
        assert (chances >= 0).all()


def targets_of(estimator: str) -> list[str]:
    task = get_estimator(estimator).task
    return [target for target, of in TARGETS.items() if of == task]


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", SHOWN_FIRST)
def test_trains_on_each_target_and_the_same_again(estimator: str) -> None:
    for target in targets_of(estimator):
        spec = ask(estimator, "gaps", target, seed=3)
        first = attempt(spec, "gaps", target, score_only=True)
        again = attempt(spec, "gaps", target, score_only=True)
        assert (first is None) == (again is None)
        if first is not None and again is not None:
            pd.testing.assert_frame_equal(first.out_of_fold, again.out_of_fold)


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", SHOWN_FIRST)
def test_predicts_the_same_after_loading_and_keeps_nothing_of_ours(estimator: str) -> None:
    target = targets_of(estimator)[-1]
    spec, columns = ask(estimator, "numbers", target), table("numbers", target)[1]
    asked, cells = repr(spec), {name: np.array(values) for name, values in columns.items()}
    result = attempt(spec, "numbers", target)
    assert result is not None, "the plainest table is to be learned from"
    assert repr(spec) == asked
    for name, before in cells.items():
        np.testing.assert_array_equal(np.array(columns[name]), before)
    stored = pickle.dumps(result.model)
    named = {str(value).split(" ")[0] for _op, value, _at in pickletools.genops(stored)
             if isinstance(value, str)}  # fmt: skip
    assert not {name for name in named if name.split(".")[0] in {"tasks", "dashboard", "tests"}}
    text = pd.DataFrame({n: c for n, c in cells.items() if n != LINE}, dtype=object)
    again = pickle.loads(stored)  # noqa: S301
    told, by_loaded = (predict_text(m, result.schema, text) for m in (result.model, again))
    assert told.as_columns() == by_loaded.as_columns()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_odd_tables_give_a_result_or_a_plain_refusal(estimator: str, name: str) -> None:
    for target in targets_of(estimator):
        attempt(ask(estimator, name, target), name, target)


@pytest.mark.sampled(5)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", [e for e in CLASSIFIERS if get_estimator(e).weighs_classes])
def test_class_weights_reach_the_estimator(estimator: str) -> None:
    weighed = attempt(ask(estimator, "numbers", "two", class_weight="balanced"), "numbers", "two")
    assert weighed is not None
    assert weighed.model[-1].class_weight is not None


@pytest.mark.parametrize("estimator", REGRESSORS)
@pytest.mark.parametrize("bad", ["inf", "1e999", "n.n."])
def test_targets_that_are_no_numbers_are_refused(estimator: str, bad: str) -> None:
    columns = dict(table("numbers", "number")[1])
    cells = np.array(columns["number"], dtype=object)
    cells[7] = bad
    with pytest.raises(EngineError, match=f'line 9, "{bad}"') as refusal:
        train(ask(estimator, "numbers", "number"), {**columns, "number": cells})
    assert refusal.value.code == "TARGET_NOT_NUMERIC"


@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_one_class_is_refused(estimator: str) -> None:
    columns = dict(table("numbers", "two")[1])
    cells = np.array(["only"] * len(columns["two"]), dtype=object)
    with pytest.raises(EngineError, match='"only"') as refusal:
        train(ask(estimator, "numbers", "two"), {**columns, "two": cells})
    assert refusal.value.code == "TARGET_ONE_CLASS"


def test_more_columns_asked_for_than_there_are_is_told_with_what_to_do() -> None:
    spec = ask("OrthogonalMatchingPursuit", "numbers", "number")
    spec = replace(spec, parameters={"n_nonzero_coefs": 10})
    with pytest.raises(EngineError, match="more columns than there are") as refusal:
        train(spec, table("numbers", "number")[1])
    assert "n_nonzero_coefs" in refusal.value.hint
    assert refusal.value.change == {"estimator": "Ridge", "parameters": None}


@pytest.mark.parametrize("estimator", ["ExtraTreeRegressor", "GradientBoostingRegressor"])
def test_numbers_that_trees_cannot_hold_are_told_and_the_change_mends_it(estimator: str) -> None:
    name, target = "huge and small", "number"
    spec = ask(estimator, name, target)
    with pytest.raises(EngineError, match="beyond 3.4e38") as refusal:
        train(spec, table(name, target)[1])
    chosen = Preprocessing(**refusal.value.change["preprocessing"])
    assert attempt(replace(spec, preprocessing=chosen), name, target) is not None


def test_one_column_where_two_are_needed_is_told() -> None:
    spec = ask("OrthogonalMatchingPursuitCV", "one column", "number")
    with pytest.raises(EngineError, match="needs more columns than there are") as refusal:
        train(spec, table("one column", "number")[1])
    assert refusal.value.code == "TOO_FEW_COLUMNS"
