"""Files through the upload API of a running product, several on their way at a time."""

import contextlib
import csv
import io
import json
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.reading_cases import Case
from benchmarks.reading_verdicts import SLOW_S, Outcome
from tests.product import Api, Line, install

AT_ONCE = 4
LOOK_EVERY_S = 0.1
GIVE_UP_S = 6 * SLOW_S


class FailedError(Exception):
    """The product did not answer as it should."""


class Product:
    """A product that reads files; `read` is what `benchmarks.reading.run` calls."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def warm_up(self) -> None:
        """Have one small file read: a worker that has just been started loads its libraries."""
        began = time.perf_counter()
        self.line.send_table("a,b\n1,2\n3,4\n")
        newest = json.loads(self._ask("GET", "/datasets?limit=1"))["items"][0]["id"]
        while json.loads(self._ask("GET", f"/datasets/{newest}"))["state"] == "reading":
            time.sleep(LOOK_EVERY_S)
        print(f"The first file of a product that was just started took {_since(began):.1f} s")

    def read(self, asked: Sequence[tuple[Case, str]]) -> Iterable[Outcome]:
        """Read files, each with a way to treat bad lines ("" for the default)."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(lambda one: self._try(one[0].path, one[1]), asked))

    def _try(self, path: Path, bad_lines: str) -> Outcome:
        started = time.perf_counter()
        try:
            return self._read(path, bad_lines, started)
        except (FailedError, OSError, HTTPException, ValueError) as problem:
            failure = f"{type(problem).__name__}: {problem}"
            return Outcome("failed", _since(started), failure=failure)

    def _read(self, path: Path, bad_lines: str, started: float) -> Outcome:
        made = json.loads(self._ask("POST", "/datasets", *_form(path, bad_lines)))
        where = f"/datasets/{made['id']}"
        found: dict[str, Any] = made
        while found["state"] == "reading":
            if _since(started) > GIVE_UP_S:
                return Outcome("reading", _since(started))
            time.sleep(LOOK_EVERY_S)
            found = json.loads(self._ask("GET", where))
        took = _since(started)
        if found["state"] == "ready":
            table = list(csv.reader(_text(self._ask("GET", f"{where}/table.csv"))))
            header = found["dialect"]["header"]
            return Outcome("ready", took, found["problems"], header, table)
        return Outcome("refused", took, found["problems"])

    def _ask(self, method: str, path: str, content: bytes | None = None, kind: str = "") -> bytes:
        more = {"Content-Type": kind} if kind else {}
        status, _headers, found = self.line.send(method, path, content, **more)
        if status >= 400:
            raise FailedError(f"{method} {path} answered {status}: {found[:200]!r}")
        return found


def _since(began: float) -> float:
    return time.perf_counter() - began


def _text(content: bytes) -> io.StringIO:
    csv.field_size_limit(1 << 30)
    return io.StringIO(content.decode("utf-8"), newline="")


def _form(path: Path, bad_lines: str) -> tuple[bytes, str]:
    """Return a multipart body and its media type."""
    edge = secrets.token_hex(16)
    name = path.name.replace('"', "%22")
    option = (
        f'--{edge}\r\nContent-Disposition: form-data; name="bad_lines"\r\n\r\n{bad_lines}\r\n'
        if bad_lines
        else ""
    )
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = option.encode() + head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


@contextlib.contextmanager
def product(url: str, token: str) -> Iterator[Product]:
    """Give the product at an address, or one that is started in a throwaway home."""
    if url:
        yield Product(Line(urlsplit(url).port or 80, token))
        return
    with (
        tempfile.TemporaryDirectory(prefix="trainyard-") as folder,
        install(Path(folder), workers=1) as started,
    ):
        made = Product(Api(started.environ, "reader@example.org"))
        made.warm_up()
        yield made
