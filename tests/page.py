"""A browser without JavaScript that checks every page it opens.

What is checked costs a test nothing: status, valid HTML, title and heading, unique ids, labels,
captions, CSRF tokens, no inline script or style, links that lead somewhere.
"""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from dashboard.db import User
from dashboard.extensions import db
from tests.factories import PASSWORD

UNLABELLED = {"hidden", "submit", "button"}
Form = dict[str, Any]


class FreshClient(FlaskClient):
    """A test client whose requests share nothing with the test: neither `g` nor the session.

    The fixture `app` keeps an app context open, and a request would move into it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own, and let the test see what it wrote."""
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return response


class Page:
    """An answer, parsed; `find` and `select` are BeautifulSoup's."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        # Where a word may break it is still one word.
        self.soup = BeautifulSoup(self.html.replace("<wbr>", ""), "html5lib")
        self.path = response.request.path

    @property
    def title(self) -> str:
        """The title's text."""
        return words_of(self.soup.title)

    @property
    def text(self) -> str:
        """The text of the page's own part, spaces made one."""
        return words_of(self.soup.find("main") or self.soup)

    @property
    def errors(self) -> dict[str, str]:
        """The error summary: message by field name."""
        links = self.soup.select(".error-summary a")
        return {str(a["href"]).removeprefix("#field-"): words_of(a) for a in links}

    def find(self, selector: str) -> Tag:
        """Return the first element that a selector finds; there must be one."""
        found = self.soup.select_one(selector)
        assert found is not None, f"{self.path} has no {selector}"
        return found

    def select(self, selector: str) -> list[Tag]:
        """Return every element that a selector finds."""
        return list(self.soup.select(selector))


class PageClient:
    """Opens pages and sends their forms, as one person."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.app = app
        self.http = app.test_client()
        if user is not None:
            self.sign_in(user)

    def sign_in(self, user: User, password: str = PASSWORD) -> None:
        """Sign in by the form."""
        page = self.get("/login")
        self.submit(page, {"email": user.email, "password": password}, form="form[data-once]")

    def get(self, url: str, *, status: int = 200, **options: Any) -> Page:
        """Open a page, check its status and the page itself."""
        return self._checked(self.http.get(url, **options), status)

    def post(
        self, url: str, data: Form | None = None, *, status: int = 302, **options: Any
    ) -> Page:
        """Send a form that is on no page, with a right token; by default it must redirect."""
        token = self._token()
        response = self.http.post(url, data={"csrf_token": token, **(data or {})}, **options)
        return self._checked(response, status)

    def submit(
        self,
        page: Page,
        data: Form,
        *,
        form: str = "main form[method=post]",
        status: int = 302,
        action: str = "",
    ) -> Page:
        """Fill in a form of a page and send it; the fields it does not name keep their values.

        `action` is where a button of it sends it, if not where the form does.
        """
        element = page.find(form)
        filled = {**values_of(element), **data}
        response = self.http.post(action or str(element.get("action") or page.path), data=filled)
        return self._checked(response, status)

    def submit_get(self, page: Page, data: Form, *, form: str) -> Page:
        """Fill in a form that only looks, and send it."""
        element = page.find(form)
        return self.get(str(element["action"]), query_string={**values_of(element), **data})

    def follow(self, page: Page) -> Page:
        """Open the page that an answer redirects to."""
        return self.get(page.response.headers["Location"])

    def live(self, url: str, *, status: int = 200) -> TestResponse:
        """Ask for a live part, as htmx does."""
        response = self.http.get(url, headers={"HX-Request": "true"})
        assert response.status_code == status, f"{url}: {response.status_code}"
        assert response.headers["Cache-Control"] == "no-store"
        return response

    def _token(self) -> str:
        soup = BeautifulSoup(self.http.get("/login", follow_redirects=True).data, "html5lib")
        field = soup.select_one("input[name=csrf_token]")
        if field is None:  # the first page is not there: any other page has the theme switch
            soup = BeautifulSoup(self.http.get("/settings/profile").data, "html5lib")
            field = soup.select_one("input[name=csrf_token]")
        assert field is not None
        return str(field["value"])

    def _checked(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        where = f"{response.request.method} {page.path}"
        assert page.status == status, f"{where}: {page.status}, not {status}. {page.text[:500]}"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        if response.mimetype == "text/html" and not 300 <= page.status < 400:
            check(page, self.app)
        return page


def words_of(element: Tag | BeautifulSoup | None) -> str:
    """Return an element's text with every run of spaces made one."""
    return " ".join(element.get_text(" ").split()) if element else ""


