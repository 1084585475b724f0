"""A row of which nothing is known is predicted, and it is said that nothing is known."""

from pathlib import Path

from tasks.engine.predicting.prediction import text_table, warn_of_empty
from tests.engine.tables import mixed_csv
from tests.engine.training.clean_process import run
from tests.engine.training.test_bundles import make_bundle

SCHEMA = {
    "features": ["age", "city"],
    "columns": [{"name": "age"}, {"name": "city"}],
    "dialect": {"missing": ["", "NA"]},
}


def said(*rows: dict[str, object]) -> list[str]:
    found = warn_of_empty(text_table(list(rows), SCHEMA), SCHEMA)
    return [warning["message"] for warning in found]


def test_one_row_without_any_value() -> None:
    words = "All 2 fields are empty, so this is what the model says without knowing anything"
    assert said({"age": None, "city": None}) == [words]
    assert said({"age": " ", "city": "NA"}) == [words]
    assert said({"age": None, "city": "Oslo"}) == []
    assert said({"age": 0, "city": None}) == []
    assert said({"age": None, "city": False}) == []


def test_some_of_several_rows() -> None:
    full, empty = {"age": 3, "city": "Oslo"}, {"age": None, "city": ""}
    assert said(full, full) == []
    columns = "has no value in any of the 2 columns that the model reads"
    assert said(full, empty) == [f"Row 2 {columns}"]
    assert said(empty, full, empty) == [
        f"2 rows {columns.replace('has', 'have', 1)}. The first is row 1"
    ]


def test_a_model_of_one_column_names_it() -> None:
    schema = SCHEMA | {"features": ["age"]}
    (found,) = warn_of_empty(text_table([{"age": None}], schema), schema)
    assert found["message"].startswith('The only field, "age", is empty')
    assert (found["code"], found["count"]) == ("ROW_EMPTY", 1)


def test_several_rows_of_a_model_of_one_column_name_it() -> None:
    schema = SCHEMA | {"features": ["age"]}
    (found,) = warn_of_empty(text_table([{"age": 1}, {"age": None}], schema), schema)
    assert found["message"] == 'Row 2 has no value in "age", the only column that the model reads'


def test_a_bundle_tells_rows_without_any_value(tmp_path: Path) -> None:
    _, folder = make_bundle(tmp_path, "Ridge", "y_number", "regression")
    names, *rows = mixed_csv(20).splitlines()
    source = tmp_path / "new.csv"
    source.write_text("\n".join([names, *rows[:3], "," * names.count(","), *rows[3:]]) + "\n")
    done = run(folder / "predict.py", str(source), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    assert "Row 4 has no value in any of the" in done.stderr
