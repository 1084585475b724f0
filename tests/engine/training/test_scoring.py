"""A model applied to a file: how the file is read, and what is told of it."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.errors import DataError
from tasks.engine.predicting import scoring
from tasks.engine.predicting.scoring import score_file
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv


@pytest.fixture
def score(tmp_path: Path) -> Any:
    """Have a file predicted by a model of `mixed_csv`, read as `dialect` says."""

    def predict(text: str, **dialect: Any) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
        spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
        result = train(spec, columns)
        schema = {**result.schema, "dialect": {**result.schema["dialect"], **dialect}}
        if "decimal" in dialect:
            schema["columns"] = [
                {**column, "decimal": dialect["decimal"]} for column in schema["columns"]
            ]
        source, target = tmp_path / "new.csv", tmp_path / "answer.csv"
        source.write_text(text)
        scored = score_file(result.model, schema, source, target, file_name="new.csv")
        with target.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter=dialect.get("delimiter", ",")))
        assert len(rows) == scored.n_rows
        assert list(rows[0])[scored.n_columns].startswith("prediction")
        return rows, scored.warnings

    return predict


def test_what_was_found_while_reading_is_told(score: Any) -> None:
    names, *rows = mixed_csv(20).splitlines()
    text = "\n".join(["Exported by me", names, *rows, names, *rows, "the end"]) + "\n"
    predicted, warnings = score(text)
    assert len(predicted) == 40
    told = {warning["code"]: warning for warning in warnings}
    assert set(told) == {"PREAMBLE", "HEADER_REPEATED", "FOOTNOTE"}
    assert (told["HEADER_REPEATED"]["line"], told["FOOTNOTE"]["line"]) == (23, 44)


def test_an_answer_that_is_predicted_again_has_no_name_twice(score: Any) -> None:
    names, *rows = mixed_csv(20).splitlines()
    text = "\n".join([f"{names},prediction,prediction_2", *(f"{row},7,8" for row in rows)])
    predicted, _ = score(text + "\n")
    assert list(predicted[0])[-3:] == ["prediction", "prediction_2", "prediction_3"]
    assert {(row["prediction"], row["prediction_2"]) for row in predicted} == {("7", "8")}
    assert len({row["prediction_3"] for row in predicted}) > 1


def test_a_file_that_tells_little_is_split_as_the_training_data(score: Any) -> None:
    names, row, *_ = mixed_csv(20).splitlines()
    cells = ["x|y, z|w" if cell.isalpha() else f'"{cell}"' for cell in row.split(",")]
    text = names.replace(",", "~") + "\n" + "~".join(cells) + "\n"
    assert len(score(text, delimiter="~")[0]) == 1


def test_columns_that_are_missing_either_way_are_named(score: Any) -> None:
    with pytest.raises(DataError, match="needs columns"):
        score("a;b\n1;2\n", delimiter=";")


def test_predictions_have_the_decimal_sign_of_the_table(score: Any) -> None:
    names, *rows = mixed_csv(20).splitlines()
    plain, _ = score("\n".join([names, *rows]) + "\n")
    text = "\n".join([names, *rows]).replace(",", ";").replace(".", ",") + "\n"
    predicted, _ = score(text, delimiter=";", decimal=",")
    assert all("." not in row["prediction"] for row in predicted)
    found = [float(row["prediction"].replace(",", ".")) for row in predicted]
    assert len(set(found)) > 1
    assert np.allclose(found, [float(row["prediction"]) for row in plain])


def test_rows_without_any_value_are_told_with_the_first_line(
    score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_ROWS", 8)
    names, *rows = mixed_csv(20).splitlines()
    empty = "," * names.count(",")
    plain = score("\n".join([names, *rows]) + "\n")[1]
    assert "ROW_EMPTY" not in {warning["code"] for warning in plain}
    text = "\n".join([names, *rows[:10], empty, *rows[10:]]) + "\n"
    (told,) = [one for one in score(text)[1] if one["code"] == "ROW_EMPTY"]
    said = r"has no value in any of the \d columns that the model reads"
    assert re.fullmatch(f"Line 12 {said}", told["message"])
    text = "\n".join([names, *rows[:10], empty, *rows[10:], empty, rows[0]]) + "\n"
    (told,) = [one for one in score(text)[1] if one["code"] == "ROW_EMPTY"]
    said = said.replace("has", "have", 1)
    assert re.fullmatch(f"2 rows {said}\\. The first is line 12", told["message"])
    assert (told["count"], told["column"]) == (2, None)
