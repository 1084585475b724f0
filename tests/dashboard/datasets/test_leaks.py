"""The page of a dataset warns of columns that tell the target that was chosen on it."""

import pytest

from dashboard.datasets.look.relation_views import with_leaks
from dashboard.db import Dataset, Relation

STORED = [
    {"severity": "warning", "code": "TARGET_LEAK", "message": "of a guess", "column": "b"},
    {"severity": "warning", "code": "CONSTANT", "message": "c is constant", "column": "c"},
]


def problems_with(state: str, **column: object) -> list[tuple[str, str]]:
    columns = [{"name": "a", "kind": "number"}, {"name": "k", "kind": "identifier"},
               {"name": "out", "kind": "number", "role": "left_out"}]  # fmt: skip
    dataset = Dataset(columns=columns, problems=STORED)
    found = {"name": "a", "strength": 1.0, "score": 1.0, "measure": "AUC"} | column
    relation = Relation(target="y", state=state, answer={"columns": [found]})
    return [(p["code"], p["message"]) for p in with_leaks(dataset, relation)]


def test_what_tells_the_chosen_target_is_told_in_the_place_of_what_tells_the_guessed_one() -> None:
    (leak, constant) = problems_with("ready", score=0.9997)
    assert constant == ("CONSTANT", "c is constant")
    code, message = leak
    assert code == "TARGET_LEAK"
    assert message.startswith('"a" alone tells "y" almost perfectly (ROC AUC 1.000). If it is')


def test_where_each_tells_the_other_neither_is_called_the_copy() -> None:
    (leak, _constant) = problems_with("ready", mutual=True)
    words = '"a" and "y" each tell the other almost perfectly (ROC AUC 1.000). To predict one of'
    assert leak[1].startswith(words)


@pytest.mark.parametrize(
    "column",
    [{"strength": 0.98}, {"strength": 0.9985, "measure": "R2"}, {"name": "k"}, {"name": "out"}],
)
def test_what_tells_less_or_is_not_learned_from_is_no_leak(column: dict[str, object]) -> None:
    assert problems_with("ready", **column) == [("CONSTANT", "c is constant")]


def test_before_strengths_are_known_what_was_found_while_reading_is_told() -> None:
    assert problems_with("queued")[0] == ("TARGET_LEAK", "of a guess")
