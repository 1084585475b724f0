"""Fetching a file from an address, in the child: only what an admin allowed, only public hosts.

Between the check of a name and the connection nothing is looked up again: the connection goes to
the number that was checked, with the name for its certificate. A redirect is an address like any
other.
"""

import contextlib
import http
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

import urllib3
from botocore.httpsession import get_cert_path
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from dashboard.address_rules import (
    Address,
    BadAddressError,
    is_allowed,
    parse_address,
)
from dashboard.filters import size
from tasks.engine.errors import EngineError
from tasks.host_numbers import is_inside, is_public

CHUNK_BYTES = 1 << 18
CONNECT_S, SILENT_S, TOTAL_S = 10.0, 30.0, 3600.0
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PHRASES = {status.value: status.phrase for status in http.HTTPStatus}
HINT = "Ask an admin to allow the address under Settings, Addresses"
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Limits:
    """The largest file, in bytes, and the seconds for connecting, for silence and in all."""

    max_bytes: int
    connect_s: float = CONNECT_S
    silent_s: float = SILENT_S
    total_s: float = TOTAL_S


@dataclass(frozen=True)
class Stream:
    """What is being fetched: its pieces, and its size where it is told."""

    pieces: Iterator[bytes]
    size_bytes: int | None


def fetch(payload: Mapping[str, Any], target: Path, report: Report) -> None:
    """Write the file of an address.

    Parameters
    ----------
    payload : Mapping
        ``address``, ``prefixes`` (those allowed now), ``max_bytes``, and for S3 ``region`` and
        ``endpoint_url``.
    target : Path
        Where to; at most `max_bytes`.
    report : callable
        Is given the fraction, 0 where no size is told, and the words beside it.

    Raises
    ------
    EngineError
        In words for the person who asked; codes ``ADDRESS_...`` and ``FILE_TOO_BIG``.
    """
    limits, started = Limits(payload["max_bytes"]), time.monotonic()
    with open_address(payload, limits) as stream, target.open("wb") as out:
        check_size(stream.size_bytes or 0, limits.max_bytes)
        written = 0
        for piece in stream.pieces:
            written += len(piece)
            check_size(written, limits.max_bytes)
            if time.monotonic() - started > limits.total_s:
                raise EngineError("ADDRESS_SILENT", "The file took more than an hour to come")
            out.write(piece)
            whole = f" of {size(stream.size_bytes)}" if stream.size_bytes else ""
            report(written / (stream.size_bytes or 1) if whole else 0.0,
                   f"Fetching the file, {size(written)}{whole}")  # fmt: skip
    if stream.size_bytes is not None and written < stream.size_bytes:
        raise EngineError("ADDRESS_CUT", "The connection ended before the file did", "Try again")


def check_size(size_bytes: int, limit: int) -> None:
    """Raise EngineError when a file is too large."""
    if size_bytes > limit:
        message = f"The file is larger than {size(limit)}, the limit on this server"
        raise EngineError("FILE_TOO_BIG", message)


@contextlib.contextmanager
def open_address(payload: Mapping[str, Any], limits: Limits) -> Iterator[Stream]:
    """Open what an address leads to, following redirects that are allowed."""
    address = check_address(payload["address"], payload["prefixes"])
    if address.scheme == "s3":
        from tasks.fetching_s3 import open_object  # with boto3, which few children need

        with open_object(address, payload["region"], payload["endpoint_url"]) as (pieces, length):
            yield Stream(pieces, length)
        return
    for _ in range(MAX_REDIRECTS + 1):
        with request(address, limits) as answer:
            if answer.status not in REDIRECTS:
                _check_status(address, answer.status)
                yield Stream(_pieces(address, answer), _length(answer))
                return
            where = urljoin(address.text, answer.headers.get("Location", ""))
            address = check_address(where, payload["prefixes"], redirected_by=address)
    message = f"{address.host} redirects more than {MAX_REDIRECTS} times"
    raise EngineError("ADDRESS_REDIRECTS", message)


