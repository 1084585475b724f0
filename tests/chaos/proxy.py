"""A proxy in front of the broker that answers badly for a while, when it is told to."""

import http.client
import json
import random
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODES = ("errors", "resets", "duplicates", "drops", "delays")


class Proxy:
    """An HTTP server that hands requests on to the broker; `mode` says how badly.

    ``errors``: polls are answered with 500. ``resets``: connections are cut. ``duplicates``:
    each message is sent twice. ``drops``: messages are taken and thrown away. ``delays``: each
    request waits up to a second, so that messages overtake each other.
    """

    def __init__(self, broker_port: int) -> None:
        self.broker_port = broker_port
        self.mode: str | None = None
        self.until = 0.0
        handler = type("Handler", (Handler,), {"proxy": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def misbehave(self, mode: str, seconds: float) -> None:
        """Answer badly for some time."""
        self.mode, self.until = mode, time.monotonic() + seconds

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
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2] or body.decode("latin-1")
        mode = self.proxy.current
        if mode == "resets":
            self._cut()
        elif mode == "errors" and "ReceiveMessage" in action:
            self._answer(500, b"{}", "application/x-amz-json-1.0")
        else:
            if mode == "delays":
                time.sleep(random.random())
            self._hand_on(body, action, mode)

    do_GET = do_POST  # noqa: N815 - the name that http.server asks for

    def _hand_on(self, body: bytes, action: str, mode: str | None) -> None:
        try:
            status, answer, kind = self._ask(body)
            if mode == "duplicates" and "SendMessage" in action:
                self._ask(body)
            if mode == "drops" and "SendMessage" in action:
                self._throw_away(body)
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            self._cut()
            return
        self._answer(status, answer, kind)

    def _ask(self, body: bytes, **changed: str) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.broker_port, timeout=30)
        skipped = {"connection", "content-length"}
        headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
        target = {"X-Amz-Target": changed["target"]} if "target" in changed else {}
        connection.request(self.command, self.path, body, headers | target)
        answer = connection.getresponse()
        found = answer.status, answer.read(), answer.headers.get("Content-Type", "")
        connection.close()
        return found

    def _throw_away(self, body: bytes) -> None:
        """Empty the queue that a message was sent to."""
        queue = json.dumps({"QueueUrl": json.loads(body)["QueueUrl"]}).encode()
        self._ask(queue, target="AmazonSQS.PurgeQueue")

    def _cut(self) -> None:
        # With a linger of zero the close is a reset, not an orderly end.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: bytes, kind: str) -> None:
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
