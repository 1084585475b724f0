"""What every page must hold: looked at on each page that a test opens, so it is looked at fast.

A page is parsed once, which gives its tree and what is not valid in it, and its elements are
gone through once for all checks.
"""

import functools
import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder, HTMLParserTreeBuilder, HTMLTreeBuilder
from bs4.element import Script, Stylesheet
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

UNLABELLED = {"hidden", "submit", "button"}
PRESSED = ["a", "button", "input", "label", "select", "summary", "textarea"]
POINTERS = ("for", "aria-describedby", "aria-labelledby", "popovertarget", "data-copy")
LINKS = ("hx-get", "data-chart-url")
INLINE = re.compile(r"style$|on[a-z]")
TAG = re.compile(r"<[^>]*>?")
VALUE = re.compile(r"=\"[^\"]*\"")
SIGN = re.compile(r"&#?\w*;?")
EMPTY = HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS
# The parser that judges leaves out a newline that begins what keeps its lines.
FIRST_LINE = re.compile(r"<(?:pre|textarea)\b[^>]*>\n")
# Elements that may not hold each of the others, or that others end.
DECIDING = {
    "a", "button", "caption", "dd", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "head", "label", "li", "math", "nobr", "ol", "optgroup", "option", "p", "pre", "select",
    "svg", "table", "tbody", "td", "template", "tfoot", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
# `make test-all` asks the parser that judges about every page.
JUDGES_ALL = "TRAINYARD_JUDGE_ALL" in os.environ
# What a template holds is text as elsewhere.
TEXTS = {"style": Stylesheet, "script": Script}


class NotingBuilder(HTML5TreeBuilder):
    """Makes the tree of a page, and keeps what was not valid in it."""

    errors: list[Any]

    def feed(self, markup: Any) -> None:
        """Parse a page as the builder does that this one is of."""
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)
        assert self.underlying_builder is not None
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.underlying_builder.parser = None
        self.errors = parser.errors


def tags_of(html: str) -> list[str]:
    """Return the tags of a page without the values of what they have, which no parser judges."""
    return TAG.findall(VALUE.sub("=", html))


@functools.cache
def _kind_of(tag: str) -> tuple[str, str]:
    """Return a tag's name, and whether it opens, closes, stands alone or is none."""
    name = next(iter(tag.strip("</>").split()), "")
    if tag.startswith("</"):
        return name, "closes"
    if tag.startswith("<!"):
        return name, ""
    return name, "alone" if tag.endswith("/>") or name in EMPTY else "opens"


def nesting_of(tags: list[str]) -> set[tuple[tuple[str, ...], str]] | None:
    """Return what stands in what, at any distance, or None where a tag is left open.

    A link in a link is not valid, however many other elements are between them. Of those around
    an element the ones are kept that decide on what may be in them.
    """
    found = set()
    opened: list[str] = []
    around: list[tuple[str, ...]] = [()]
    for name, kind in map(_kind_of, tags):
        if kind == "closes":
            if not opened or opened.pop() != name:
                return None
            around.pop()
        elif kind:
            found.add((around[-1], name))
        if kind == "opens":
            opened.append(name)
            around.append((*around[-1], name) if name in DECIDING else around[-1])
    return None if opened else found


_VALID: set[tuple[str | tuple[str, ...], str]] = set()


def _parse(html: str) -> tuple[BeautifulSoup, list[Any]]:
    """Return the tree of a page and what is not valid in it.

    The parser that judges takes twice as long as the one that takes what comes. It is asked for
    each page that leaves a tag open, or has two behind each other, or one within others, or a sign
    that stands for another one, as no valid page of this process had them.
    """
    tags = tags_of(html)
    nesting = nesting_of(tags)
    markup: set[tuple[str | tuple[str, ...], str]] = {
        *itertools.pairwise(tags), *(("", sign) for sign in SIGN.findall(html)), *(nesting or ())
    }  # fmt: skip
    is_known = nesting is not None and markup <= _VALID and not FIRST_LINE.search(html)
    if is_known and not JUDGES_ALL:
        return BeautifulSoup(html, builder=HTMLParserTreeBuilder(string_containers=TEXTS)), []
    builder = NotingBuilder()
    soup = BeautifulSoup(html, builder=builder)
    if not builder.errors:
        _VALID.update(markup)
    return soup, builder.errors


