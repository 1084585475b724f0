"""The page of a model: what it needs, and a call that works as it stands."""

import json
import re

import numpy as np
import pandas as pd
from flask import Flask

from dashboard.db import User
from tasks.engine.coercion import features_from_text
from tests.factories import make_model, make_succeeded_job
from tests.page import PageClient

SCHEMA = {
    "dialect": {}, "target": "churned", "task": "classification",
    "features": ["income", "active", "plan"],
    "columns": [
        {"name": "income", "kind": "number", "decimal": ".", "range": [-3159.31, 105572.0]},
        # As models had it that were trained before booleans lost their range.
        {"name": "active", "kind": "boolean", "true": "Y", "false": "N", "range": [0.0, 1.0]},
        {"name": "plan", "kind": "category", "values": ["Basic", "Plus"]},
        {"name": "churned", "kind": "category"},
    ],
}  # fmt: skip


def test_what_training_saw_is_said_in_the_words_of_the_file(app: Flask, member: User) -> None:
    model = make_model(make_succeeded_job(member), schema=SCHEMA)
    text = PageClient(app, member).get(f"/models/{model.id}").text
    assert "\N{MINUS SIGN}3,159.31 to 105,572" in text
    assert "N, Y" in text
    assert "0 to 1" not in text


def test_row_of_the_call_is_read_without_a_warning(app: Flask, member: User) -> None:
    model = make_model(make_succeeded_job(member), schema=SCHEMA)
    text = PageClient(app, member).get(f"/models/{model.id}").text
    found = re.search(r"-d '(.*)'", text)
    assert found
    rows = json.loads(found[1])["rows"]
    table = pd.DataFrame(rows, dtype=object).map(str)
    X, warnings = features_from_text(table, SCHEMA)
    assert warnings == []
    assert np.isfinite(X[["income", "active"]].to_numpy(dtype=float)).all()
