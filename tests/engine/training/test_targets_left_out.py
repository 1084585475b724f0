"""Rows are left out by the text of their target: among numbers, of classes, and in a bundle."""

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from tasks.engine.errors import DataError, ParameterError
from tasks.engine.notebook import open_table, request, run
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.clean_process import run as run_file
from tests.engine.training.test_bundles import make_bundle

N = 60
SPLIT = {"targets_left_out": ["k.A.", "n/a?"]}
TEXTS = {7: "k.A.", 20: "n/a?", 31: "k.A."}


def prices(**texts: Any) -> str:
    rows = ((n, n % 7, TEXTS.get(n, f"{n * 1.5 + n % 7:.2f}")) for n in range(N))
    return "a,b,price\n" + "".join(f"{a}.5,{b},{y}\n" for a, b, y in rows)


def test_the_failure_names_the_texts_and_proposes_to_leave_them_out(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "price", "regression", "Ridge", prices())
    with pytest.raises(DataError) as caught:
        train(spec, columns)
    failed = caught.value
    assert '"price" has text in 3 rows: "k.A." in 2, "n/a?" in 1. First: line 9' in failed.message
    assert failed.hint.startswith("Leave these rows out, or choose another target")
    assert failed.change == {"validation": SPLIT}
    spec, columns = make_spec(tmp_path, "price", "regression", "Ridge", prices(), split=SPLIT)
    result = train(spec, columns)
    assert result.details["rows_used"] == N - 3
    assert result.score > 0.99
    assert result.warnings[0] == {
        "code": "TARGETS_LEFT_OUT",
        "message": '3 rows were left out by "price": "k.A." in 2, "n/a?" in 1',
    }


def test_numbers_among_many_texts_are_not_proposed(tmp_path: Path) -> None:
    text = "a,price\n" + "".join(f"{n},{n if n % 3 == 0 else 'x'}\n" for n in range(N))
    spec, columns = make_spec(tmp_path, "price", "regression", "Ridge", text)
    spec.schema["columns"][1]["kind"] = "number"  # as a person may choose
    with pytest.raises(DataError) as caught:
        train(spec, columns)
    assert caught.value.change == {}
    assert caught.value.hint == "Choose another target, or classification as the task"


def test_a_class_may_be_left_out(tmp_path: Path) -> None:
    labels = ["yes", "no", "unknown"]
    text = "a,y\n" + "".join(f"{n}.5,{labels[n % 3]}\n" for n in range(N))
    split = {"targets_left_out": [" unknown "]}  # cells, too, are taken without outer space
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", text, split=split)
    result = train(spec, columns)
    assert result.classes == ["no", "yes"]
    assert result.details["rows_used"] == 40
    told = {one["code"]: one["message"] for one in result.warnings}
    assert told["TARGETS_LEFT_OUT"] == '20 rows were left out by "y": "unknown" in 20'
    assert "TARGET_MISSING" not in told


@pytest.mark.long
def test_a_bundle_trains_on_the_same_rows(tmp_path: Path) -> None:
    result, folder = make_bundle(
        tmp_path, "Ridge", "price", "regression", text=prices(), split=SPLIT
    )
    trained = run_file(
        folder / "train.py", str(tmp_path / "table.csv"), "-o", str(tmp_path / "again")
    )
    assert trained.returncode == 0, trained.stderr
    assert f"Trained on {N - 3} rows" in trained.stdout
    again = joblib.load(tmp_path / "again")
    np.testing.assert_array_equal(again[-1].coef_, result.model[-1].coef_)


def test_a_notebook_leaves_them_out_too(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(prices(), encoding="utf-8")
    table = open_table(path)
    column = next(one for one in table.columns if one["name"] == "price")
    assert column["texts"] == [{"value": "k.A.", "count": 2}, {"value": "n/a?", "count": 1}]
    assert column["as_number"] == {"decimal": "."}
    assert len(run(table, request(table, "price", "Ridge", validation=SPLIT)).out_of_fold) == N - 3
    with pytest.raises(ParameterError, match="targets_left_out must be a list of texts"):
        request(table, "price", "Ridge", validation={"targets_left_out": "k.A."})
    with pytest.raises(ParameterError, match="takes 100 texts of 200 characters at most"):
        request(table, "price", "Ridge", validation={"targets_left_out": ["x" * 201]})


def test_texts_are_told_apart_where_they_are_few(tmp_path: Path) -> None:
    texts = "".join(f"{n},{'t' + str(n) if n < 21 else n}\n" for n in range(90))
    path = tmp_path / "many.csv"
    path.write_text("a,price\n" + texts, encoding="utf-8")
    assert "texts" not in open_table(path).columns[1]
