"""Whatever is sent to a page about datasets or to the API is answered, and not with a fault."""

import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from dashboard import queue
from dashboard.api import routes
from dashboard.auth.tokens import create_token
from dashboard.datasets.upload.transfers import begin_transfer
from dashboard.db import User
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.factories import make_model, make_succeeded_job, make_version
from tests.page import PageClient
from tests.uploads import make_upload

TABLE = "a,b,when\n" + "".join(f"{n},x{n % 3},2020-01-{n % 28 + 1:02}\n" for n in range(60))
PAGES = ("/datasets", "/uploads", "/transfers", "/_live/datasets", "/_live/uploads")
TAKES_FILE = {"/datasets/new", "/api/v1/datasets", "/api/v1/predictions"}
ODD_TEXTS = (
    "", "\0", "\ud800", "9" * 5000, "-1", str(2**63), "NaN", "[]", "²", '{"a": {"kind": []}}',
    "x" * 3000, "../../x",
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, [], {}, "", "\0", "\ud800", -1, 2**63, float("nan"), float("inf"), "x" * 3000,
    [None], {"a": None}, ["a"], {"a": {"kind": {}}}, {"values": []},
)  # fmt: skip
ODD_BODIES = (
    b"", b"\xff", b"null", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b'{"a": NaN}',
    b'{"a": ' + b"9" * 5000 + b"}", b'{"\\ud800": 1}', b'{"a": "\\u0000"}',
)  # fmt: skip
ENDS = ("delete", "discard", "archive", "cancel", "save", "finish")
# A body of which one field at a time is made odd.
PLAIN = {
    "file_name": "x.csv", "size_bytes": 10, "address": "https://host/x.csv", "target": "b",
    "estimator": "LogisticRegression", "estimators": ["LogisticRegression"], "parts": [1],
    "rows": [{"a": 1}], "search": {"strategy": "grid", "space": {"C": [1, 2]}},
}  # fmt: skip
# Of everything that can be sent, one in so many; no number of texts or values is a multiple of
# it, so that each of them comes to other names. `make test-all` sends all.
ONE_IN = 7
SHARES = pytest.mark.parametrize("one_in", [ONE_IN, pytest.param(1, marks=pytest.mark.long)])
assert all(len(some) % ONE_IN for some in (ODD_TEXTS, ODD_VALUES))
# What databases refuse in ways of their own comes to every name.
KILLERS = ("\0", "\ud800", 2**63, str(2**63))
# What is said with many names: one of each.
NAMES = {"answer-0", "columns.a.kind"}


class Watched(ImmutableMultiDict[str, str]):
    """A query or a form that notes which names it was asked for."""

    asked: set[str] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *args, **kwargs)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class Turns:
    """Says whether something is to be sent: one of so many, and every killer."""

    def __init__(self, one_in: int) -> None:
        self.one_in = one_in
        self.number = itertools.count()

    def has_come(self, odd: object = None) -> bool:
        """Tell it of one after the other."""
        return next(self.number) % self.one_in == 0 or odd in KILLERS


class Sender:
    """Sends requests as one admin, and notes those that the server could not answer."""

    def __init__(self, app: Flask, admin: User, folder: Path) -> None:
        self.faults: list[str] = []
        self.pages = PageClient(app, admin)
        self.token = self.pages._token()
        self.bearer = {"Authorization": f"Bearer {create_token(user=admin, name='x').text}"}
        dataset = make_read_dataset(admin, TABLE, folder)
        make_version(dataset)
        job = make_succeeded_job(admin, dataset=dataset)
        upload = make_upload(admin)
        begun = begin_transfer(user=admin, file_name="x.csv", size_bytes=10)
        self.plain = {**PLAIN, "dataset_id": dataset.id}
        self.transfer_id = begun.upload_id
        self.ids = {
            "dataset_id": dataset.id, "upload_id": upload.id, "job_id": job.id,
            "model_id": make_model(job, state="verifying").id,
        }  # fmt: skip

    def send(self, rule: Rule, method: str, **options: Any) -> TestResponse:
        is_api = rule.rule.startswith("/api/")
        ids = self.ids
        if rule.rule.startswith(("/transfers", "/api/v1/uploads")):
            ids = {**ids, "upload_id": self.transfer_id}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ids.get(m[1], 1)), rule.rule)
        headers = self.bearer if is_api else {"X-CSRFToken": self.token}
        answer = self.pages.http.open(path, method=method, headers=headers, **options)
        if answer.status_code >= 500 and answer.status_code != 503:
            self.faults.append(f"{method} {path} {str(options)[:200]}: {answer.status_code}")
        answer.close()
        return answer

    def names_of(self, rule: Rule, method: str) -> list[str]:
        """Return what a route looks for in its query and form."""
        wanted = (rule.rule.removeprefix("/api/v1"), method)
        names = set(NAMES)
        for found in routes.OPERATIONS if rule.rule.startswith("/api/") else ():
            if (found.rule, found.method) == wanted:
                schemas = (found.query, found.form, found.body, found.or_body)
                names |= {name for schema in schemas if schema for name in schema.model_fields}
        Watched.asked.clear()
        self.send(rule, method, data=None if method == "GET" else {"csrf_token": self.token})
        return sorted(name for name in names | Watched.asked if "csrf" not in name)


