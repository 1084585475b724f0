"""Faults of a page are found where its tags are known from valid pages, too."""

import itertools

import pytest
from flask import Flask

from tests import page_checks
from tests.page_checks import NotingBuilder, ParsedPage, tags_of

PAGE = """<!doctype html>
<html lang="en"><head><title>Jobs - Trainyard</title></head><body><main><h1>Jobs</h1>
<a href="/one"><span><i>one</i></span></a>
<span><a href="/three">three</a></span>
<form action="/"><div>in</div></form><div><form action="/">out</form></div>
<p><span>words</span></p><span><b>bold</b></span>
<a href="/two"><i>two</i></a><input
  type="checkbox" checked><svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
<template><p>a &amp; b</p></template></main></body></html>"""


def test_a_valid_page_has_the_same_tree_when_its_tags_are_known() -> None:
    first, again = ParsedPage(PAGE), ParsedPage(PAGE)
    assert first.errors == again.errors == []
    assert [tag.name for tag in first.soup.find_all(True)] == [
        tag.name for tag in again.soup.find_all(True)
    ]
    assert first.soup.get_text(" ", strip=True) == again.soup.get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("valid", "fault"),
    [("</i></span></a>", "</i></a>"), ("&amp;", "&amb;"), ('href="/two"', 'href="/two" href="/"'),
     ("<i>two</i>", "two</i>"), ("<i>two", "<a href='/'>two"), ("two<", "< two<")],
)  # fmt: skip
def test_a_fault_among_tags_that_are_known_is_found(valid: str, fault: str) -> None:
    assert not ParsedPage(PAGE).errors
    assert ParsedPage(PAGE.replace(valid, fault)).errors


@pytest.mark.parametrize(
    ("valid", "fault"),
    [('<a href="/one"><span><i>one</i></span></a>',
      '<a href="/one"><span><a href="/three">three</a></span></a>'),
     ('<form action="/"><div>in</div></form>',
      '<form action="/"><div><form action="/">in</form></div></form>')],
)  # fmt: skip
def test_what_may_not_stand_in_another_is_found_at_a_distance(valid: str, fault: str) -> None:
    assert not ParsedPage(PAGE).errors
    known = set(itertools.pairwise(tags_of(PAGE)))
    faulty = PAGE.replace(valid, fault)
    assert set(itertools.pairwise(tags_of(faulty))) <= known
    assert ParsedPage(faulty).errors


@pytest.mark.parametrize(
    "fault",
    ["<label for='a'>A <span><label for='b'>B</label></span></label>",
     "<a href='/'><span><button>Do</button></span></a>", "<a href='/'><input type=checkbox></a>",
     "<button><a href='/'>Go</a></button>", "<button><label>A</label></button>"],
)  # fmt: skip
def test_what_is_pressed_stands_in_nothing_else_that_is_pressed(app: Flask, fault: str) -> None:
    def nested(html: str) -> list[str]:
        return [words for words in ParsedPage(html).faults(app) if " within a " in words]

    assert nested(PAGE) == []
    (found,) = nested(PAGE.replace("<p>", f"{fault}<p>", 1))
    assert found.partition(": ")[0].startswith(("a label within", "a button within",
                                                "a input within", "a a within"))  # fmt: skip


@pytest.mark.parametrize("every", [False, True])
def test_a_page_that_is_known_is_judged_where_every_page_is(
    every: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_checks, "JUDGES_ALL", every)
    assert not ParsedPage(PAGE).errors
    assert isinstance(ParsedPage(PAGE).soup.builder, NotingBuilder) is every
