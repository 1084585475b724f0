"""What holds for every page, without a browser: the list of them is whole, titles tell them apart.

`PageClient` checks each page that it opens: valid HTML, one heading, no inline script or style,
labels, links that lead somewhere (G-4, G-5, G-10 of the interface's design).
"""

from pathlib import Path

import pytest
from flask import Flask

from tests import every_page
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("no_broker")


def test_every_page_is_listed_or_excused(app: Flask) -> None:
    """A new page belongs into `tests/every_page.py`, so that all checks are made on it too."""
    assert not every_page.unlisted(app)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    listed = {*every_page.PAGES, *every_page.PUBLIC_PAGES, *every_page.EXCUSED}
    assert listed <= endpoints


def test_g4_g5_g10_pages_are_plain_and_have_titles_of_their_own(
    app: Flask, tmp_path: Path
) -> None:
    seeded = every_page.seed(tmp_path)
    browser = PageClient(app, seeded.user)
    titles = []
    for path in seeded.paths:
        status = 404 if path in every_page.ERROR_PAGES else 200
        page = browser.get(path, status=status)
        assert every_page.HOSTILE.strip() not in page.html, path
        if path in seeded.firsts:
            titles.append(page.title)
    titles += [PageClient(app).get(path).title for path in seeded.public_paths]
    assert [title for title in titles if titles.count(title) > 1] == []