def check_address(
    text: str, prefixes: Sequence[str], redirected_by: Address | None = None
) -> Address:  # fmt: skip
    """Return an address that is allowed at this moment."""
    try:
        address = parse_address(text)
    except BadAddressError as problem:
        by = f"{redirected_by.place} redirects to an address that cannot be: " if (
            redirected_by) else ""  # fmt: skip
        raise EngineError("ADDRESS_BAD", f"{by}{problem}") from None
    if redirected_by and address.scheme != redirected_by.scheme:
        message = f"{redirected_by.place} redirects to {address.place}, which is not fetched"
        raise EngineError("ADDRESS_NOT_ALLOWED", message)
    if not is_allowed(address, prefixes):
        by = f"{redirected_by.place} redirects to " if redirected_by else ""
        message = f"{by}{address.place}{', which' if by else ''} is not below an allowed address"
        raise EngineError("ADDRESS_NOT_ALLOWED", message, HINT)
    return address


def find_numbers(host: str, port: int, *, inside: bool = False) -> list[str]:
    """Return the numbers that a host's name stands for; with `inside` private ones too.

    Raises
    ------
    EngineError
        When there is no such host, or any of its numbers is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise EngineError("ADDRESS_UNKNOWN_HOST", f"There is no host called {host}") from None
    numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for number in numbers:
        if not (is_public(number) or (inside and is_inside(number))):
            message = f"{host} leads to {number}, which is no public address"
            raise EngineError("ADDRESS_PRIVATE", message)
    return numbers


@contextlib.contextmanager
def request(
    address: Address, limits: Limits, *, inside: bool = False, **asked: Any
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Ask the first of a host's numbers that takes a connection.

    Parameters
    ----------
    address : Address
        One that is allowed.
    limits : Limits
        How long to wait.
    inside : bool, default False
        Whether private numbers may be asked.
    **asked
        ``method``, ``body`` and ``headers``, where it is no plain GET.
    """
    numbers = find_numbers(address.host, address.port, inside=inside)
    for number in numbers:
        pool = urllib3.HTTPSConnectionPool(
            number, address.port, maxsize=1, retries=False, ssl_context=_trust(),
            server_hostname=address.host,
            timeout=urllib3.Timeout(connect=limits.connect_s, read=limits.silent_s),
        )  # fmt: skip
        with pool:
            try:
                answer = _ask(pool, address, **asked)
            except (NewConnectionError, ConnectTimeoutError):
                if number != numbers[-1]:
                    continue
                message = f"{address.host} does not take a connection"
                raise EngineError("ADDRESS_SILENT", message, "Try again later") from None
            with contextlib.closing(answer):
                yield answer
            return


def _ask(
    pool: urllib3.HTTPSConnectionPool, address: Address, *, method: str = "GET",
    body: bytes | None = None, headers: Mapping[str, str] = MappingProxyType({}),
) -> urllib3.BaseHTTPResponse:  # fmt: skip
    query = f"?{address.query}" if address.query else ""
    host = address.origin.removeprefix("https://")
    own = {"Host": host, "Accept-Encoding": "identity", "User-Agent": "Trainyard"}
    with _in_words(address):
        return pool.urlopen(
            method, address.path + query, body=body, headers={**headers, **own}, redirect=False,
            retries=False,
            assert_same_host=False, preload_content=False, decode_content=False,
        )  # fmt: skip


def _trust() -> ssl.SSLContext:
    """Trust the machine's authorities; those that come with botocore where it has none."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        context.load_verify_locations(get_cert_path(verify=True))
    return context


@contextlib.contextmanager
def _in_words(address: Address) -> Iterator[None]:
    try:
        yield
    except (NewConnectionError, ConnectTimeoutError):
        raise
    except SSLError as problem:
        reason = getattr(problem.args[0], "verify_message", "") or "it speaks no TLS that we know"
        message = f"The certificate of {address.host} cannot be trusted: {reason}"
        raise EngineError("ADDRESS_CERTIFICATE", message) from None
    except (ReadTimeoutError, TimeoutError):
        message = f"{address.host} stopped answering"
        raise EngineError("ADDRESS_SILENT", message, "Try again later") from None
    except (ProtocolError, HTTPError):
        message = f"{address.host} ended the connection before its answer was whole"
        raise EngineError("ADDRESS_CUT", message, "Try again") from None


def _check_status(address: Address, status: int) -> None:
    if status != http.HTTPStatus.OK:
        phrase = PHRASES.get(status, "")
        message = f"{address.place} answers {status} {phrase}".rstrip()
        raise EngineError("ADDRESS_STATUS", message, "Open it in a browser to see what is there")


def _length(answer: urllib3.BaseHTTPResponse) -> int | None:
    told = answer.headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else None


def _pieces(address: Address, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    with _in_words(address):
        while piece := answer.read(CHUNK_BYTES):
            yield piece
