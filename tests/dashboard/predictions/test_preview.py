"""The first rows of a predicted file: the answers of a column have as many decimals each."""

import io

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.predictions.preview import read_preview
from dashboard.storage import get_storage, keys
from tests.dashboard.predictions.test_pages import file_prediction
from tests.factories import make_model, make_succeeded_job


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        (["0.5", "0.123456789", "12.3456789012"], ["0.5000", "0.1235", "12.3457"]),
        (["0.97", "0.0312499999", "1.0"], ["0.97000", "0.03125", "1.00000"]),
        (["1", "20", "300"], ["1", "20", "300"]),
        (["1.5", "2.25"], ["1.50", "2.25"]),
        # What is next to nothing is not shown as nothing.
        (["0.9999999999", "1.234567e-09"], ["1.000000", "1.23457e-09"]),
        (["0.5", ""], ["0.5", ""]),
    ],
)
def test_answers_of_a_column_have_the_same_decimals(
    app: Flask, member: User, answers: list[str], shown: list[str]
) -> None:
    model = make_model(make_succeeded_job(member, task="regression"))
    key = keys.prediction_file(7, "ab" * 8, "output")
    rows = "".join(f"1.123456789012,{answer}\n" for answer in answers)
    get_storage().write(key, io.BytesIO(f"a,prediction\n{rows}".encode()))
    found = read_preview(
        file_prediction(model, state="ready", n_rows=len(answers), output_key=key,
                        answer={"delimiter": ",", "n_columns": 1})
    )  # fmt: skip
    assert found is not None
    assert [row[0] for row in found.rows] == shown
    assert {row[1] for row in found.rows} == {"1.123456789012"}  # a person's own cells stay
