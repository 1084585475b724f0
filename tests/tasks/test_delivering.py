"""Sending to a webhook: a real receiver gets it whole, and nothing leads anywhere else."""

import hashlib
import hmac
import http.server
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.clock import now
from dashboard.db import Delivery
from dashboard.extensions import db
from dashboard.notifications.deliveries import ask_due
from dashboard.notifications.webhooks import send_test, set_webhook
from dashboard.queue import LIGHT
from tasks import delivery_work
from tasks.engine.errors import EngineError
from tasks.host_numbers import is_inside
from tests.factories import make_user
from tests.product import Parts, base_environ, free_port, wait_for
from tests.tasks.https_server import make_certificates, redirect, send, serve

HOST = "hooks.example.test"
NEVER = (
    "169.254.169.254", "0.0.0.0", "::ffff:169.254.169.254", "fd00:ec2::254",  # noqa: S104
    "0.1.2.3", "100.100.100.200", "192.0.0.192", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "fe80::1", "::", "fec0::1",
)  # fmt: skip
Handler = http.server.BaseHTTPRequestHandler


class Receiver:
    """A server of one name, what it answers and what it was given."""

    def __init__(self, port: int, answers: dict[str, Any]) -> None:
        self.base, self.answers = f"https://{HOST}:{port}/", answers
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.numbers = {HOST: "127.0.0.1"}

    def take(self, handler: Handler) -> None:
        self.got.append((handler.body, dict(handler.headers)))  # type: ignore[attr-defined]
        send(b"thanks")(handler)

    def deliver(self, path: str = "in", **payload: Any) -> dict[str, Any]:
        told: list[dict[str, Any]] = []
        given = {"address": f"{self.base}{path}" if "://" not in path else path,
                 "prefixes": [self.base], "inside": True, "body": '{"a": "ü"}',
                 "headers": {"X-Trainyard-Event": "test"}}  # fmt: skip
        delivery_work.deliver(given | payload, told.append)
        values: dict[str, Any] = told[-1]["values"]
        return values


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    authority, certificate = make_certificates(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    answers: dict[str, Any] = {}
    with serve(certificate, answers) as (port, _):
        made = Receiver(port, answers)
        answers["/in"] = made.take
        look_up = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo",
            lambda host, *given, **more: look_up(made.numbers.get(host, host), *given, **more),
        )  # fmt: skip
        yield made


def test_a_body_comes_whole(receiver: Receiver) -> None:
    assert receiver.deliver() == {"outcome": "Answered 200 OK", "taken": True}
    ((body, headers),) = receiver.got
    assert body.decode() == '{"a": "ü"}'
    assert headers["X-Trainyard-Event"] == "test"
    assert headers["User-Agent"] == "Trainyard"


@pytest.mark.parametrize(
    ("status", "taken"), [(204, True), (299, True), (404, False), (500, False)]
)
def test_only_a_yes_is_taken_for_one(receiver: Receiver, status: int, taken: bool) -> None:
    receiver.answers["/in"] = send(b"", status)
    assert receiver.deliver()["taken"] is taken


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers["/away"] = redirect(f"{receiver.base}in")
    assert receiver.deliver("away") == {
        "outcome": "Answered 302 Found: a redirect, which is not followed", "taken": False,
    }  # fmt: skip
    assert receiver.got == []


def test_a_long_answer_is_not_read(receiver: Receiver) -> None:
    written: list[int] = []

    def pour(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10_000_000_000))
        handler.end_headers()
        while True:
            written.append(handler.wfile.write(b"x" * 100_000))

    receiver.answers["/in"] = pour
    assert receiver.deliver()["taken"]
    assert sum(written) < 20_000_000


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("https://ada:secret@hooks.example.test/in", "ADDRESS_BAD", "name and password"),
        ("https://other.example/in", "ADDRESS_NOT_ALLOWED", "not below an allowed address"),
        ("http://hooks.example.test/in", "ADDRESS_BAD", "https://"),
        ("https://169.254.169.254/in", "ADDRESS_PRIVATE", "no public address"),
    ],
    ids=range(4),
)  # fmt: skip
def test_what_may_not_be_asked_is_not(
    receiver: Receiver, address: str, code: str, words: str
) -> None:
    prefixes = [receiver.base, "https://169.254.169.254/"]
    with pytest.raises(EngineError) as found:
        receiver.deliver(address, prefixes=prefixes)
    assert (found.value.code, words in found.value.message) == (code, True), found.value.message


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.1", "::1", *NEVER])
def test_a_name_that_leads_inside_is_not_asked(receiver: Receiver, number: str) -> None:
    receiver.numbers[HOST] = number
    with pytest.raises(EngineError, match="no public address"):
        receiver.deliver(inside=False)


