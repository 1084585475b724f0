"""A dataset's columns as its page shows them."""

import pytest

from dashboard.datasets.look.columns import ColumnView, view_columns
from dashboard.db import Dataset, User
from dashboard.errors import ValidationFailed
from dashboard.jobs.asking.requests import check_request
from tests.factories import make_dataset


@pytest.mark.parametrize(("count", "shown"), [(1, "<0.1%"), (509, "51%"), (1000, "100%")])
def test_share_of_the_most_common_value_is_shown_like_other_shares(count: int, shown: str) -> None:
    rows = 10_000 if count == 1 else 1000
    profile = {"kind": "text", "count": rows, "top": [{"value": "long text", "count": count}]}
    assert ColumnView(profile, 0, None, None).most_common == ("long text", shown)


def classes(distinct: int, rows: int, kind: str = "category") -> dict:
    top = [{"value": f"v{n}", "count": rows // distinct} for n in range(min(distinct, 20))]
    rarest = {"value": "last", "count": rows // distinct}
    return {"name": "place", "kind": kind, "count": rows, "missing": 0, "distinct": distinct,
            "top": top, "rarest": rarest}  # fmt: skip


def reason_of(dataset: Dataset) -> str | None:
    (view,) = view_columns(
        dataset.columns[:1], [0], rows=dataset.rows or 0, targets={}, details={}, relations={}
    )
    return view.unsuitable


@pytest.mark.parametrize(
    ("distinct", "rows", "words"),
    [
        (738, 1890, "738 different values in 1,890 rows: too few of each for 5 folds"),
        (900, 2_200, "too few of each for 5 folds. Choose another target or fewer folds"),
        (1_001, 200_000, "a job tells at most 1,000 classes apart. Choose another target"),
    ],
)
def test_too_many_classes_are_no_target_with_the_reason_of_the_form(
    any_app: object, member: User, distinct: int, rows: int, words: str
) -> None:
    numbers = {"name": "x", "kind": "number", "count": rows, "missing": 0, "distinct": rows}
    columns = [classes(distinct, rows), numbers]
    dataset = make_dataset(member, columns=columns, rows=rows)
    body = {"dataset_id": dataset.id, "target": "place", "estimator": "logistic_regression"}
    with pytest.raises(ValidationFailed) as refused:
        check_request(body, dataset, limit=1)
    reason = reason_of(dataset)
    assert reason in refused.value.fields.values()
    assert words in str(reason)


def test_classes_of_enough_rows_and_numbers_are_targets(any_app: object, member: User) -> None:
    for column in (classes(738, 3690), {**classes(738, 1890, "number"), "min": 0, "max": 9_000}):
        dataset = make_dataset(member, columns=[column], rows=column["count"])
        assert reason_of(dataset) is None
