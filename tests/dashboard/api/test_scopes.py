"""Tokens that open less than their owner may do."""

from flask import Flask

from dashboard.auth.tokens import create_token
from dashboard.db import User
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_job


def api_of(app: Flask, user: User, scope: str) -> Api:
    api = Api(app, user)
    text = create_token(user=user, name=scope, scope=scope).text
    api.headers = {"Authorization": f"Bearer {text}"}
    return api


def test_a_token_for_reading_changes_nothing(app: Flask, admin: User) -> None:
    job = make_job(admin)
    api = api_of(app, admin, "read")
    assert api.call("GET", f"/jobs/{job.id}")["id"] == job.id
    for method, path in (("POST", "/jobs"), ("POST", "/batches"), ("DELETE", f"/jobs/{job.id}"),
                         ("POST", f"/jobs/{job.id}/cancel")):  # fmt: skip
        found = api.call(method, path, 403, json=body(job.dataset))
        assert found["error"]["message"] == (
            "This token may do what a viewer may: its scope is read. Make one of scope submit"
        )
    assert api.call("GET", "/jobs")["items"][0]["state"] == "queued"


def test_a_token_for_submitting_changes_only_what_is_its_owners(
    app: Flask, admin: User, member: User, no_broker: None
) -> None:
    theirs = make_job(member)
    api = api_of(app, admin, "submit")
    own = api.call("POST", "/jobs", 201, json=body(make_dataset(admin)))
    api.call("POST", f"/jobs/{own['id']}/cancel")
    refused = api.call("POST", f"/jobs/{theirs.id}/cancel", 403)
    assert "this token's scope is submit" in refused["error"]["message"]
    api_of(app, admin, "admin").call("POST", f"/jobs/{theirs.id}/cancel")
