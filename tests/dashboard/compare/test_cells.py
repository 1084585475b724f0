"""What stands in the cells of a comparison: parameters that are None or not there, differences."""

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.preferences import delta_for_reader
from tests.factories import make_dataset, make_succeeded_job
from tests.page import PageClient, words_of


def test_a_parameter_that_is_none_is_told_from_one_that_is_not_there(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    jobs = [
        make_succeeded_job(dataset=dataset, estimator=estimator, parameters=parameters)
        for estimator, parameters in (
            ("DecisionTreeClassifier", {"max_depth": 3}),
            ("RandomForestClassifier", {}),
            ("LogisticRegression", {}),
        )
    ]
    ids = ",".join(str(job.id) for job in jobs)
    page = PageClient(app, member).get(f"/compare?jobs={ids}")
    (row,) = [
        head.parent for head in page.select("th[scope=row].mono") if head.text == "max_depth"
    ]
    assert row is not None
    assert [words_of(cell) for cell in row.select("td")] == ["3", "None", "– no value"]
    assert ["different" in (cell.get("class") or "") for cell in row.select("td")] == [
        False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "beside", "shown"),
    [
        (3e-5, 0.768, "+0.000"), (-2e-4, 0.768, "\N{MINUS SIGN}0.000"), (6e-4, 0.768, "+0.001"),
        (3e-5, 4e-5, "+3.00e-05"), (0.0, 0.768, "+0.000"),
    ],
)  # fmt: skip
def test_a_difference_has_no_more_decimals_than_the_score_beside_it(
    amount: float, beside: float, shown: str
) -> None:
    assert delta_for_reader(amount, beside) == shown


def test_schemes_are_called_as_in_the_form(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [
        make_succeeded_job(member, dataset=dataset, validation={"scheme": scheme, "folds": 3})
        for scheme in ("kfold", "group", "stratified")
    ]
    numbers = ",".join(str(job.id) for job in jobs)
    page = PageClient(app, member).get(f"/compare?jobs={numbers}")
    rows = {words_of(row.select("th")[0]): row for row in page.select("tr:has(th[scope=row])")}
    assert [words_of(cell) for cell in rows["Validation scheme"].select("td")] == [
        "k folds", "k folds of whole groups", "k folds, stratified"
    ]  # fmt: skip
    assert "kfold" not in page.text
