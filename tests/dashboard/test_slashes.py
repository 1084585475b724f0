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


def test_a_page_with_a_number_takes_a_slash(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/jobs/1/")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/jobs/1")


def test_the_query_is_sent_on_as_it_was(signed_in: FlaskClient) -> None:
    raw = "é=1&b=%C3%A9&c=a%2Bb+c".encode().decode("latin-1")  # as a server hands it over
    answer = signed_in.get("/jobs/", environ_overrides={"QUERY_STRING": raw})
    assert answer.headers["Location"] == "/jobs?%C3%A9=1&b=%C3%A9&c=a%2Bb+c"


@pytest.mark.parametrize(
    "path", ["/setup/TOKEN", "/reset/TOKEN", "/healthz", "/readyz", "/metrics", "/login"]
)
def test_who_is_signed_out_is_led_to_what_needs_no_account(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}/")
    assert (answer.status_code, answer.headers["Location"]) == (308, path)


@pytest.mark.parametrize("path", ["/jobs/", "/jobs/1/", "/nothing/"])
def test_who_is_signed_out_signs_in_before_all_else(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")


def test_below_a_prefix_it_stays_there(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/datasets/", environ_overrides={"SCRIPT_NAME": "/below"})
    assert answer.headers["Location"] == "/below/datasets"


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example//", "/\\evil.example/", "/%2f%2fevil.example/",
     "/nothing/", "/api/v1/datasets/", "/_live/jobs/", "//evil.example/datasets/"],
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
