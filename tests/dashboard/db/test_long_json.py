"""Long JSON of the database is read once, as long as it is asked for."""

import json

from flask import Flask

from dashboard.db import Dataset
from dashboard.db.long_json import LONG_CHARS, LongJson
from dashboard.extensions import db
from tests.factories import make_dataset

COLUMNS = [{"name": "x" * 900 + str(n), "kind": "number"} for n in range(LONG_CHARS // 900 + 1)]


def texts(count: int) -> list[str]:
    return [json.dumps([n, "x" * LONG_CHARS]) for n in range(count)]


def test_a_long_text_gives_the_same_object_and_a_short_one_a_fresh_one() -> None:
    read, text = LongJson().read, texts(1)[0]
    assert read(text) is read(str(text.encode(), "utf-8"))  # an equal text, not the same one
    assert read(text) == json.loads(text)
    assert read("[1]") == [1]
    assert read("[1]") is not read("[1]")


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    one, two, three = texts(3)
    read = LongJson(most_chars=len(one) * 2).read
    first = read(one)
    read(two)
    assert read(one) is first
    second = read(two)
    read(three)  # now the first one has waited longest
    assert read(two) is second
    assert read(one) is not first


def test_a_text_beyond_all_bounds_is_read_and_not_kept() -> None:
    text = texts(1)[0]
    long_json = LongJson(most_chars=len(text) - 1)
    assert long_json.read(text) == json.loads(text)
    assert long_json.read(text) is not long_json.read(text)


def test_columns_of_a_dataset_are_read_once(app: Flask) -> None:
    dataset_id = make_dataset(columns=COLUMNS).id
    found = []
    for _ in range(2):
        db.session.expunge_all()
        dataset = db.session.get(Dataset, dataset_id)
        assert dataset is not None
        found.append(dataset.columns)
    assert found[0] == COLUMNS
    assert found[0] is found[1]