@pytest.mark.parametrize("number", NEVER)
def test_some_numbers_are_never_asked(receiver: Receiver, number: str) -> None:
    receiver.numbers[HOST] = number
    with pytest.raises(EngineError, match="no public address"):
        receiver.deliver(inside=True)


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("10.0.0.1", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.1.1", True),
        ("127.0.0.2", True), ("::1", True), ("fd12::1", True), ("::ffff:10.0.0.1", True),
        ("::ffff:8.8.8.8", False), ("8.8.8.8", False), ("no number", False),
        *((number, False) for number in NEVER),
    ],
)  # fmt: skip
def test_only_private_networks_are_inside(number: str, is_one: bool) -> None:
    assert is_inside(number) is is_one


def test_a_receiver_that_never_answers_is_left(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(delivery_work.LIMITS, silent_s=0.3)
    monkeypatch.setattr(delivery_work, "LIMITS", limits)
    receiver.answers["/in"] = lambda _handler: time.sleep(2)
    with pytest.raises(EngineError, match="stopped answering"):
        receiver.deliver()


@pytest.fixture
def local(tmp_path: Path, home: Path, environ: dict[str, str]) -> Iterator[tuple[str, list[Any]]]:
    """A receiver on this machine, and a broker and a light worker that may send to it."""
    authority, certificate = make_certificates(tmp_path, "localhost")
    got: list[Any] = []

    def take(handler: Handler) -> None:
        got.append((handler.body, dict(handler.headers)))  # type: ignore[attr-defined]
        send(b"", 500 if len(got) == 1 else 204)(handler)

    with serve(certificate, {"/in": take}) as (port, _):
        base = f"https://localhost:{port}/"
        (home / "sqs_port").write_text(str(free_port()))
        more = {"WEBHOOK_PREFIXES": base, "WEBHOOKS_INSIDE": "yes"}
        environ |= base_environ(home, HEARTBEAT_S="0.5", SSL_CERT_FILE=str(authority), **more)
        parts = Parts(tmp_path, environ)
        try:
            parts.broker()
            parts.worker("light", LIGHT)
            yield base, got
        finally:
            parts.stop()


@pytest.mark.broker
def test_a_worker_sends_it_again_until_it_is_taken(
    local: tuple[str, list[Any]], app: Flask
) -> None:
    base, got = local
    user = make_user()
    settings = app.config["SETTINGS"]
    secret = set_webhook(
        user=user, address=f"{base}in", base_url="http://a", prefixes=settings.webhook_prefixes
    )
    assert secret is not None
    send_test(user)

    def state() -> tuple[str, int, str | None]:
        db.session.rollback()
        found = db.session.scalars(select(Delivery)).one()
        db.session.refresh(found)
        return found.state, found.attempts, found.outcome

    ask_due(now())
    wait_for("it was refused", lambda: state()[1] == 1)
    assert state() == ("waiting", 1, "Answered 500 Internal Server Error")
    found = db.session.scalars(select(Delivery)).one()
    assert found.next_at is not None
    ask_due(found.next_at)
    wait_for("it was taken", lambda: state()[0] == "sent")
    assert state() == ("sent", 2, "Answered 204 No Content")
    assert got[0][0] == got[1][0]  # with the same id
    body, headers = got[1]
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Trainyard-Signature"] == f"sha256={signature}"
    assert headers["X-Trainyard-Delivery"] == json.loads(body)["delivery"]
