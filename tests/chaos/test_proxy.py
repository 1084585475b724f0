"""The proxy spoils what it says, and hands on the rest as it came."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chaos.proxy import Proxy
from tests.serving import LOOKS_S


class Broker(BaseHTTPRequestHandler):
    """Notes what it is sent."""

    seen: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(json.loads(body).get("MessageBody", self.headers["X-Amz-Target"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def proxy(seen: list[str]) -> Iterator[Proxy]:
    handler = type("Noting", (Broker,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as broker:
        threading.Thread(target=broker.serve_forever, args=(LOOKS_S,), daemon=True).start()
        made = Proxy(broker.server_address[1], seed=1)
        made.start()
        yield made
        made.stop()
        broker.shutdown()


def ask(proxy: Proxy, action: str, text: str | None = None) -> int:
    """Send a request as a client of SQS does; 0 when the connection was cut."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    body = json.dumps({"QueueUrl": "q"} | ({"MessageBody": text} if text else {}))
    try:
        connection.request("POST", "/", body, {"X-Amz-Target": f"AmazonSQS.{action}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def test_nothing_is_spoiled_in_calm(proxy: Proxy, seen: list[str]) -> None:
    assert [ask(proxy, "SendMessage", "a"), ask(proxy, "ReceiveMessage")] == [200, 200]
    assert seen == ["a", "AmazonSQS.ReceiveMessage"]
    assert not any(proxy.counts.values())


def test_polls_are_answered_with_500_and_nothing_else_is(proxy: Proxy, seen: list[str]) -> None:
    proxy.misbehave("errors", 60)
    assert [ask(proxy, "SendMessage", "a"), ask(proxy, "ReceiveMessage")] == [200, 500]
    assert seen == ["a"]


def test_connections_are_cut(proxy: Proxy, seen: list[str]) -> None:
    proxy.misbehave("resets", 60)
    assert ask(proxy, "SendMessage", "a") == 0
    assert seen == []


def test_messages_are_doubled(proxy: Proxy, seen: list[str]) -> None:
    proxy.misbehave("duplicates", 60)
    ask(proxy, "SendMessage", "a")
    assert seen == ["a", "a"]


def test_messages_are_dropped_though_they_seem_taken(proxy: Proxy, seen: list[str]) -> None:
    proxy.misbehave("drops", 60)
    assert ask(proxy, "SendMessage", "a") == 200
    proxy.misbehave("delays", 0)
    assert seen == []


def test_messages_arrive_later_and_in_another_order(proxy: Proxy, seen: list[str]) -> None:
    proxy.misbehave("disorder", 60)
    sent = [str(n) for n in range(8)]
    for text in sent:
        assert ask(proxy, "SendMessage", text) == 200
    assert seen == []
    proxy.give_back()
    assert sorted(seen) == sent
    assert seen != sent
