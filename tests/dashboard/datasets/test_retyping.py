"""Another type of a column is refused where not one cell can have it, before a version is made."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.datasets.version.type_fit import find_fit
from dashboard.db import Dataset, User
from dashboard.extensions import db
from dashboard.storage import get_storage
from tasks.engine.profile import choice_fit
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.page import PageClient

TEXT = "area,part,day,price,y\n" + "".join(
    f'{n} A,{n if n > 2 else "ca. 5"},day {n},"${n},100",{n % 3}\n' for n in range(1, 41)
)


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    return make_read_dataset(member, TEXT, tmp_path)


def versions() -> int:
    return db.session.scalar(select(func.count()).select_from(Dataset)) or 0


def test_a_type_that_no_cell_can_have_is_refused_with_a_value(
    app: Flask, member: User, dataset: Dataset
) -> None:
    pages = PageClient(app, member)
    words = 'None of the 40 filled cells of "area" is a number: the first is "1 A"'
    page = pages.get(f"/datasets/{dataset.id}?open=area&as=number")
    assert words in page.text
    assert not page.select("form[action$='/type']")
    url, made = f"/datasets/{dataset.id}/type", versions()
    page = pages.follow(pages.post(url, {"name": "area", "kind": "number"}, status=303))
    assert words in page.text
    page = pages.follow(
        pages.post(url, {"name": "day", "kind": "date", "format": "%Y-%m-%d"}, status=303)
    )
    words = 'None of the 40 filled cells of "day" is a date in this format: the first is "day 1"'
    assert words in page.text
    page = pages.get(f"/datasets/{dataset.id}?open=y&as=boolean")
    assert '"y" has 3 different values, such as "1"; yes/no needs two' in page.text
    assert versions() == made


def test_what_would_be_lost_is_said_before_a_version_is_made(
    app: Flask, member: User, dataset: Dataset
) -> None:
    page = PageClient(app, member).get(f"/datasets/{dataset.id}?open=part&as=number")
    words = '2 of the 40 filled cells of "part" are no numbers and become missing, such as "ca. 5"'
    assert words in page.text
    assert page.select("form[action$='/type'] button")


def test_only_the_first_cells_are_looked_at_and_it_is_said(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice_fit, "LOOKED_AT", 10)
    number = {"kind": "number"}
    assert "None of the first 10 filled cells" in find_fit(dataset, "area", number).refusal
    loss = find_fit(dataset, "part", number).loss
    assert loss.startswith('2 of the first 10 filled cells of "part" are no numbers')


def test_what_can_be_and_what_cannot_be_looked_at_is_not_refused(dataset: Dataset) -> None:
    for name, kind in (("price", "number"), ("y", "number"), ("area", "text")):
        fit = find_fit(dataset, name, {"kind": kind})
        assert (fit.refusal, fit.loss) == ("", ""), name
    get_storage().delete(str(dataset.table_key))
    assert find_fit(dataset, "area", {"kind": "number"}).refusal == ""


def test_a_useless_type_of_an_earlier_time_goes_with_the_next_change(
    app: Flask, member: User, dataset: Dataset
) -> None:
    """It was a warning once, and would refuse the file now."""
    dataset.options = {"columns": {"area": {"kind": "number"}}}
    told = {"severity": "warning", "code": "CHOICE_UNUSABLE", "message": "-", "column": "area"}
    dataset.problems, dataset.original_key = [told], "datasets/1/0123456789abcdef/original"
    db.session.commit()
    PageClient(app, member).post(
        f"/datasets/{dataset.id}/type", {"name": "part", "kind": "text"}, status=303
    )
    newest = db.session.scalars(select(Dataset).order_by(Dataset.id.desc())).first()
    assert newest is not None
    assert newest.options["columns"] == {"part": {"kind": "text"}}
