"""The API's description as a page: every operation and every object, with links between them."""

import json
import re

from flask import Flask

from dashboard.api.described import describe_api
from dashboard.api.openapi import make_document
from dashboard.db import User
from tests.page import PageClient, words_of


def test_every_operation_and_object_stands_on_the_page(app: Flask, viewer: User) -> None:
    document = make_document()
    page = PageClient(app, viewer).get("/settings/api")
    told = {(words_of(one.select_one(".tag")), words_of(one.select_one(".strong")))
            for one in page.select("summary:has(.tag)")}  # fmt: skip
    asked = {(method.upper(), path) for path, of in document["paths"].items() for method in of}
    assert told == asked
    names = {str(one["id"]).removeprefix("shape-") for one in page.select("[id^=shape-]")}
    assert names == set(document["components"]["schemas"])
    submit = words_of(page.find("#post-jobs"))
    assert "Idempotency-Key a header, text" in submit
    assert "Send JobRequest . Answers 201 with Submitted ; refuses with 400, 401" in submit
    assert "{" not in words_of(page.find("#shape-JobPage"))


def test_every_object_that_is_named_is_described() -> None:
    """Two of one name would both be called otherwise, and nothing lead to them."""
    document = make_document()
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert named <= set(document["components"]["schemas"])
    assert not [name for name in document["components"]["schemas"] if "__" in name]


def test_fields_within_objects_and_their_types_are_in_words() -> None:
    shapes = {shape.name: shape for shape in describe_api().shapes}
    asked = {field.name: field for field in shapes["JobRequest"].fields}
    assert asked["validation.scheme"].words == "kfold, stratified, group, time or holdout"
    items = next(field for field in shapes["JobPage"].fields if field.name == "items")
    assert (items.kind, items.model) == ("list of Job", "Job")
    cursor = next(field for field in shapes["JobPage"].fields if field.name == "next_cursor")
    assert cursor.kind == "text or null"
