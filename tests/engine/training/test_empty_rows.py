"""A row of which nothing is known is predicted, and it is said that nothing is known."""

from tasks.engine.prediction import text_table, warn_of_empty

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
    assert said(empty, full, empty) == [f"2 rows {columns.replace('has', 'have', 1)}"]


def test_a_model_of_one_column_names_it() -> None:
    schema = SCHEMA | {"features": ["age"]}
    (found,) = warn_of_empty(text_table([{"age": None}], schema), schema)
    assert found["message"].startswith('The only field, "age", is empty')
    assert (found["code"], found["count"]) == ("ROW_EMPTY", 1)
