"""Settings pages: one's own account, appearance, tokens; users for admins."""

import re

import pytest
from flask import Flask

from dashboard.auth import service
from dashboard.auth.queries import find_user
from dashboard.auth.tokens import create_token
from dashboard.db import User
from dashboard.db.transaction import writing
from tests import factories
from tests.dashboard.compare.test_charts import curves
from tests.dashboard.compare.test_verdict import BEST, CLOSE, scored
from tests.factories import give_results
from tests.page import PageClient, words_of


def test_settings_open_the_first_tab(app: Flask, viewer: User) -> None:
    browser = PageClient(app, viewer)
    assert browser.get("/settings", status=302).response.location == "/settings/profile"
    for tab in ("profile", "appearance", "notifications", "tokens"):
        assert browser.get(f"/settings/{tab}").find(".tabs a[aria-current]")


def test_own_name_can_be_changed(app: Flask, viewer: User) -> None:
    browser = PageClient(app, viewer)
    page = browser.get("/settings/profile")
    form = "form[action='/settings/profile']"
    page = browser.submit(page, {"name": "  "}, form=form, status=422)
    assert page.errors == {"name": "Enter a name"}
    browser.submit(page, {"name": "<b>Ana & Co"}, form=form)
    page = browser.get("/settings/profile")
    assert page.find("#field-name")["value"] == "<b>Ana & Co"
    assert "Your name is changed" in page.html


@pytest.mark.parametrize(
    ("theme", "media"),
    [
        ("light", "not all"),
        ("dark", "screen"),
        ("system", "screen and (prefers-color-scheme: dark)"),
    ],
)
def test_theme_is_set_by_the_server(app: Flask, member: User, theme: str, media: str) -> None:
    browser = PageClient(app, member)
    page = browser.get("/settings/appearance")
    browser.submit(page, {"theme": theme, "density": "compact"})
    page = browser.get("/settings/appearance")
    assert page.find("html")["data-bs-theme"] == theme
    assert page.find("html")["data-density"] == "compact"
    assert page.find("#dark-theme")["media"] == media


def test_theme_switch_works_for_everyone_and_comes_back(app: Flask) -> None:
    browser = PageClient(app)
    page = browser.get("/login")
    data = {"csrf_token": page.find("[data-theme-switch] input")["value"], "theme": "dark"}
    answer = browser.http.post(
        "/settings/theme", data=data, headers={"Referer": "http://localhost/login?next=/jobs"}
    )
    assert answer.location == "/"  # the sign-in is no place to come back to
    assert browser.get("/login").find("html")["data-bs-theme"] == "dark"