@pytest.fixture
def sender(app: Flask, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sender:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Watched)
    return Sender(app, admin, tmp_path)


def rules_of(app: Flask) -> list[tuple[Rule, str]]:
    """Return the routes with their methods; what takes something away comes last."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith((*PAGES, "/api/"))
    ]
    return sorted(found, key=lambda r: (r[1] == "DELETE", r[0].rule.endswith(ENDS), r[0].rule))


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@SHARES
def test_odd_queries_are_answered(app: Flask, sender: Sender, one_in: int) -> None:
    turns = Turns(one_in)
    for rule, method in rules_of(app):
        if method == "GET":
            for name in sender.names_of(rule, method):
                for text in ODD_TEXTS:
                    if turns.has_come(text):
                        sender.send(rule, method, query_string={name: as_bytes(text)})
            sender.send(rule, method, query_string="v=1&endpoint=x&dataset_id=3&_external=1")
    assert not sender.faults


@SHARES
def test_odd_forms_are_answered(app: Flask, sender: Sender, one_in: int) -> None:
    turns = Turns(one_in)
    for rule, method in rules_of(app):
        if method == "GET":
            continue
        for name in sender.names_of(rule, method):
            for text in ODD_TEXTS:
                data = {"rows": "a\n1\n", name: as_bytes(text), "csrf_token": sender.token}
                if turns.has_come(text):
                    sender.send(rule, method, data=data)
    assert not sender.faults


@SHARES
def test_odd_json_is_answered(
    app: Flask, sender: Sender, monkeypatch: pytest.MonkeyPatch, one_in: int
) -> None:
    turns = Turns(one_in)
    monkeypatch.setattr("dashboard.api.preflights.PATIENCE_S", 0)  # no worker is there to check
    for rule, method in rules_of(app):
        if method in {"GET", "DELETE"} or not rule.rule.startswith(("/api/", "/transfers")):
            continue
        names = sender.names_of(rule, method)
        plain = {n: v for n, v in sender.plain.items() if n in names or "/transfers" in rule.rule}
        bodies = [
            as_bytes(json.dumps({**plain, name: value}))
            for name in names
            for value in ODD_VALUES
            if turns.has_come(value)
        ]
        for body in (*filter(turns.has_come, ODD_BODIES), *bodies):
            sender.send(rule, method, data=body, content_type="application/json")
    assert not sender.faults


def test_odd_names_of_files_are_answered(app: Flask, sender: Sender) -> None:
    for rule, method in rules_of(app):
        if method == "POST" and rule.rule in TAKES_FILE:
            for text in ODD_TEXTS:
                file = (io.BytesIO(b"a,b\n1,2\n"), as_bytes(text).decode("latin-1") or "x")
                data = {"file": file, "csrf_token": sender.token, "model_id": "9" * 5000}
                sender.send(rule, method, data=data)
    assert not sender.faults


def test_odd_addresses_are_answered(app: Flask, sender: Sender) -> None:
    for rule, method in rules_of(app):
        for number in (0, 2**63, "9" * 5000):
            sender.ids = dict.fromkeys(rule.arguments, number)
            sender.transfer_id = number
            sender.send(rule, method)
    assert not sender.faults
