"""Who may only look is offered nothing that would be refused: no link, no button."""

import pytest
from flask import Flask

from dashboard.db import User
from tests.factories import make_dataset
from tests.page import Page, PageClient

EMPTY = ("/", "/jobs", "/jobs?state=failed", "/datasets", "/datasets?q=none", "/models",
         "/leaderboards", "/recipes", "/compare", "/queue")  # fmt: skip


def offered(page: Page) -> dict[str, str]:
    """Return the addresses that a page offers as links and by forms, with the method of each."""
    found = {str(a["href"]): "GET" for a in page.select("main a[href]")}
    for form in page.select("main form[action], main button[formaction]"):
        where = str(form.get("action") or form["formaction"])
        found[where] = str(form.get("method") or "post").upper()
    return {where: method for where, method in found.items() if where.startswith("/")}


def refused(pages: PageClient, page: Page) -> list[str]:
    """Return what of it is refused to who looks."""
    found = []
    for where, method in offered(page).items():
        if method == "POST":
            answer = pages.http.post(where, data={"csrf_token": pages._token()})
        else:
            answer = pages.http.get(where)
        if answer.status_code == 403:
            found.append(f"{method} {where}")
    return found


@pytest.mark.usefixtures("no_broker")
@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_page_offers_a_viewer_nothing_that_is_refused(
    app: Flask, viewer: User, member: User, path: str
) -> None:
    pages = PageClient(app, viewer)
    assert refused(pages, pages.get(path)) == []
    may = PageClient(app, member).get(path)
    if path in {"/jobs", "/datasets", "/models", "/leaderboards"}:
        assert any("/new" in where for where in offered(may)), "members are offered it"


def test_a_dataset_offers_a_viewer_no_job(app: Flask, viewer: User, member: User) -> None:
    dataset = make_dataset(member)
    pages = PageClient(app, viewer)
    assert refused(pages, pages.get(f"/datasets/{dataset.id}")) == []
