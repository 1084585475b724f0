"""A proxy in front of the broker that answers badly for a while, when it is told to."""

import hashlib
import http.client
import json
import random
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import LOOKS_S

MODES = ("errors", "resets", "duplicates", "drops", "delays", "disorder")
JSON = "application/x-amz-json-1.0"
Answer = tuple[int, bytes, str]


class Proxy:
    """An HTTP server that hands requests on to the broker; `mode` says how badly.

    ``errors``: polls are answered with 500. ``resets``: connections are cut. ``duplicates``:
    each message is sent twice. ``drops``: messages are taken and thrown away. ``delays``: each
    request waits up to a second. ``disorder``: messages are kept back, and given to the broker
    in any order when the time is over.
    """

    def __init__(self, broker_port: int, seed: int = 0) -> None:
        self.broker_port = broker_port
        self.chance = random.Random(f"{seed} proxy")
        self.mode: str | None = None
        self.until = 0.0
        self.kept_back: list[Callable[[], object]] = []
        self.counts = dict.fromkeys(MODES, 0)  # how often each mode had something to spoil
        self.lock = threading.Lock()
        handler = type("Handler", (Handler,), {"proxy": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def start(self) -> None:
        """Serve in a thread."""
        serve = partial(self.server.serve_forever, LOOKS_S)
        threading.Thread(target=serve, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def misbehave(self, mode: str, seconds: float) -> None:
        """Answer badly for some time."""
        self.give_back()
        self.mode, self.until = mode, time.monotonic() + seconds
        timer = threading.Timer(seconds, self.give_back)
        timer.daemon = True
        timer.start()

    def keep_back(self, send: Callable[[], object]) -> None:
        """Keep a message until the disorder is over."""
        with self.lock:
            self.kept_back.append(send)

    def give_back(self) -> None:
        """Send the messages that were kept back, in any order."""
        with self.lock:
            kept, self.kept_back = self.kept_back, []
        self.chance.shuffle(kept)
        for send in kept:
            try:
                send()
            except (OSError, http.client.HTTPException):
                continue  # the broker is away: one more message that was lost

    @property
    def current(self) -> str | None:
        """The mode that holds now."""
        return self.mode if time.monotonic() < self.until else None


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    proxy: Proxy
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Hand a request on, or misbehave."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        mode = self.proxy.current
        if mode == "resets":
            self._spoil(mode)
            self._cut()
        elif mode == "errors" and action == "ReceiveMessage":
            self._spoil(mode)
            self._answer((500, b"{}", JSON))
        elif mode in {"drops", "disorder"} and action == "SendMessage":
            self._spoil(mode)
            if mode == "disorder":
                self.proxy.keep_back(self._sender(body))
            self._answer(_taken(body))
        else:
            if mode == "delays":
                self._spoil(mode)
                time.sleep(random.random())
            self._hand_on(body, twice=mode == "duplicates" and action == "SendMessage")

    do_GET = do_POST  # noqa: N815 - the name that http.server asks for

    def _spoil(self, mode: str) -> None:
        self.proxy.counts[mode] += 1

    def _hand_on(self, body: bytes, *, twice: bool) -> None:
        send = self._sender(body)
        try:
            answer = send()
            if twice:
                self._spoil("duplicates")
                send()
        except (OSError, http.client.HTTPException):
            self._cut()
            return
        self._answer(answer)

    def _sender(self, body: bytes) -> Callable[[], Answer]:
        """Return what sends this request to the broker, also after the client has gone."""
        skipped = {"connection", "content-length"}
        headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
        command, path, port = self.command, self.path, self.proxy.broker_port

        def send() -> Answer:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.request(command, path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.headers.get("Content-Type", "")
            finally:
                connection.close()

        return send

    def _cut(self) -> None:
        # With a linger of zero the close is a reset, not an orderly end.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _answer(self, answer: Answer) -> None:
        status, body, kind = answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        """Serve one request; a client that is gone is no error here."""
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        """Close; the connection may have been cut."""
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def _taken(body: bytes) -> Answer:
    """Return what SQS answers to a message that it took."""
    text = json.loads(body)["MessageBody"].encode()
    found = {
        "MessageId": str(uuid.uuid4()),
        "MD5OfMessageBody": hashlib.md5(text, usedforsecurity=False).hexdigest(),
    }
    return 200, json.dumps(found).encode(), JSON
