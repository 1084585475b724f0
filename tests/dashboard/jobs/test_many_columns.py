"""The form of a new job on a table with more columns than can be listed: searched, and named."""

import time

import pytest
from flask import Flask

from dashboard.db import Dataset, Job, User
from dashboard.extensions import db
from dashboard.jobs.form.many_columns import (
    COLUMNS_LISTED,
    PATTERNS_AT_MOST,
    lines_of,
    match_targets,
    pick_columns,
)
from tests.factories import COLUMNS, make_dataset, make_job
from tests.page import Page, PageClient

ODD = ["../../x", "<script>alert(1)</script>", "=cmd()", "a\nb", "two  spaces", "a * b", "*"]
NUMBER = COLUMNS[0]


def columns_of(*names: str, kind: str = "number") -> list[dict[str, object]]:
    return [{**NUMBER, "name": name, "kind": kind, "distinct": 60} for name in names]


GENES = columns_of(*[f"gene_{n}" for n in range(20_000 - len(ODD) - len(COLUMNS) - 1)])
IDS = columns_of("gene_id", kind="identifier")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def wide(pages: PageClient, member: User) -> Dataset:
    return make_dataset(member, columns=[*COLUMNS, *columns_of(*ODD), *GENES, *IDS])


@pytest.fixture
def many(pages: PageClient, member: User) -> Dataset:
    """Too many columns to be listed, for what twenty thousand of them would show no better."""
    return make_dataset(member, columns=[*COLUMNS, *columns_of(*ODD), *GENES[:2_000], *IDS])


def open_form(pages: PageClient, dataset: Dataset, target: str = "churned") -> Page:
    return pages.get(f"/jobs/new?dataset_id={dataset.id}&target={target}")


def offered(page: Page) -> list[str]:
    return [str(radio["value"]) for radio in page.select("#target-matches input")]


def submit(pages: PageClient, page: Page, status: int = 303, **typed: str) -> Page:
    return pages.submit(page, typed, form="#job-form", status=status)


def the_job() -> Job:
    return db.session.query(Job).order_by(Job.id.desc()).first() or pytest.fail("no job")


@pytest.mark.parametrize("target", ["", "gene", "churned"])
def test_form_of_twenty_thousand_columns_is_a_small_page(
    target: str, pages: PageClient, wide: Dataset
) -> None:
    page = open_form(pages, wide, target)
    assert len(page.html) < 75_000
    assert len(offered(page)) == (0 if target == "churned" else 10)


def test_a_part_of_a_name_finds_columns_and_one_of_them_is_chosen(
    pages: PageClient, wide: Dataset
) -> None:
    page = submit(pages, open_form(pages, wide, ""), 200, target="NE_1234", action="update")
    assert offered(page)[:2] == ["gene_1234", "gene_12340"]
    assert "11 columns that can be predicted have “NE_1234” in their names" in page.text
    assert page.errors["target"] == 'There is no column called "NE_1234"'
    assert page.find("#field-target")["value"] == "NE_1234"
    # What a browser sends of the field, and of the choice behind it.
    page = submit(pages, page, 200, target="gene_1234", action="update")
    assert not offered(page)
    assert page.find("#field-target")["value"] == "gene_1234"
    submit(pages, page)
    assert the_job().target == "gene_1234"


def test_the_choice_counts_and_not_what_was_searched_for(pages: PageClient, wide: Dataset) -> None:
    data = {"dataset_id": wide.id, "target": ["gene_", "gene_7"], "action": "update"}
    page = pages.post("/jobs/new", data, status=200)
    assert page.find("#field-target")["value"] == "gene_7"
    assert page.find('[name="estimator"][checked]')


def test_what_is_typed_finds_columns_at_once(pages: PageClient, wide: Dataset) -> None:
    answer = pages.live(f"/_live/jobs/targets?dataset_id={wide.id}&target=script")
    html = answer.get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html


def test_a_name_that_cannot_be_predicted_is_refused_with_the_reason(
    pages: PageClient, wide: Dataset
) -> None:
    page = submit(pages, open_form(pages, wide), 200, target="gene_id", action="update")
    assert "looks like an identifier" in page.errors["target"]
    page = submit(pages, open_form(pages, wide), 422, target="gene_x")
    assert page.errors["target"].endswith('has no column called "gene_x"')
    assert "No column that can be predicted has “gene_x” in its name" in page.text


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_chosen_as_others_are(name: str, pages: PageClient, many: Dataset) -> None:
    typed = {"target": " ".join(name.splitlines()), "features_mode": "only", "features": "age"}
    page = submit(pages, open_form(pages, many, ""), 200, action="update", **typed)
    assert not page.errors
    assert page.find("#field-target")["value"] == typed["target"].replace("  ", " ")
    submit(pages, page, **typed)
    assert (the_job().target, the_job().features) == (name, ["age"])


