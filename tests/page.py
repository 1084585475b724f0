"""A browser without JavaScript that checks every page it opens.

What is checked costs a test nothing: status, valid HTML, title and heading, unique ids, labels,
captions, CSRF tokens, no inline script or style, links that lead somewhere.
"""

import re
import secrets
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from dashboard.db import User
from dashboard.extensions import db
from tests.factories import PASSWORD
from tests.page_checks import ParsedPage, words_of

TOKEN = re.compile(r'name="csrf_token"[^>]*? value="([^"]+)"')
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
        self.path = response.request.path

    @cached_property
    def parsed(self) -> ParsedPage:
        """The page, parsed when somebody looks at it."""
        return ParsedPage(self.html)

    @property
    def soup(self) -> BeautifulSoup:
        """The tree of its elements."""
        return self.parsed.soup

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
        """Send what the form of the sign-in page sends; other tests look at that page."""
        form = {"csrf_token": self._token(), "email": user.email, "password": password}
        self._checked(self.http.post("/login", data=form), 302)

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

    def sure(self, url: str, *, status: int = 303) -> Page:
        """Open the page that asks before something is done, and press its button."""
        asked = self.get(url)
        assert "What stays" in asked.text
        return self.submit(asked, {}, status=status)

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
        # What each form of a page would hold in this session; no page is drawn for it alone.
        with self.app.app_context(), self.http.session_transaction() as session:
            known = session.setdefault("csrf_token", secrets.token_hex())
        signer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        return str(signer.dumps(known))

    def _checked(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        where = f"{response.request.method} {page.path}"
        assert page.status == status, f"{where}: {page.status}, not {status}. {page.text[:500]}"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        if response.mimetype == "text/html" and not 300 <= page.status < 400:
            faults = page.parsed.faults(self.app)
            assert not faults, f"{page.path}:\n" + "\n".join(faults)
        return page


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