def values_of(form: Tag) -> Form:
    """Return what a browser would send if nothing in the form was changed."""
    values: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            content = str(chosen["value"]) if chosen else ""
        elif kind in {"checkbox", "radio"} and not field.has_attr("checked") or kind == "file":
            continue
        else:
            content = str(field.get("value") or "") if field.name == "input" else field.text
        values.setdefault(name, []).append(content)
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def check(page: Page, app: Flask) -> None:
    """Check what every page must hold."""
    faults = [
        *_faults_of_html(page),
        *_faults_of_heading(page),
        *_faults_of_ids(page),
        *_faults_of_fields(page),
        *_faults_of_inline(page),
        *_faults_of_links(page, app),
    ]
    assert not faults, f"{page.path}:\n" + "\n".join(faults)


def _faults_of_html(page: Page) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(page.html)
    lines = page.html.splitlines()
    return [
        f"not valid HTML, line {line}: {code} {details}: {lines[min(line, len(lines)) - 1][:120]}"
        for (line, _), code, details in parser.errors
    ]


def _faults_of_heading(page: Page) -> list[str]:
    headings = [words_of(h) for h in page.select("h1")]
    if len(headings) != 1:
        return [f"{len(headings)} h1: {headings}"]
    faults = []
    if not page.title.endswith(" - Trainyard"):
        faults.append(f"the title {page.title!r} does not end in Trainyard")
    if headings[0].casefold() not in page.title.casefold():
        faults.append(f"the title {page.title!r} does not hold the heading {headings[0]!r}")
    if page.select(".error-summary") and not page.title.startswith("Error: "):
        faults.append("the title of a page with an error summary does not start with Error:")
    return faults


def _faults_of_ids(page: Page) -> list[str]:
    ids = Counter(str(element["id"]) for element in page.select("[id]"))
    faults = [f"the id {name} stands {n} times" for name, n in ids.items() if n > 1]
    for attribute in ("for", "aria-describedby", "aria-labelledby", "popovertarget", "data-copy"):
        for element in page.select(f"[{attribute}]"):
            missing = [name for name in str(element[attribute]).split() if name not in ids]
            faults += [f"{attribute}={name} leads to no element" for name in missing]
    anchors = {str(a["href"])[1:] for a in page.select("a[href^='#']")} - {""}
    return faults + [f"the link #{name} leads to no element" for name in anchors - set(ids)]


def _faults_of_fields(page: Page) -> list[str]:
    faults = []
    labels = {str(label["for"]) for label in page.select("label[for]")}
    for field in page.select("input, select, textarea"):
        if field.get("type") in UNLABELLED or field.get("aria-label"):
            continue
        if field.get("id") not in labels and field.find_parent("label") is None:
            faults.append(f"no label: {field}"[:200])
    for form in page.select("form"):
        is_post = str(form.get("method", "")).lower() == "post"
        if is_post and not form.select("input[name=csrf_token]"):
            faults.append(f"a form without csrf_token: {form.get('action')}")
    faults += ["a table without a caption" for t in page.select("table") if t.caption is None]
    nameless = [
        b for b in page.select("button, a[href]")
        if not words_of(b) and not b.get("aria-label") and not b.get("title")
    ]  # fmt: skip
    return faults + [f"without a name: {b}"[:200] for b in nameless]


def _faults_of_inline(page: Page) -> list[str]:
    faults = [f"an inline script: {s}"[:200] for s in page.select("script:not([src])")]
    faults += ["an inline style element" for _ in page.select("style")]
    for element in page.soup.find_all(True):
        for name in element.attrs:
            if name == "style" or re.match(r"on[a-z]", name):
                faults.append(f"the attribute {name} on {element.name}")
        for name in ("src", "href", "action"):
            target = str(element.get(name, ""))
            if target.lower().startswith("javascript:"):
                faults.append(f"{name}={target}"[:200])
            elif name == "src" and urlsplit(target).netloc:
                faults.append(f"from another host: {target}")
    return faults


def _faults_of_links(page: Page, app: Flask) -> list[str]:
    adapter = app.url_map.bind("localhost")
    targets = [("GET", str(a["href"])) for a in page.select("main a[href]")]
    targets += [
        (str(f.get("method", "get")).upper(), str(f["action"]))
        for f in page.select("form[action]")
    ]
    targets += [("GET", str(e["hx-get"])) for e in page.select("[hx-get]")]
    targets += [("GET", str(e["data-chart-url"])) for e in page.select("[data-chart-url]")]
    faults = []
    for method, target in targets:
        parts = urlsplit(target)
        if parts.netloc or parts.scheme or not parts.path:
            continue
        try:
            adapter.match(parts.path, method=method)
        except (NotFound, MethodNotAllowed):
            faults.append(f"{method} {target} leads nowhere")
        except RequestRedirect:
            pass
    return faults
