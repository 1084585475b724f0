"""The page of a model: what it needs, and a call that works as it stands."""

import json
import re
from typing import Any

import numpy as np
import pandas as pd
from flask import Flask

from dashboard.db import Job, Model, User
from dashboard.db.transaction import writing
from dashboard.models.conversion import LARGEST_BYTES, WAITING, ask_for_conversion
from tasks.engine.table.coercion import features_from_text
from tests.factories import make_dataset, make_model, make_succeeded_job
from tests.page import PageClient, words_of

SCHEMA = {
    "dialect": {}, "target": "churned", "task": "classification",
    "features": ["income", "active", "plan", "since"],
    "columns": [
        {"name": "income", "kind": "number", "decimal": ".", "range": [-3159.31, 105572.0]},
        # As models had it that were trained before booleans lost their range.
        {"name": "active", "kind": "boolean", "true": "Y", "false": "N", "range": [0.0, 1.0]},
        {"name": "plan", "kind": "category", "values": ["Basic", "Plus"]},
        {"name": "since", "kind": "date", "format": "%d/%m/%Y",
         "range": ["2021-01-02", "2024-10-23"]},
        {"name": "churned", "kind": "category"},
    ],
}  # fmt: skip


def test_what_training_saw_is_said_in_the_words_of_the_file(app: Flask, member: User) -> None:
    model = make_model(make_succeeded_job(member), schema=SCHEMA)
    text = PageClient(app, member).get(f"/models/{model.id}").text
    assert "\N{MINUS SIGN}3,159.31 to 105,572" in text
    assert "N, Y" in text
    assert "0 to 1" not in text


def test_dates_have_a_range_and_a_limit_and_dates_and_numbers_an_example(
    app: Flask, member: User
) -> None:
    profile = [
        {"name": "since", "kind": "date", "median": "2023-01-16"},
        {"name": "income", "kind": "number", "median": 3028.4350000000004},
    ]
    job = make_succeeded_job(member, dataset=make_dataset(member, columns=profile))
    text = PageClient(app, member).get(f"/models/{make_model(job, schema=SCHEMA).id}").text
    assert "2021-01-02 to 2024-10-23 16/01/2023" in text
    assert "; since 2021-01-02 to 2024-10-23. Beyond that it guesses" in text
    assert "'since': '16/01/2023'" in text
    assert "'income': '3028.435'" in text


def test_row_of_the_call_is_read_without_a_warning(app: Flask, member: User) -> None:
    model = make_model(make_succeeded_job(member), schema=SCHEMA)
    text = PageClient(app, member).get(f"/models/{model.id}").text
    found = re.search(r"curl -H .*?-d '(.*?)' On the", text)
    assert found
    rows = json.loads(found[1])["rows"]
    table = pd.DataFrame(rows, dtype=object).map(str)
    X, warnings = features_from_text(table, SCHEMA)
    assert warnings == []
    assert np.isfinite(X[["income", "active"]].to_numpy(dtype=float)).all()


def test_page_says_what_became_of_a_model_as_onnx(app: Flask, member: User) -> None:
    pages, model = PageClient(app, member), make_model(make_succeeded_job(member))
    file = {"key": "jobs/1/abcdabcd/joblib", "size_bytes": 900, "sha256": "ab" * 32}
    of_onnx = file | {"n_rows": 120, "difference": 0.00023}
    large = file | {"size_bytes": LARGEST_BYTES + 1}
    words = {
        "is being converted to ONNX": {"joblib": file, "onnx": WAITING},
        "differ by at most 0.00023": {"joblib": file, "onnx": of_onnx},
        "up to 8.0 MB are converted": {"joblib": large},
    }
    for said, files in words.items():
        with writing() as session:
            held = session.get_one(Model, model.id)
            held.files = files
            if files["joblib"] is large:
                ask_for_conversion(session, held)
        page = pages.get(f"/models/{model.id}")
        assert said in page.text
        link = f"/models/{model.id}/download?format=onnx"
        offered = page.select(f'a[href="{link}"]')
        assert len(offered) == ("onnx" in files and "key" in files["onnx"])


def stopped_early(owner: User, **overrides: Any) -> Job:
    """Make a job with five folds scored that was to have more."""
    validation = {"scheme": "stratified", "folds": 10, "repeats": 1}
    return make_succeeded_job(owner, partial=True, **{"validation": validation} | overrides)


def test_score_of_a_stopped_job_is_said_to_be_of_some_folds(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    text = pages.get(f"/models/{make_model(stopped_early(member)).id}").text
    assert "Mean over 5 of 10 folds, stratified, seed" in text
    assert "partial: stopped early" in text
    assert "not every fold was scored" in text
    repeated = {"scheme": "kfold", "folds": 5, "repeats": 3}
    text = pages.get(f"/models/{make_model(stopped_early(member, validation=repeated)).id}").text
    assert "Mean over 5 of 15 folds (5 folds, 3 times), seed" in text
    text = pages.get(f"/models/{make_model(make_succeeded_job(member)).id}").text
    assert "Mean over 5 folds, stratified, seed" in text
    assert "stopped early" not in text


def test_lists_mark_what_was_stopped_early_as_the_jobs_list_does(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    mark, badge, rest = "Stopped early, some folds only", "Stopped early", "Some folds only"
    make_model(make_succeeded_job(member))
    assert not [url for url in ("/jobs", "/models", "/") if badge in pages.get(url).text]
    model = make_model(stopped_early(member))
    row = words_of(pages.get("/jobs").find(f'[data-job-id="{model.job_id}"]'))
    assert f"{badge} {rest}" in row
    page = pages.get("/models")
    assert mark in words_of(page.find(f'[data-model-id="{model.id}"]'))
    assert page.text.count(mark) == 1
    # A phone shows only such cells.
    assert mark in words_of(page.find(f'[data-model-id="{model.id}"] .full > .status-detail'))
    # In "Your best" and in "Recently finished".
    text = pages.get("/").text
    assert (text.count(badge), text.count(rest)) == (2, 2)


def test_model_of_twenty_thousand_columns_has_a_page_of_them_at_a_time(
    app: Flask, member: User
) -> None:
    names = ["<script>alert(1)</script>", "../../x", *[f"gene_{n}" for n in range(19_998)]]
    columns = [{"name": name, "kind": "number", "range": [0.0, 9.0]} for name in names]
    schema = SCHEMA | {"features": names, "columns": columns}
    pages = PageClient(app, member)
    url = f"/models/{make_model(make_succeeded_job(member), schema=schema).id}"
    page = pages.get(url)
    assert len(page.html) < 100_000
    assert [words_of(row.th) for row in page.select("tbody tr:has(> th)")][:3] == names[:3]
    assert "1–100 of 20,000 columns" in page.text
    assert "The row shows the first 100 columns; it must have all 20,000" in page.text
    assert "gene_19997" in pages.get(f"{url}?page=200").text
