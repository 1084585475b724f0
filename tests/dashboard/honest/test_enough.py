"""Nested validation is refused where an outer fold leaves too little for the inner ones."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from flask import Flask

from dashboard.db import User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.honest.enough import why_not_nested
from dashboard.honest.service import score_nested
from dashboard.honest.views import view_honest
from tasks.engine.errors import DataError
from tasks.engine.folds.outer import split_nested
from tasks.engine.spec import Validation
from tests.dashboard.honest.acts import search
from tests.dashboard.searches.acts import SPACE, jobs_of, read, service
from tests.factories import COLUMNS, make_dataset
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("no_broker")
TIME = {"scheme": "time", "folds": 5, "gap": 10}


def can_be_split(y: np.ndarray, groups: np.ndarray, validation: Validation) -> bool:
    """Try what the engine itself would do in each outer fold."""
    order = groups if validation.scheme == "group" else None
    # Whether each part has all classes is luck, unless it is stratified.
    task = "classification" if validation.scheme == "stratified" else "regression"
    try:
        for fold in range(1, validation.n_outer + 1):
            split_nested(y, validation.for_search(fold), task, 0, order)
    except DataError:
        return False
    return True


@pytest.mark.parametrize("scheme", ["kfold", "stratified", "group", "time", "holdout"])
def test_it_says_what_the_engine_would(scheme: str, app: Flask, member: User) -> None:
    data, told = make_dataset(member), set()
    for folds in (2, 3, 5):
        for n in (3, 4, 8, 9, 11, 16, 25, 60, 100):
            for few in (folds, folds + 1, 2 * folds):
                for gap in (0, 10) if scheme == "time" and n >= 60 else (0,):
                    y = np.array(["yes"] * few + ["no"] * n * (10 if scheme == "group" else 1))
                    groups = np.array([str(i % few) for i in range(len(y))], dtype=object)
                    data.columns = [
                        {"name": "g", "kind": "category", "distinct": few, "missing": 0},
                        {"name": "y", "kind": "category", "distinct": 2, "count": len(y),
                         "top": [{"value": v, "count": int((y == v).sum())} for v in set(y)]},
                    ]  # fmt: skip
                    split = Validation(scheme, folds, group_column="g", gap=gap)
                    refused = why_not_nested(asdict(split), data, "y") is not None
                    assert refused is not can_be_split(y, groups, split), (split, len(y), few)
                    told.add(refused)
    assert told == ({False} if scheme == "holdout" else {False, True})


def test_the_example_of_a_gap(app: Flask, member: User) -> None:
    columns = [c | {"count": 100} if c["name"] == "churned" else c for c in COLUMNS]
    data = make_dataset(member, columns=columns)
    asked: dict[str, Any] = {
        "dataset_id": data.id, "target": "churned", "estimator": "LogisticRegression",
        "metric": "roc_auc", "validation": TIME,
        "search": {"strategy": "random", "space": SPACE, "jobs": 2, "nested": True},
    }  # fmt: skip
    with pytest.raises(ValidationFailed) as refused:
        service.submit_batch(user=member, request=asked)
    words = refused.value.fields["search.nested"]
    assert "an outer fold leaves 10 rows to train on, too few for" in words
    assert "4 inner folds with a gap of 10 rows" in words
    asked["search"]["nested"] = False
    assert service.submit_batch(user=member, request=asked).n_jobs


def test_it_is_neither_offered_nor_done_later(app: Flask, member: User) -> None:
    batch = search(member)
    with writing() as session:
        winner = session.merge(jobs_of(batch)[-1])
        winner.validation = {"scheme": "stratified", "folds": 2}
        columns = [dict(c) for c in winner.dataset.columns]
        columns[2]["top"] = [{"value": "no", "count": 198}, {"value": "yes", "count": 2}]
        winner.dataset.columns = columns
    assert not view_honest(read(batch)).may_nest
    page = PageClient(app, member).get(f"/batches/{batch.id}")
    assert "Score the whole search" not in page.text
    with pytest.raises(Conflict, match='1 row of the class "yes"'):
        score_nested(user=member, batch_id=batch.id)
