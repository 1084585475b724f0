"""Error pages: words, the normal navigation, a reference, and never a traceback."""

import pytest
from flask import Flask, abort
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError

from dashboard import errors
from dashboard.auth.tokens import create_token
from dashboard.db import User
from dashboard.extensions import db
from tests.page import PageClient

ERRORS = [
    (errors.BadRequest("Words of the service"), 400),
    (errors.Forbidden("Words of the service"), 403),
    (errors.NotFound("Words of the service"), 404),
    (errors.Conflict("Words of the service"), 409),
    (errors.TooLarge("Words of the service"), 413),
    (errors.ValidationFailed({"a": "Words of the service", "b": "and more"}), 422),
    (errors.RateLimited("Words of the service", retry_after_s=9), 429),
    (errors.Unavailable("Words of the service"), 503),
    (errors.DomainError("Words of the service"), 500),
]


@pytest.fixture
def raising(app: Flask, member: User):
    """A signed-in browser, and a function that makes /settings raise something."""

    def make(error: BaseException | int) -> PageClient:
        def view() -> str:
            if isinstance(error, int):
                abort(error)
            raise error

        app.view_functions["settings.index"] = view
        app.testing = False
        app.config["PROPAGATE_EXCEPTIONS"] = False
        return PageClient(app, member)

    return make


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda x: str(getattr(x, "code", x)))
def test_what_a_service_refuses_is_said_in_its_words(raising, error, status: int) -> None:
    page = raising(error).get("/settings", status=status)
    assert "Words of the service" in page.text
    assert len(page.select(".mainnav a")) == 6


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 422, 429, 500, 503])
def test_refusal_of_the_framework_gets_our_words(raising, status: int) -> None:
    page = raising(status).get("/settings", status=status)
    assert page.select(".mainnav a")
    assert "werkzeug" not in page.html.lower()


def test_time_to_wait_is_said_to_programs_too(raising) -> None:
    page = raising(errors.RateLimited("Wait", retry_after_s=9)).get("/settings", status=429)
    assert page.response.headers["Retry-After"] == "9"


def test_unexpected_error_has_a_reference_and_no_traceback(raising, caplog) -> None:
    page = raising(ZeroDivisionError("secret of the inside")).get("/settings", status=500)
    reference = page.find("#reference").text
    assert reference == page.response.headers["X-Request-ID"]
    assert "Traceback" not in page.html
    assert "secret of the inside" not in page.html
    assert "Something went wrong on our side" in page.title


def test_database_that_is_away_is_503_with_navigation(raising) -> None:
    error = OperationalError("SELECT", {}, Exception("database is locked"))
    page = raising(error).get("/settings", status=503)
    assert page.response.headers["Retry-After"]
    assert "SELECT" not in page.html


OURS = pytest.mark.parametrize("kind", [IntegrityError, DataError, ProgrammingError])


@OURS
def test_other_error_of_the_database_is_ours(raising, caplog, kind: type) -> None:
    error = kind("INSERT", {}, Exception("secret of the inside"))
    page = raising(error).get("/settings", status=500)
    assert "secret of the inside" not in page.html
    assert "secret of the inside" in caplog.text


@OURS
def test_other_error_of_the_database_is_ours_in_the_api(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, caplog, kind: type
) -> None:
    def fail(**_: object) -> None:
        raise kind("INSERT", {}, Exception("secret of the inside"))

    monkeypatch.setattr("dashboard.datasets.queries.list_datasets_before", fail)
    token = create_token(user=member, name="t").text
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().get("/api/v1/datasets", headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "internal")
    assert "Retry-After" not in answer.headers
    assert "secret" not in answer.get_data(as_text=True)
    assert "secret of the inside" in caplog.text


@pytest.mark.parametrize("path", ["/jobs", "/login", "/_live/queue", "/api/v1/jobs"])
def test_no_page_needs_the_database_to_say_that_it_is_away(
    app: Flask, member: User, path: str
) -> None:
    token = create_token(user=member, name="t").text
    client = PageClient(app, member).http
    client.get("/jobs")
    db.session.remove()
    db.engine.dispose()
    (app.config["SETTINGS"].home / "trainyard.db").unlink()  # an empty one takes its place
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    if path != "/login":
        assert answer.status_code == 503
    assert answer.status_code in {200, 302, 503}
    assert answer.status_code != 503 or answer.headers["Retry-After"]


def test_address_that_leads_nowhere_keeps_the_section(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/jobs/nowhere/at/all", status=404)
    assert page.find(".mainnav a[aria-current]").text == "Jobs"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/nowhere"])
def test_address_of_the_api_that_leads_nowhere_is_json(
    app: Flask, member: User, path: str
) -> None:
    answer = PageClient(app, member).http.get(path)
    assert answer.status_code == 404
    assert answer.json["error"]["code"] == "not_found"


def test_wrong_method_names_the_right_ones(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/logout", status=405)
    assert "POST" in page.response.headers["Allow"]


def test_old_form_gives_the_input_back(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    data = {"csrf_token": "old", "name": "<b>Ana", "new_password": "secret words", "x": ["1", "2"]}
    answer = browser.http.post("/settings/profile?a=1", data=data)
    page = browser._checked(answer, 400)
    assert "We kept your input" in page.text
    assert "secret words" not in page.html
    form = "form[action='/settings/profile?a=1']"
    browser.submit(page, {}, form=form)
    assert browser.get("/settings/profile").find("#field-name")["value"] == "<b>Ana"


def test_form_from_another_site_is_not_given_back(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    answer = browser.http.post(
        "/settings/profile", data={"name": "Mallory"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    page = browser._checked(answer, 400)
    assert "Mallory" not in page.html
