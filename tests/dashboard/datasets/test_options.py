"""Options of a reading as form and API fields, and as part of an address."""

import codecs
import io
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard import queue
from dashboard.datasets.check.options import (
    DELIMITERS,
    ENCODINGS,
    change_by_form,
    layout_of,
    parse_options,
    to_fields,
)
from dashboard.db import Dataset, User
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api


def test_every_encoding_that_is_offered_has_pythons_own_name() -> None:
    assert [codecs.lookup(name).name for name in ENCODINGS] == list(ENCODINGS)
    assert {"cp037", "cp500"} <= set(ENCODINGS)  # what a refusal of EBCDIC speaks of


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, {}),
        ({"delimiter": "", "encoding": ""}, {}),
        ({"delimiter": "tab"}, {"delimiter": "\t"}),
        ({"delimiter": "other", "delimiter_other": "~"}, {"delimiter": "~"}),
        ({"encoding": "other", "encoding_other": "KOI8-R"}, {"encoding": "koi8-r"}),
        ({"quote": "none", "escape": "backslash"}, {"quote": "", "escape": "\\"}),
        ({"quote": "'"}, {"quote": "'"}),
        ({"header": "false", "header_line": "3"}, {"header": False, "header_line": 3}),
        ({"header": "false", "header_lines": "2"}, {"header": False}),
        ({"header_lines": "2"}, {"header_lines": 2}),
        ({"missing": "NA, -,empty"}, {"missing": ["", "NA", "-"]}),
        ({"missing": '["a, b"]'}, {"missing": ["", "a, b"]}),
        ({"bad_lines": "skip", "decimal": ","}, {"bad_lines": "skip", "decimal": ","}),
        ({"columns.unit.price.kind": "number"}, {"columns": {"unit.price": {"kind": "number"}}}),
        ({"columns": '{"d": {"kind": "date", "format": "%d/%m/%Y"}, "x": {"use": false}}'},
         {"columns": {"d": {"kind": "date", "format": "%d/%m/%Y"}, "x": {"use": False}}}),
        ({"columns.x.use": "false", "columns.x.kind": ""}, {"columns": {"x": {"use": False}}}),
    ],
)  # fmt: skip
def test_fields_become_options(fields: dict[str, str], options: dict[str, Any]) -> None:
    assert parse_options(fields) == options


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("delimiter", "ab"), ("delimiter", '"'), ("delimiter", "other"), ("quote", "x"),
        ("escape", "/"), ("encoding", "klingon"), ("encoding", "zlib"), ("header", "maybe"),
        ("header_line", "0"), ("header_line", "1.5"), ("header_line", "9" * 30),
        ("header_lines", "6"), ("decimal", ";"), ("missing", "[1]"), ("missing", "[]"),
        ("missing", "[" * 20_000), ("missing", '["\\u0000"]'), ("missing", "x" * 200),
        ("bad_lines", "hope"), ("columns", "{"), ("columns", "[1]"), ("columns", '{"a": 1}'),
        ("columns", '{"a": {"colour": "red"}}'), ("columns", '{"\\u0000": {"use": false}}'),
        ("columns", "[" * 20_000), ("columns.a.kind", "constant"), ("columns.a.use", "perhaps"),
        ("columns.a.format", "someday"), ("columns.a.format", "%d" * 30),
        ("columns.a.format", "%Q"), ("columns.a.format", "%d/%m/%Y %"), ("columns.a.format", "%%"),
        ("columns", '{"a": {"kind": "date"}, "a": {"kind": "number"}}'),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_value(name: str, text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_options({name: text})
    assert list(refused.value.fields) == [name]
    assert refused.value.fields[name].startswith(f'{name} is "{text[:40]}')


def test_a_format_is_of_a_date_and_a_quote_is_no_separator() -> None:
    with pytest.raises(ValidationFailed, match="only a date has one, and kind is number"):
        parse_options({"columns": '{"a": {"kind": "number", "format": "%Y"}}'})
    with pytest.raises(ValidationFailed, match="and so is delimiter"):
        parse_options({"quote": "'", "delimiter": "'"})
    with pytest.raises(ValidationFailed, match="and so is delimiter"):
        change_by_form({"delimiter": "\\"}, {"escape": "backslash"})


def test_contradictions_are_named_at_once() -> None:
    for fields, words in (
        ({"columns.a.format": "%Q"}, "%Q is no part of a date that is read here"),
        ({"columns.a.format": "%d.%d.%Y"}, "%d stands in it more than once"),
        (
            {"columns": '{"a": {"kind": "number"}}', "columns.a.kind": "date"},
            'columns.a.kind is "date"; and also "number"; say one of them',
        ),
        ({"columns": '{"a": {}, "a": {}}'}, '"a" stands in it twice'),
        ({"delimiter": ",", "decimal": ",", "quote": "none"}, 'decimal is ",", and so is delimit'),
    ):
        with pytest.raises(ValidationFailed) as refused:
            parse_options(fields)
        assert words in refused.value.message
    # Quotes make it possible.
    assert parse_options({"delimiter": ",", "decimal": ","}) == {"delimiter": ",", "decimal": ","}


def test_a_form_changes_what_it_has_fields_for() -> None:
    stored = {"delimiter": ";", "encoding": "cp1252", "columns": {"a": {"kind": "text"}}}
    merged = change_by_form(stored, {"delimiter": "", "decimal": ",", "columns.b.use": "false"})
    assert merged == {
        "encoding": "cp1252",
        "decimal": ",",
        "columns": {"a": {"kind": "text"}, "b": {"use": False}},
    }
    assert change_by_form({"header_lines": 3}, {"header": "false"}) == {"header": False}


def test_the_api_takes_choices_for_columns(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    api = Api(app, member)

    def send(status: int, **fields: str) -> Any:
        data = {"file": (io.BytesIO(b"price;b\n1;2\n"), "t.csv"), **fields}
        return api.call("POST", "/datasets", status, data=data, content_type="multipart/form-data")

    columns = {"columns.price.kind": "number", "columns": '{"b": {"use": false}}'}
    made = send(202, missing="NA,?", quote="none", **columns)
    assert db.session.get_one(Dataset, made["id"]).options == {
        "quote": "",
        "missing": ["", "NA", "?"],
        "columns": {"b": {"use": False}, "price": {"kind": "number"}},
    }
    fields = send(422, **{"columns.price.kind": "numeric", "header_line": "x"})["error"]["fields"]
    assert fields["columns.price.kind"].startswith('columns.price.kind is "numeric"; it must be')
    assert fields["header_line"].startswith('header_line is "x"; it must be a whole number')


markers = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), max_size=5)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.sampled_from([*DELIMITERS.values(), "~", "^", "\u00a7"]),
            "quote": st.sampled_from(['"', "'", ""]),
            "escape": st.sampled_from(["", "\\"]),
            "encoding": st.sampled_from(sorted(ENCODINGS)),
            "header": st.booleans(),
            "header_line": st.integers(1, 1_000_000),
            "decimal": st.sampled_from([".", ","]),
            "missing": markers.map(lambda found: list(dict.fromkeys(["", *found]))),
            "bad_lines": st.sampled_from(["refuse", "skip", "pad"]),
        },
    )
)
def test_an_address_says_exactly_what_was_chosen(options: dict[str, Any]) -> None:
    """Else a page would offer for ever to read the file as its address says."""
    assume(options.get("quote") or options.get("decimal") != options.get("delimiter"))
    options["missing"] = [m for m in options.get("missing", []) if "\0" not in m] or None
    chosen = layout_of(options)
    fields = to_fields(chosen)
    assert fields
    assert parse_options(fields) == chosen
    assert json.loads(json.dumps(fields)) == fields