def test_unknown_theme_is_ignored(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    browser.post("/settings/theme", {"theme": "pink"})
    browser.http.set_cookie("theme", "<script>")
    assert browser.get("/settings/profile").find("html")["data-bs-theme"] == "system"


def test_se1_token_is_shown_once_and_works_until_it_is_revoked(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    page = browser.get("/settings/tokens")
    assert "No tokens yet" in page.text
    made = browser.submit(page, {"name": "laptop", "expires": "90"})
    page = browser.follow(made)
    text = str(page.find("#new-token")["value"])
    # The example is a line to be copied as a whole, too.
    copied = page.find("[data-copy=new-token-example]")["data-copy"]
    assert text in page.find(f"#{copied}").get_text()
    assert service.user_for_token(text) is member
    page = browser.get("/settings/tokens")
    assert text not in page.html
    row = page.find("tr[data-token-id]")
    assert "laptop" in row.text
    assert "submit" in words_of(row), "what the form proposes"
    address = str(page.find("tr[data-token-id] a.btn-danger")["href"])
    browser.post(address, status=200)  # who was not asked is asked
    assert service.user_for_token(text) is member
    browser.sure(address, status=302)
    assert service.user_for_token(text) is None
    assert "No tokens yet" in browser.get("/settings/tokens").text


def test_the_api_is_described_to_a_browser_as_to_a_program(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    link = browser.get("/settings/tokens").find('a[href$="openapi.json"]')["href"]
    token = {"Authorization": f"Bearer {create_token(user=member, name='x').text}"}
    by_program = browser.http.get("/api/v1/openapi.json", headers=token).json
    assert by_program["paths"]["/jobs"]["post"]
    assert browser.http.get(str(link)).json == by_program
    assert app.test_client().get(str(link)).status_code == 302


def test_token_needs_a_name_and_keeps_the_rest(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    page = browser.get("/settings/tokens")
    page = browser.submit(page, {"name": " ", "expires": "30"}, status=422)
    assert set(page.errors) == {"name"}
    assert page.find("#field-expires option[selected]")["value"] == "30"
    page = browser.submit(page, {"name": "x", "expires": "1000000"}, status=422)
    assert set(page.errors) == {"expires"}


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_users_are_for_admins(app: Flask, role: str) -> None:
    browser = PageClient(app, factories.make_user(role=role))
    page = browser.get("/settings/users", status=403)
    assert "needs the role admin" in page.text
    assert "Users" not in browser.get("/settings/profile").find(".tabs").text
    other = factories.make_user()
    for action in ("role", "reset", "disable", "enable"):
        browser.post(f"/settings/users/{other.id}/{action}", status=403)
    browser.post("/settings/users", {"email": "x@example.org"}, status=403)
    assert find_user("x@example.org") is None


def test_admin_makes_an_account_and_its_owner_sets_the_password(app: Flask, admin: User) -> None:
    browser = PageClient(app, admin)
    page = browser.get("/settings/users")
    made = browser.submit(page, {"email": "new@example.org", "name": "New", "role": "viewer"},
                          form="form[action='/settings/users']")  # fmt: skip
    link = str(browser.follow(made).find("#new-link")["value"])
    assert link not in browser.get("/settings/users").html
    newcomer = PageClient(app)
    page = newcomer.get(re.sub(r"^https?://[^/]+", "", link))
    newcomer.submit(page, {"password": "a long password"}, form="form[data-once]")
    user = find_user("new@example.org")
    assert user is not None
    assert user.role == "viewer"
    PageClient(app).sign_in(user, "a long password")


def test_admin_changes_roles_and_disables_and_enables(app: Flask, admin: User) -> None:
    other = factories.make_user(role="viewer")
    browser = PageClient(app, admin)
    browser.post(f"/settings/users/{other.id}/role", {"role": "member"})
    assert other.role == "member"
    browser.post(f"/settings/users/{other.id}/role", {"role": "king"}, status=422)
    browser.post(f"/settings/users/{other.id}/disable")
    assert not other.active
    assert "disabled" in browser.get("/settings/users").text
    browser.post(f"/settings/users/{other.id}/enable")
    assert other.active
    browser.post(f"/settings/users/{admin.id}/disable", status=409)
    browser.post("/settings/users/9999/disable", status=404)


def test_admin_makes_a_reset_link(app: Flask, admin: User) -> None:
    other = factories.make_user()
    browser = PageClient(app, admin)
    page = browser.follow(browser.post(f"/settings/users/{other.id}/reset"))
    assert other.email in page.text
    assert "/reset/" in str(page.find("#new-link")["value"])


def test_known_email_is_refused_and_nothing_typed_is_lost(app: Flask, admin: User) -> None:
    browser = PageClient(app, admin)
    page = browser.get("/settings/users")
    page = browser.submit(page, {"email": admin.email, "name": "Twin", "role": "viewer"},
                          form="form[action='/settings/users']", status=422)  # fmt: skip
    assert "has an account already" in page.errors["email"]
    assert page.find("#field-name")["value"] == "Twin"
    assert page.find("#field-role option[selected]")["value"] == "viewer"


def test_what_is_chosen_holds_on_every_page(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    factories.make_succeeded_job(member, score=0.84567)
    assert "0.846" in browser.get("/jobs").text
    page = browser.get("/settings/appearance")
    chosen = {"zone": "Asia/Tokyo", "digits": "5", "shortcuts": "", "motion": "none"}
    browser.submit(page, chosen)
    page = browser.get("/jobs")
    html = page.find("html")
    assert (html["data-zone"], html["data-motion"]) == ("Asia/Tokyo", "none")
    assert html["data-shortcuts"] == "off"
    assert "0.84567" in page.text
    page = browser.get("/settings/appearance")
    assert page.find("#field-zone option[selected]")["value"] == "Asia/Tokyo"
    assert not page.select("#field-shortcuts[checked]")
    other = PageClient(app, member).get("/settings/appearance")
    assert other.find("#field-digits option[selected]")["value"] == "5"
    assert not other.find("html").has_attr("data-motion")  # that is the other browser's


def test_decimals_hold_on_the_pages_of_a_job_and_of_several(app: Flask, member: User) -> None:
    with writing() as session:
        session.get_one(User, member.id).preferences = {"digits": 5}
    dataset = factories.make_dataset(member)
    best, close = scored(dataset, "best", BEST), scored(dataset, "close", CLOSE)
    browser = PageClient(app, member)
    page = browser.get(f"/compare?jobs={best.id},{close.id}")
    shown = page.find(".compare-table").get_text(" ")
    decimals = {len(n.partition(".")[2]) for n in re.findall(r"[+\N{MINUS SIGN}±] ?0\.\d+", shown)}
    assert decimals == {5}
    assert re.search(r"\+0\.\d{5} against ±0\.\d{5}\b", page.text)
    page = browser.get(f"/jobs/{best.id}")
    of_folds = [cell.text for cell in page.select("#job-folds td.number.strong")]
    assert of_folds
    assert all(re.fullmatch(r"0\.\d{5}", text) for text in of_folds)
    said = str(page.find("[data-title]")["data-title"])
    assert re.fullmatch(r"Done 0\.\d{5} best", said)
    other = factories.make_succeeded_job(dataset=dataset, parameters={"C": 3.0}, score=0.8)
    for path in (f"/jobs/{best.id}/charts/folds.json",
                 f"/compare/charts/folds.json?jobs={best.id},{close.id}",
                 f"/compare/charts/settings.json?jobs={best.id},{other.id}"):  # fmt: skip
        alt = browser.http.get(path).get_json()["alt"]
        assert re.findall(r"0\.\d{5}\b", alt) == re.findall(r"0\.\d+", alt) != [], path
    leads = browser.http.get(f"/compare/charts/leads.json?jobs={best.id},{close.id}")
    assert re.search(r"\+0\.\d{5} over close", leads.get_json()["alt"])
    results = curves(0.84567)
    results["roc"][0]["threshold"] = [None, 0.9, 0.5, 0.1]
    results["precision_recall"][0]["threshold"] = [0.9, 0.5, 0.1]
    results["confusion"] = {"labels": ["no", "yes"], "counts": [[1, 0], [0, 1]]}
    give_results(best, **results)
    for path in (f"/jobs/{best.id}/charts/roc.json?", "/compare/charts/roc.json?"):
        drawn = browser.http.get(f"{path}jobs={best.id},{close.id}").get_json()
        assert "0.84567" in drawn["alt"]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("zone", "Europe/Atlantis", "There is no time zone 'Europe/Atlantis'"),
        ("digits", "12", "Choose from 3 to 6 decimals"),
        ("digits", "²", "Choose from 3 to 6 decimals"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    app: Flask, member: User, field: str, text: str, said: str
) -> None:
    browser = PageClient(app, member)
    page = browser.submit(browser.get("/settings/appearance"), {field: text}, status=422)
    assert page.errors[field].startswith(said)


def test_sessions_elsewhere_can_be_ended(app: Flask, member: User) -> None:
    browser, other = PageClient(app, member), PageClient(app, member)
    page = browser.get("/settings/profile")
    browser.submit(page, {}, form="form[action='/settings/sessions/end']")
    browser.get("/settings/profile")
    assert other.get("/settings/profile", status=302).response.location.startswith("/login")