class ParsedPage:
    """The tree of a page, its elements by name, and what the parser objected to."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.soup, self.errors = _parse(html)
        # Where a word may break it is still one word.
        breaks = self.soup.find_all("wbr") if "<wbr" in html else []
        for element in breaks:
            element.unwrap()
        if breaks:
            self.soup.smooth()

    def faults(self, app: Flask) -> list[str]:
        """Say what is wrong with the page."""
        self.named: defaultdict[str, list[Tag]] = defaultdict(list)
        self.having: defaultdict[str, list[Tag]] = defaultdict(list)
        for tag in self.soup.descendants:
            if isinstance(tag, Tag):
                self.named[tag.name].append(tag)
                for name in tag.attrs:
                    self.having[name].append(tag)
        return [
            *self._faults_of_html(),
            *self._faults_of_heading(),
            *self._faults_of_ids(),
            *self._faults_of_fields(),
            *self._faults_of_nesting(),
            *self._faults_of_names(),
            *self._faults_of_inline(),
            *self._faults_of_attributes(),
            *self._faults_of_links(app),
        ]

    def _faults_of_html(self) -> Iterator[str]:
        lines = self.html.splitlines()
        for (line, _), code, details in self.errors:
            text = lines[min(line, len(lines)) - 1][:120]
            yield f"not valid HTML, line {line}: {code} {details}: {text}"

    def _faults_of_heading(self) -> list[str]:
        headings = [words_of(h) for h in self.named["h1"]]
        if len(headings) != 1:
            return [f"{len(headings)} h1: {headings}"]
        faults, title = [], words_of(self.soup.title)
        if not title.endswith(" - Trainyard"):
            faults.append(f"the title {title!r} does not end in Trainyard")
        if headings[0].casefold() not in title.casefold():
            faults.append(f"the title {title!r} does not hold the heading {headings[0]!r}")
        if not title.startswith("Error: ") and any(
            "error-summary" in tag["class"] for tag in self.having["class"]
        ):
            faults.append("the title of a page with an error summary does not start with Error:")
        return faults

    def _faults_of_ids(self) -> Iterator[str]:
        ids = Counter(str(tag["id"]) for tag in self.having["id"])
        yield from (f"the id {name} stands {n} times" for name, n in ids.items() if n > 1)
        for attribute in POINTERS:
            for tag in self.having[attribute]:
                for name in str(tag[attribute]).split():
                    if name not in ids:
                        yield f"{attribute}={name} leads to no element"
        for link in self.named["a"]:
            target = str(link.get("href", ""))
            if target.startswith("#") and target[1:] and target[1:] not in ids:
                yield f"the link {target} leads to no element"

    def _faults_of_fields(self) -> Iterator[str]:
        labels = {str(label["for"]) for label in self.named["label"] if label.get("for")}
        for field in (f for name in ("input", "select", "textarea") for f in self.named[name]):
            if field.get("type") in UNLABELLED or field.get("aria-label"):
                continue
            if field.get("id") not in labels and field.find_parent("label") is None:
                yield f"no label: {field}"[:200]
        guarded = {
            id(field.find_parent("form"))
            for field in self.named["input"]
            if field.get("name") == "csrf_token"
        }
        for form in self.named["form"]:
            if str(form.get("method", "")).lower() == "post" and id(form) not in guarded:
                yield f"a form without csrf_token: {form.get('action')}"

    def _faults_of_nesting(self) -> Iterator[str]:
        """Find what is pressed within what is pressed: nobody can tell which of them it means."""
        links = [a for a in self.named["a"] if a.get("href") is not None]
        for around in (*self.named["button"], *links):
            if tag := around.find(PRESSED):
                yield f"a {tag.name} within a {around.name}: {around}"[:200]
        for around in self.named["label"]:
            if around.find("label"):
                yield f"a label within a label: {around}"[:200]

    def _faults_of_names(self) -> Iterator[str]:
        yield from ("a table without a caption" for t in self.named["table"] if t.caption is None)
        links = [a for a in self.named["a"] if a.get("href") is not None]
        for tag in (*self.named["button"], *links):
            if not (tag.get("aria-label") or tag.get("title") or words_of(tag)):
                yield f"without a name: {tag}"[:200]

    def _faults_of_inline(self) -> Iterator[str]:
        for script in self.named["script"]:
            if script.get("src") is None:
                yield f"an inline script: {script}"[:200]
        yield from ("an inline style element" for _ in self.named["style"])

    def _faults_of_attributes(self) -> Iterator[str]:
        for name, tags in self.having.items():
            if INLINE.match(name):
                yield from (f"the attribute {name} on {tag.name}" for tag in tags)
        for name in ("src", "href", "action"):
            for tag in self.having[name]:
                target = str(tag[name])
                if target.lower().startswith("javascript:"):
                    yield f"{name}={target}"[:200]
                elif name == "src" and urlsplit(target).netloc:
                    yield f"from another host: {target}"

    def _targets(self) -> Iterator[tuple[str, str]]:
        for main in self.named["main"]:
            for link in main.find_all("a", href=True):
                yield "GET", str(link["href"])
        for form in self.named["form"]:
            if form.get("action") is not None:
                yield str(form.get("method", "get")).upper(), str(form["action"])
        for name in LINKS:
            yield from (("GET", str(tag[name])) for tag in self.having[name])

    def _faults_of_links(self, app: Flask) -> Iterator[str]:
        adapter = app.url_map.bind("localhost")
        asked = {}
        for method, target in self._targets():
            parts = urlsplit(target)
            if not (parts.netloc or parts.scheme) and parts.path:
                asked[method, parts.path] = target
        for (method, path), target in asked.items():
            try:
                adapter.match(path, method=method)
            except (NotFound, MethodNotAllowed):
                yield f"{method} {target} leads nowhere"
            except RequestRedirect:
                pass


def words_of(element: Tag | BeautifulSoup | None) -> str:
    """Return an element's text with every run of spaces made one."""
    return " ".join(element.get_text(" ").split()) if element else ""
