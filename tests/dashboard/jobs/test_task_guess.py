"""Is a target of classes or of numbers: targets of well-known tables, and the rule's edges."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.asking.task_guess import explain_task, suggest_task
from tests.factories import make_dataset
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")

# Name, kind, different values, rows, rows of the rarest value; None where numbers are fractions.
CLASSES = [
    ("species", "category", 3, 344, 68),  # penguins
    ("column_5", "category", 3, 150, 50),  # iris without a header
    ("class", "category", 2, 8124, 3916),  # mushroom
    ("Class", "boolean", 2, 5000, 707),  # churn
    ("column_21", "number", 2, 1000, 300),  # german credit, 1 and 2
    ("column_10", "number", 6, 214, 9),  # glass, 1 to 7 without 4
    ("column_4", "number", 2, 306, 81),  # haberman
    ("Cover_Type", "number", 7, 581_012, 2747),
    ("num", "number", 5, 303, 13),  # heart disease
    ("target", "number", 10, 1797, 174),  # digits
    ("NSP", "number", 3, 2126, 176),  # cardiotocography
    ("CLASS", "number", 10, 2126, 53),
    ("type", "number", 7, 101, 4),  # zoo
    ("Class", "number", 13, 452, 2),  # arrhythmia
    ("class", "number", 26, 7797, 298),  # isolet
    ("Class", "number", 100, 1600, 16),  # one hundred plants
    ("target", "number", 26, 20_000, 734),  # letters as 0 to 25
    ("Vowel", "number", 11, 990, 90),
    ("movement", "number", 15, 360, 24),  # libras
    ("price_range", "number", 4, 2000, 500),
    ("Customer_Segmentation", "category", 4, 8068, 1858),
    ("class", "number", 7, 4898, 5),  # white wine where its quality is called a class
    ("y", "boolean", 2, 45_211, 5289),
    ("Outcome", "number", 2, 768, 268),
    ("class", "number", 355, 416_188, None),  # dionis
    ("label", "number", 8, 900, 40),
    ("target", "number", 40, 4000, 100),  # as many pictures of each of 40 faces
]
NUMBERS = [
    ("mpg", "number", 129, 398, None),
    ("tip", "number", 123, 244, None),
    ("column_9", "number", 28, 4177, 1),  # abalone without a header
    ("Rings", "number", 28, 4177, 1),
    ("price", "number", 11_602, 53_940, None),
    ("Sale_Price", "number", 1032, 2930, None),
    ("Temp", "number", 229, 3650, None),
    ("column_2", "number", 62, 63, None),
    ("G3", "number", 18, 395, 1),  # student performance
    ("quality", "number", 7, 4898, 5),
    ("target", "number", 214, 442, 1),  # diabetes
    ("cnt", "number", 869, 17_379, 1),
    ("vinnie", "number", 16, 380, 1),
    ("sensory", "number", 11, 576, None),
    ("usr", "number", 56, 8192, 1),
    ("Absenteeism time in hours", "number", 19, 740, 1),
    ("class", "number", 51, 167, None),  # servo
    ("exam_score", "number", 45, 6607, 1),
    ("horsepower", "number", 93, 392, 1),
    ("age", "number", 60, 1000, 5),
    ("medv", "number", 229, 506, None),
    ("sepal length", "number", 35, 150, None),
    ("Class_number_of_rings", "number", 28, 4177, 1),  # abalone
    ("year", "number", 15, 5000, 300),
    ("sample.yr", "number", 9, 7874, 48),
    ("kids", "number", 9, 9120, 100),
    ("class", "number", 145, 159, None),  # prices of cars
    ("class", "number", 129, 398, None),  # miles per gallon
]


def column(name: str, kind: str, distinct: int, rows: int, rarest: int | None) -> dict[str, Any]:
    low = {"target": 0, "class": 1, "age": 18}.get(name, 1)
    found: dict[str, Any] = {"name": name, "kind": kind, "distinct": distinct, "count": rows}
    if kind == "number":
        found |= {"min": float(low), "max": float(low + distinct - 1)}
        if distinct <= 100:
            found["whole"] = rarest is not None
            found["rarest"] = {"value": "1", "count": rarest or 1}
    return found


@pytest.mark.parametrize("facts", CLASSES, ids=str)
def test_classes_are_seen_as_classes(facts: tuple[Any, ...]) -> None:
    assert suggest_task(column(*facts)) == "classification"


@pytest.mark.parametrize("facts", NUMBERS, ids=str)
def test_numbers_are_seen_as_numbers(facts: tuple[Any, ...]) -> None:
    assert suggest_task(column(*facts)) == "regression"


@pytest.mark.parametrize(
    ("low", "steps", "task"),
    [
        (1, [92, 142, 181, 172, 158, 118, 88, 31, 18], "regression"),  # era
        (1, [2, 12, 38, 100, 116, 135, 62, 19, 4], "regression"),  # esl
        (0, [93, 280, 403, 197, 27], "regression"),  # lev
        (2, [32, 352, 399, 217], "regression"),  # swd
        (3, [10, 53, 681, 638, 199, 18], "regression"),  # red wine
        (0, [164, 55, 36, 35, 13], "classification"),  # heart disease
        (-1, [22, 67, 54, 32, 27], "classification"),  # risk of cars
        (1, [2, 81, 61, 4], "classification"),  # lymphography
        (0, [463, 5, 35, 44, 51, 163, 244, 429, 20, 30], "classification"),  # yeast
        (1, [4913, 329, 28, 88, 115], "classification"),  # blocks of a page
        (0, [60, 290, 403, 197, 150], "classification"),  # one end only is rare
        (1, [1722, 1544, 1406, 1777, 1906, 1944], "classification"),  # kinds of motion
        (1, [1072, 2303, 96], "classification"),
    ],
)
def test_numbers_that_stand_as_grades_do_are_numbers(
    low: int, steps: list[int], task: str
) -> None:
    """Whatever they are called: many tables call it target, or out1."""
    found = {**column("target", "number", len(steps), sum(steps), min(steps)), "steps": steps,
             "min": low, "max": low + len(steps) - 1}  # fmt: skip
    assert suggest_task(found) == task
    for name in ("class", "severity", "triage_code"):
        assert suggest_task({**found, "name": name}) == "classification"
    assert ("those in the middle" in explain_task(found)) == (task == "regression")


def test_profiles_of_earlier_versions_say_less_and_are_read_as_they_were() -> None:
    few = {"name": "x", "kind": "number", "distinct": 20, "count": 500, "min": 0, "max": 19}
    assert suggest_task(few) == "classification"
    assert suggest_task({**few, "distinct": 21}) == "regression"


def test_numbers_that_stand_in_hardly_any_row_are_no_classes() -> None:
    few = {"name": "x", "kind": "number", "distinct": 9, "count": 12, "whole": True}
    assert suggest_task(few) == "regression"
    assert suggest_task({**few, "count": 90}) == "classification"


@pytest.mark.parametrize(
    ("name", "task"),
    [("WaterQuality", "regression"), ("page_views_count", "regression"), ("Age", "regression"),
     ("CLASS", "classification"), ("risk class", "classification"), ("discount", "classification"),
     ("stage", "classification"), ("", "classification")],
)  # fmt: skip
def test_whole_words_of_a_name_count(name: str, task: str) -> None:
    ten = {"name": name, "kind": "number", "distinct": 8, "count": 900, "whole": True}
    assert suggest_task(ten) == task


@pytest.mark.parametrize(
    ("low", "high", "task"),
    [(0, 100, "regression"), (1970, 1980, "regression"), (0, 10, "classification"),
     (1, 13, "classification"), (2, 12, "regression")],
)  # fmt: skip
def test_some_numbers_are_classes_only_where_they_are_numbered(
    low: int, high: int, task: str
) -> None:
    """Steps of ten, or years, are none; a class or two may lack."""
    eleven = {"name": "foo", "kind": "number", "distinct": 11, "count": 900, "whole": True,
              "min": low, "max": high, "rarest": {"value": "1", "count": 60}}  # fmt: skip
    assert suggest_task(eleven) == task


def test_numbers_with_equally_many_rows_are_classes_also_with_gaps() -> None:
    textures = {"name": "target", "kind": "number", "distinct": 11, "count": 5500, "whole": True,
                "min": 2, "max": 14, "rarest": {"value": "14", "count": 500}}  # fmt: skip
    assert suggest_task(textures) == "classification"
    assert suggest_task({**textures, "rarest": {"value": "14", "count": 400}}) == "regression"
    few = {**textures, "count": 55, "rarest": {"value": "14", "count": 5}}
    assert suggest_task(few) == "regression"


@pytest.mark.parametrize(
    ("name", "distinct", "low", "high"),
    [("dose", 12, 0, 500), ("concentration", 15, 5, 1000), ("pressure", 20, 100, 2000),
     ("rpm", 16, 500, 2000), ("speed", 11, 0, 100), ("angle", 36, 0, 350), ("time", 50, 0, 490)],
)  # fmt: skip
def test_steps_of_an_experiment_are_numbers_though_each_has_as_many_rows(
    name: str, distinct: int, low: int, high: int
) -> None:
    steps = {"name": name, "kind": "number", "distinct": distinct, "count": 30 * distinct,
             "whole": True, "min": low, "max": high,
             "rarest": {"value": "100", "count": 30}}  # fmt: skip
    assert suggest_task(steps) == "regression"


@pytest.mark.parametrize(
    ("name", "low", "task"),
    [("class", 0, "classification"), ("class", 7, "regression"), ("x", 0, "regression"),
     ("species_count", 0, "regression"), ("social class score", 1, "regression")],
)  # fmt: skip
def test_hundreds_of_classes_need_a_name_and_numbers_that_run_on(
    name: str, low: int, task: str
) -> None:
    many = {"name": name, "kind": "number", "distinct": 355, "count": 9000,
            "min": low, "max": low + 354}  # fmt: skip
    assert suggest_task(many) == task
    assert suggest_task({**many, "count": 1200}) == "regression"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (("city", "category", 3, 90, 20), "Worked out as classification, as it holds no numbers."),
        (("n", "number", 10, 900, 20), "only. If it is a count or an amount, choose regression"),
        (("visits", "number", 10, 900, 20), "regression, as its name speaks of an amount"),
        (("n", "number", 18, 395, 1), "18 different whole numbers, some much rarer than others"),
        (("quality", "number", 7, 4898, 5), "If its numbers stand for classes, choose class"),
        (("mpg", "number", 90, 398, None), "regression, as it has numbers with a fraction"),
        (("n", "number", 869, 17_379, 1), "regression, as it has 869 different numbers"),
        (("n", "number", 62, 63, 1), "62 different numbers stand in few rows each"),
    ],
    ids=str,
)  # fmt: skip
def test_why_is_said(target: tuple[Any, ...], words: str) -> None:
    assert words in explain_task(column(*target))


def test_fractions_are_not_offered_as_classes() -> None:
    assert "choose" not in explain_task(column("mpg", "number", 90, 398, None))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"distinct": 40, "min": 5, "max": 9000, "rarest": {"value": "5", "count": 15}},
         "regression, as it has 40 different whole numbers, but not all from 0 or 1 on."),
        ({"distinct": 40, "min": 1, "max": 40, "rarest": {"value": "5", "count": 8}},
         "regression, as it has 40 different whole numbers, some rarer than others."),
        ({"distinct": 40, "min": 1, "max": 40},
         "regression, as it has 40 different whole numbers."),
        ({"distinct": 15, "min": 0, "max": 70, "rarest": {"value": "5", "count": 40}},
         "15 different whole numbers, but not from 0 or 1 on, or with large gaps."),
        ({"distinct": 15}, "classification, as it has 15 different whole numbers only."),
        ({"distinct": 1}, "classification, as it has 1 value only."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_said_of_numbers_is_true_of_them(facts: dict[str, Any], words: str) -> None:
    plain = {"name": "n", "kind": "number", "count": 800, "whole": True}
    assert words in explain_task(plain | facts)


@pytest.mark.parametrize("distinct", [2, 10])
def test_small_counts_can_be_predicted_as_numbers(app: Flask, member: User, distinct: int) -> None:
    steps = {"name": "steps", "kind": "number", "distinct": distinct, "count": 200, "missing": 0,
             "whole": True, "min": 0, "max": distinct - 1}  # fmt: skip
    dataset = make_dataset(member)
    with writing() as session:
        row = session.get_one(Dataset, dataset.id)
        row.columns = [*row.columns, steps]
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=steps")
    assert "choose regression as the task" in words_of(page.find("#task-reason"))
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=steps&task=regression")
    assert not page.select("#task-reason")
    page = pages.follow(pages.submit(page, {}, form="#job-form", status=303))
    assert db.session.scalars(select(Job.task)).one() == "regression"
