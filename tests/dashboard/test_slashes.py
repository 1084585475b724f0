"""A slash at the end of a page's address leads to the page, and to no other host."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.db import User
from tests.every_page import PAGES
from tests.page import PageClient

PLAIN = sorted({path.split("?")[0] for paths in PAGES.values() for path in paths} - {"/"})
LISTS = [path for path in PLAIN if "{" not in path]


@pytest.fixture
def signed_in(app: Flask, member: User) -> FlaskClient:
    return PageClient(app, member).http


def test_every_list_takes_a_slash(signed_in: FlaskClient) -> None:
    assert {"/datasets", "/jobs", "/models"} <= set(LISTS)
    for path in LISTS:
        answer = signed_in.get(f"{path}/?q=a%20b&_scheme=javascript")
        assert answer.status_code == 308, path
        assert answer.headers["Location"] == f"{path}?q=a%20b&_scheme=javascript"


def test_below_a_prefix_it_stays_there(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/datasets/", environ_overrides={"SCRIPT_NAME": "/below"})
    assert answer.headers["Location"] == "/below/datasets"


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example//", "/\\evil.example/", "/%2f%2fevil.example/",
     "/nothing/", "/api/v1/datasets/", "/_live/datasets/", "//evil.example/datasets/"],
)  # fmt: skip
def test_other_addresses_lead_nowhere(signed_in: FlaskClient, path: str) -> None:
    answer = signed_in.get("/", environ_overrides={"PATH_INFO": path})
    if answer.status_code == 308:  # of two slashes that come together one is taken away
        assert answer.headers["Location"].startswith("http://localhost/")
    else:
        assert answer.status_code == 404
        assert "Location" not in answer.headers


def test_what_is_sent_is_not_sent_on(signed_in: FlaskClient) -> None:
    assert signed_in.post("/jobs/").status_code in {400, 404}