@pytest.mark.parametrize(
    ("mode", "lines", "features"),
    [
        ("only", "age\n\n  city ", ["age", "city"]),
        ("only", "gene_1999*\ngene_id", ["gene_1999", "gene_id"]),
        ("only", "*script*\n../*x\na * *", ["../../x", "<script>alert(1)</script>", "a * b"]),
        ("without", "*e_*", None),
        ("", "age", None),
    ],
)
def test_lines_name_what_is_learned_from(
    mode: str, lines: str, features: list[str] | None, *, pages: PageClient, many: Dataset
) -> None:
    submit(pages, open_form(pages, many), features_mode=mode, features=lines)
    left = [c["name"] for c in many.columns if c["name"] not in {"churned", "gene_id"}]
    if mode == "without":
        left = [name for name in left if "e_" not in name]
    assert the_job().features == (features or left)


def test_lines_that_name_nothing_are_told_and_kept(pages: PageClient, wide: Dataset) -> None:
    typed = {"features_mode": "without", "features": "age\nagee\nprotein_*"}
    page = submit(pages, open_form(pages, wide), 422, **typed)
    assert page.errors == {"features": 'There is no column called "agee", "protein_*"'}
    assert page.find("#field-features").get_text().split() == ["age", "agee", "protein_*"]
    page = submit(pages, page, 422, features="", features_mode="only")
    assert page.errors == {"features": "No column is left to learn from"}


@pytest.mark.parametrize("left_out", [["age", "a\nb"], [], [f"gene_{n}" for n in range(19_000)]])
def test_duplicate_of_a_job_uses_the_same_columns(
    left_out: list[str], pages: PageClient, wide: Dataset, member: User
) -> None:
    gone = {*left_out, "churned", "gene_id"}
    job = make_job(
        member, wide, features=[c["name"] for c in wide.columns if c["name"] not in gone]
    )
    page = pages.get(f"/jobs/new?from={job.id}")
    submit(pages, page)
    assert the_job().id > job.id
    assert the_job().features == job.features


def test_boxes_are_for_columns_that_can_be_listed(pages: PageClient, member: User) -> None:
    columns = [*COLUMNS, *columns_of(*[f"x{n}" for n in range(COLUMNS_LISTED - len(COLUMNS))])]
    page = open_form(pages, make_dataset(member, columns=columns))
    assert len(page.select("[name=features][type=checkbox]")) == COLUMNS_LISTED - 1
    page = open_form(pages, make_dataset(member, columns=[*columns, *columns_of("one_more")]))
    assert not page.select("[name=features][type=checkbox]")
    assert page.find("textarea#field-features") is not None


def test_boxes_that_are_all_empty_stay_empty(pages: PageClient, member: User) -> None:
    page = open_form(pages, make_dataset(member))
    sent = {"features": [], "action": "update"}
    page = pages.submit(page, sent, form="#job-form", status=200)
    assert "0 of 3 columns used" in page.text
    page = pages.submit(page, {"features": []}, form="#job-form", status=422)
    assert page.errors == {"features": "No column is left to learn from"}


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    columns = columns_of(*["a" * 500 for _ in range(100)])
    assert pick_columns(columns, "*a" * 250 + "b", "").unknown
    lines = "\n".join(f"*{n}*" for n in range(PATTERNS_AT_MOST + 1))
    numbered = columns_of(*[f"n{n}" for n in range(PATTERNS_AT_MOST + 1)])
    assert pick_columns(numbered, lines, "").unknown == [f"*{PATTERNS_AT_MOST}*"]


def test_many_columns_are_picked_in_one_look_at_them() -> None:
    began = time.process_time()
    assert len(pick_columns(GENES, "*", "gene_7").names) == len(GENES) - 1
    assert time.process_time() - began < 1


def test_the_best_match_stands_first() -> None:
    found = match_targets(columns_of("the age", "wage", "Age"), "age")
    assert (found.names, found.total) == (["Age", "wage", "the age"], 3)


def test_the_fewer_lines_are_written() -> None:
    columns = columns_of("a", "b", "c", "d")
    assert lines_of(columns, ["a", "b"], "d") == ("without", "c")
    assert lines_of(columns, ["a"], "d") == ("only", "a")
    assert lines_of(columns, ["a", "b", "c"], "d") == ("", "")
