"""What holds for every request: who may come in, headers, request ids, proxies, health."""

import gc
import gzip
import importlib
import json
import logging
import re
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from dashboard import create_app, static_files
from dashboard.auth import tokens
from dashboard.config import load_settings
from dashboard.db import User
from dashboard.web import PUBLIC, RequestIds
from tests import factories
from tests.page import PageClient

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
API_PUBLIC = {"api.openapi"}


def address_of(rule: Rule) -> str:
    """Return an address that a rule matches."""
    parts = {name: _sample(rule, name) for name in rule.arguments}
    address = rule.rule
    for name, sample in parts.items():
        start = address.index("<", 0)
        while name not in address[start : address.index(">", start)]:
            start = address.index("<", start + 1)
        address = address[:start] + sample + address[address.index(">", start) + 1 :]
    return address


def _sample(rule: Rule, name: str) -> str:
    converter = type(rule._converters[name]).__name__.removesuffix("Converter").lower()
    return "1" if converter in {"integer", "float"} else "x"


def test_every_route_asks_for_an_account(app: Flask) -> None:
    """Deny by default: a new page is closed until somebody names it in `PUBLIC`."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    opened = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC | API_PUBLIC:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(address_of(rule), method=method)
            is_sent_away = answer.status_code == 302 and "/login" in answer.location
            if not (answer.status_code == 401 or is_sent_away):
                opened.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not opened


def test_public_routes_are_known() -> None:
    """A route that opens to everyone is a decision; it is written down here too."""
    assert {
        "static", "static_files.every_page", "static_files.prefetched",
        "static_files.other_version", "auth.login", "auth.setup", "auth.reset",
        "settings.switch_theme", "health.healthz", "health.readyz", "health.metrics",
    } == PUBLIC  # fmt: skip


def test_viewer_changes_nothing(app: Flask, viewer: User) -> None:
    """Every form address refuses viewers, but those for their own account, views and wishes."""
    browser = PageClient(app, viewer)
    app.config["WTF_CSRF_ENABLED"] = False
    own = ("/settings/", "/login", "/logout", "/setup/", "/reset/", "/overview/show-again/",
           "/jobs/columns", "/jobs/views")  # fmt: skip
    opened = []
    for rule in app.url_map.iter_rules():
        is_own = rule.rule.startswith(own) and not rule.rule.startswith("/settings/users")
        is_own |= rule.rule.endswith("/notify")
        if "POST" not in (rule.methods or set()) or is_own or rule.rule.startswith("/api/"):
            continue
        answer = browser.http.post(address_of(rule), headers={"Accept": "text/html"})
        if rule.rule == "/jobs/selected":  # viewers compare what they ticked, and no more
            assert answer.status_code == 400
            answer = browser.http.post(rule.rule, data={"action": "cancel", "job": "1"})
        if answer.status_code not in {403, 404}:
            opened.append(f"POST {rule.rule}: {answer.status_code}")
    assert not opened


@pytest.mark.parametrize("path", ["/login", "/settings/profile", "/nowhere", "/healthz"])
def test_every_answer_has_the_security_headers(app: Flask, member: User, path: str) -> None:
    answer = PageClient(app, member).http.get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_files_are_kept_by_browsers_until_one_of_them_changes(app: Flask) -> None:
    client = app.test_client()
    with app.test_request_context():
        address = url_for("static", filename="js/main.js")
    with client.get(address) as kept:
        assert "immutable" in kept.headers["Cache-Control"]
    with client.get(address + "x") as missing:
        assert missing.status_code == 404
        assert missing.headers["Cache-Control"] == "no-store"
        assert "Cookie" in missing.headers["Vary"]


def test_the_sheets_of_every_page_are_answered_as_one_and_kept(app: Flask) -> None:
    with app.test_request_context():
        address = url_for("static_files.every_page")
    with app.test_client().get(address) as kept:
        assert kept.mimetype == "text/css"
        assert "immutable" in kept.headers["Cache-Control"]
        places = [kept.text.index((static_files.FOLDER / "css" / f"{name}.css").read_text())
                  for name in static_files.SHEETS]  # fmt: skip
    assert places[0] > 0  # behind the reset
    assert places == sorted(places)


def test_what_may_be_asked_for_before_a_link_is_released_are_pages_that_change_nothing(
    app: Flask, member: User
) -> None:
    pages = PageClient(app, member)
    named = pages.get("/jobs").response.headers["Speculation-Rules"]
    for other in ("/_live/pill", "/api/v1/openapi.json", "/jobs.csv"):
        assert "Speculation-Rules" not in pages.http.get(other).headers
    answer = app.test_client().get(named.strip('"'))
    assert answer.mimetype == "application/speculationrules+json"
    assert "immutable" in answer.headers["Cache-Control"]
    assert list(found := json.loads(answer.data)) == ["prefetch"]
    (rule,) = found["prefetch"]
    assert rule["eagerness"] == "conservative"  # as it is pressed, not as somebody points at it
    allowed, refused = (part.get("not", part)["href_matches"] for part in rule["where"]["and"])
    adapter = app.url_map.bind("localhost")
    endpoints = {adapter.match(address.replace(":id", "1"))[0] for address in allowed}
    assert endpoints == {
        "overview.index", "workers.index", "batches.detail", "jobs.index", "jobs.detail",
        "parts.log", "parts.settings", "parts.files",
    }  # fmt: skip
    words = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert {word for word in words if re.fullmatch(r"/jobs/[^/<]+", word)} <= set(refused)


def test_the_font_is_asked_for_before_the_sheet_that_names_it(client: FlaskClient) -> None:
    """Else each page is laid out twice: in another font first."""
    head = BeautifulSoup(client.get("/login").text, "html.parser").select("head link")
    preload = next(link for link in head if link["rel"] == ["preload"])
    sheet = next(link for link in head if link["rel"] == ["stylesheet"])
    assert head.index(preload) < head.index(sheet)
    named = re.search(r'url\("([^"]*inter[^"]*)"\)', client.get(str(sheet["href"])).text)
    assert named
    assert preload["href"] == urljoin(str(sheet["href"]), named[1])
    assert (preload["as"], preload["crossorigin"]) == ("font", "")


@pytest.mark.parametrize("folder", ["", "v-0123456789ab/"])
def test_files_of_another_version_are_answered_as_they_are_and_not_kept(
    app: Flask, folder: str
) -> None:
    client, address = app.test_client(), f"/static/{folder}js/main.js"
    with client.get(address) as ours:
        assert ours.data == (static_files.FOLDER / "js" / "main.js").read_bytes()
        assert ours.headers["Cache-Control"] == "no-cache"
    with client.get(address, headers={"If-None-Match": ours.headers["ETag"]}) as again:
        assert again.status_code == 304
    assert client.get(f"/static/{folder}../wsgi.py").status_code == 404


@pytest.mark.parametrize("name", ["js/main.js", "css/every-page.css"])
def test_a_file_is_kept_whatever_the_cookie_says(app: Flask, member: User, name: str) -> None:
    """A page renews the cookie; what varies with it would be asked for again with each page."""
    browser = PageClient(app, member)
    browser.get("/jobs")
    with browser.http.get(f"{static_files.static_path()}/{name}") as kept:
        assert kept.status_code == 200
        assert "Cookie" not in kept.headers.get("Vary", "")
        assert "Set-Cookie" not in kept.headers


def test_texts_are_packed_for_those_who_take_that(app: Flask) -> None:
    client, place = app.test_client(), static_files.static_path()
    packed = {"Accept-Encoding": "gzip, br"}
    for name in ("css/every-page.css", "vendor/htmx-2.0.11/htmx.min.js"):
        with client.get(f"{place}/{name}") as plain:
            whole = plain.data
        with client.get(f"{place}/{name}", headers=packed) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert gzip.decompress(answer.data) == whole
            assert int(answer.headers["Content-Length"]) == len(answer.data) < len(whole) / 2
    with client.get(f"{place}/{name}", headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert "Accept-Encoding" in again.headers["Vary"]
    for headers, other in (
        ({"Accept-Encoding": "br, gzip;q=0"}, name),
        (packed, "js/compare.js"),  # short
        (packed, "vendor/inter-5.3.0/inter-latin-wght-normal.woff2"),  # packed already
        (packed | {"Range": "bytes=0-9"}, name),
    ):
        with client.get(f"{place}/{other}", headers=headers) as answer:
            assert "Content-Encoding" not in answer.headers


def test_pages_are_not_packed(app: Flask, member: User) -> None:
    """They hold secrets beside what somebody else may have chosen."""
    answer = PageClient(app, member).http.get("/jobs", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_while_debugging_no_file_is_kept(app: Flask) -> None:
    app.debug = True
    with app.test_client().get(f"{static_files.static_path()}/js/main.js") as ours:
        assert ours.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "way_back"),
    [("/settings/tokens?x=1", "/settings/tokens?x%3D1"), ("/nowhere", "/nowhere")],
)
def test_who_is_not_signed_in_is_sent_to_the_sign_in(
    client: FlaskClient, path: str, way_back: str
) -> None:
    assert client.get(path).location == f"/login?next={way_back}"


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"Accept": "application/json"}, {"Accept": "text/html"}]
)
def test_part_of_a_page_gets_401_and_no_other_page(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get("/_live/pill", headers=headers)
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "unauthorized"


def test_other_host_behind_a_proxy_is_believed_only_if_trusted(
    home, environ: dict[str, str], app: Flask
) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Request-ID": "from-the-proxy"}
    plain = app.test_client().get("/healthz", headers=forwarded)
    assert "Strict-Transport-Security" not in plain.headers
    assert plain.headers["X-Request-ID"] != "from-the-proxy"
    trusting = create_app(load_settings({**environ, "TRUSTED_PROXIES": "1"}))
    answer = trusting.test_client().get("/healthz", headers=forwarded)
    assert answer.headers["Strict-Transport-Security"]
    assert answer.headers["X-Request-ID"] == "from-the-proxy"


def test_installations_on_one_host_have_cookies_of_their_own(
    environ: dict[str, str], app: Flask
) -> None:
    other = create_app(load_settings({**environ, "SECRET_KEY": "another secret key"}))
    assert app.config["SESSION_COOKIE_NAME"] != other.config["SESSION_COOKIE_NAME"]


def test_log_lines_carry_the_id_of_the_request(app: Flask) -> None:
    with app.test_request_context("/healthz"):
        app.preprocess_request()
        record = logging.LogRecord("x", logging.INFO, "", 0, "words", None, None)
        assert RequestIds().filter(record)
        assert len(record.request_id) == 8


def test_healthz_and_readyz_answer_without_an_account(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"ready": True, "database": "ok", "storage": "ok"}


def test_readyz_names_what_does_not_answer(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError("the folder is gone")

    client.get("/readyz")
    monkeypatch.setattr(app.extensions["storage"], "check", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": "ok", "storage": "does not answer"}


def test_metrics_are_prometheus_text(app: Flask, client: FlaskClient) -> None:
    factories.make_job(state="queued")
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    assert "trainyard_jobs_queued 1\n" in answer.text


def test_metrics_are_for_this_machine_or_a_token(
    app: Flask, client: FlaskClient, member: User
) -> None:
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.get("/metrics", **far).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    token = tokens.create_token(user=member, name="prometheus").text
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/metrics", headers=headers, **far).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/settings/profile", "/settings/tokens"])
def test_head_is_answered_as_get_is(app: Flask, member: User, path: str) -> None:
    browser = PageClient(app) if path == "/login" else PageClient(app, member)
    assert browser.http.head(path).status_code == 200


def test_the_web_looks_for_no_garbage_in_what_was_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "8000")
    settings = importlib.import_module("deploy.gunicorn")
    former = gc.get_freeze_count()
    try:
        settings.pre_fork(None, None)
        assert gc.get_freeze_count() > former + 1000
    finally:
        gc.unfreeze()
