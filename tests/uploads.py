"""Uploads as the check page meets them, with what the light worker would have written."""

from typing import Any

from flask import current_app

from dashboard.db import Chore, Dataset, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import storage_address
from tasks import child_work
from tasks.chore_kinds import KINDS
from tests.claims import claim_chore
from tests.factories import make_dataset

NAMES = ("id", "date", "price", "bedrooms", "sqft_living", "waterfront", "zipcode")
KINDS_OF = ("identifier", "date", "category", "number", "number", "boolean", "category")
ROWS = (
    (118, ("7129300520", "2014-10-13", "$1,050,000", "3", "1180", "0", "98178")),
    (133, ("6414100192", "2014-12-09", "$538,000", "3", "2570", "0", "98125")),
    (240, ("5631500400", "2015-02-25", "$180,000", "2", "770", "0", "98028")),
    (902, ("2487200875", "2014-12-09", "N/A", "4", "1960", "0", "98136")),
    (1417, ("1954400510", "2015-02-18", "$510,000", "3", "1680", "1", "98074")),
)
ABOUT_PRICE = {
    "about": "number", "become": 187, "missing": 27, "left": 0, "of": 214,
    "from": "$1,050,000", "to": "1050000", "hidden": "N/A", "chosen": None,
}  # fmt: skip
ABOUT_DATES = {
    "about": "date", "formats": ["%d/%m/%Y", "%m/%d/%Y"], "example": "03/04/2026",
    "meanings": ["3 April 2026", "4 March 2026"], "chosen": None,
}  # fmt: skip
DIALECT = {
    "format": "csv", "compression": None, "delimiter": ",", "quote": '"', "escape": "",
    "encoding": "utf-8", "header": True, "header_line": 1, "header_lines": 1, "decimal": ".",
    "missing": ["", "NA", "N/A", "null", "?"], "bad_lines": "refuse",
}  # fmt: skip


def columns_of(question: dict[str, Any] | None = ABOUT_PRICE) -> list[dict[str, Any]]:
    """Return the columns of the houses; `price` has the question."""
    columns = [
        {"name": name, "kind": kind, "missing": 0, "count": 21_613, "distinct": 4000}
        for name, kind in zip(NAMES, KINDS_OF, strict=True)
    ]
    if question:
        columns[2]["question"] = question
    return columns


def preview_of() -> list[dict[str, Any]]:
    """Return the first rows of the houses, and the first with problems behind them."""
    first = [{"line": n, "cells": ["1", "2014-10-13", "5", "3", "99", "0", "x"]} for n in (2, 3)]
    why = {"N/A": "Means “missing”?"}
    return first + [
        {"line": line, "cells": list(cells), "problem": True,
         "marks": {"2": why.get(cells[2], "Has a currency sign")}}
        for line, cells in ROWS
    ]  # fmt: skip


def make_upload(owner: User, **overrides: Any) -> Dataset:
    """Make an upload that was read: houses, with a question about `price`."""
    values = {
        "saved_at": None, "file_name": "kc_house.csv", "size_bytes": 2_512_345, "rows": 21_613,
        "n_columns": 21, "dialect": DIALECT, "columns": columns_of(), "preview": preview_of(),
        "options": {}, "problems": [],
    }  # fmt: skip
    return make_dataset(owner, **values | overrides)


def finish_reading(upload_id: int, **values: Any) -> None:
    """Write what the light worker would write when it has read an upload anew."""
    with writing() as session:
        upload = session.get_one(Dataset, upload_id, populate_existing=True)
        assert upload.state == "reading"
        for chore in session.query(Chore).where(Chore.subject_id == upload_id):
            session.delete(chore)
        for name, value in values.items():
            setattr(upload, name, value)
        upload.state, upload.progress, upload.message = "ready", 1.0, None


def read_next() -> None:
    """Do the next chore as the light worker does it, in this process: read a file."""
    claim = claim_chore()
    chore = KINDS["read_dataset"](claim)
    events: list[dict[str, Any]] = []
    payload = chore.payload()
    assert payload is not None
    # The worker's settings are those of its process; here they are the app's.
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    child_work.read_dataset(payload, events.append)
    chore.finish(events[-1]["values"])


def stored(upload_id: int) -> Dataset:
    """Return an upload as it is stored now."""
    db.session.rollback()
    return db.session.get_one(Dataset, upload_id, populate_existing=True)
