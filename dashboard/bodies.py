"""How much of a request's body is read, where it is kept meanwhile, and what text it may hold.

Nothing is read of a request that is refused for who sends it, or for how large it says it is:
`dashboard.web` puts these checks before the one that parses the form.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from functools import partial
from io import BufferedReader, RawIOBase
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected

from dashboard.config import Settings
from dashboard.datasets.upload.uploads import clean_file_name
from dashboard.datasets.upload.watching import Watcher, too_big
from dashboard.errors import BadRequest, DomainError, TooLarge, Unavailable, ValidationFailed
from dashboard.filters import size
from dashboard.room import check_room
from dashboard.storage import get_storage

View = TypeVar("View", bound=Callable[..., Any])
# The most that a form without a file, or a JSON body, may have.
BODY_BYTES = 10_000_000
# Room for the fields around an uploaded file.
FORM_ROOM_BYTES = 1_000_000
# Who says nothing for so long has lost the connection; the thread that waits is needed.
SILENCE_S = 60.0
READ_BYTES = 1 << 20
# Parsing a form asks for less at once than the server takes from the connection, which would copy
# the rest each time.
AHEAD_BYTES = 1 << 19
# So much is read, and for so long, behind a refusal: many clients send all before they listen.
DRAIN_BYTES = 200_000_000
DRAIN_S = 5.0


class _Incoming(RawIOBase):
    """A request's body for `BufferedReader`; `left` is how much of it is to come, where known.

    A server may hand over the connection, which does not end where the body does.
    """

    def __init__(self, body: IO[bytes], left: int | None) -> None:
        self.body = body
        self.left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        most = len(buffer) if self.left is None else min(len(buffer), self.left)
        found = self.body.read(most)
        buffer[: len(found)] = found
        if self.left is not None:
            self.left -= len(found)
        return len(found)


class BoundedRequest(Request):
    """A request whose uploaded files wait beside the product's own, not in the system's folder."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Return where a file is kept until it is stored; it has no name and leaves nothing.

        What comes is looked at: parsing the form raises for a file that cannot be a table.
        """
        settings: Settings = current_app.config["SETTINGS"]
        g.takes_file = True
        name = clean_file_name(filename or "")
        watcher = Watcher(name, limit_bytes=settings.max_upload_bytes)
        return cast(IO[bytes], get_storage().land(settings.home, watcher.look))


def init_app(app: Flask) -> None:
    """Bound every body; routes that take a file raise the bound for themselves."""
    app.request_class = BoundedRequest
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    # Pasted rows, or choices for 20,000 columns: by itself Flask takes half a megabyte of a form.
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_BYTES
    app.after_request(drain_refused)


def takes_upload(show: Callable[[DomainError], Any]) -> Callable[[View], View]:
    """Let a route take a file.

    Parameters
    ----------
    show : callable
        Makes the answer that says why a file is refused, before any of it is read.
    """

    def decorate(view: View) -> View:
        view.show_refusal = show  # type: ignore[attr-defined]
        return view

    return decorate


def prepare_upload() -> Any:
    """Refuse a page's upload that cannot be kept, or let its body be read."""
    view = current_app.view_functions.get(request.endpoint or "")
    show = getattr(view, "show_refusal", None)
    if show is None:
        return None
    try:
        begin_upload()
        _ = request.form  # the file comes in here
    except (TooLarge, Unavailable, ValidationFailed) as problem:
        return show(problem)
    return None


def begin_upload() -> None:
    """Let this request bring a file. Nothing is read yet.

    Raises
    ------
    TooLarge
        When the body says that it is larger than this server takes.
    StorageFull
        When there is no room for it.
    """
    settings: Settings = current_app.config["SETTINGS"]
    request.max_content_length = settings.max_upload_bytes + FORM_ROOM_BYTES
    announced = request.content_length or 0
    if announced > request.max_content_length:
        raise TooLarge(too_big("The file", settings.max_upload_bytes), code="FILE_TOO_BIG")
    check_room(announced)
    expect_words()
    body = _Incoming(request.environ["wsgi.input"], request.content_length)
    request.environ["wsgi.input"] = BufferedReader(body, AHEAD_BYTES)


def drain_refused(response: Response) -> Response:
    """Let the rest of a file that was refused while it came be read, once the answer is sent."""
    if g.get("takes_file") and response.status_code in {413, 422}:
        response.call_on_close(partial(_drain, request.environ["wsgi.input"]))
    return response


def _drain(stream: IO[bytes]) -> None:
    rest, end = DRAIN_BYTES, time.monotonic() + DRAIN_S
    with suppress(OSError):
        while rest > 0 and time.monotonic() < end and (chunk := stream.read(READ_BYTES)):
            rest -= len(chunk)


def expect_words() -> None:
    """Give up on a connection that falls silent in the middle of a body."""
    socket = request.environ.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(SILENCE_S)


def read_part(length: int) -> BinaryIO:
    """Return the body, which is one part of a file, in a file without a name.

    Parameters
    ----------
    length : int
        How many bytes it must have.

    Raises
    ------
    BadRequest
        When the connection was cut, or there are more.
    StorageFull
        When there is no room for it.
    """
    request.max_content_length = length + 1
    expect_words()
    check_room(length)
    with ExitStack() as stack:
        home = current_app.config["SETTINGS"].home
        content = stack.enter_context(TemporaryFile(dir=home, buffering=0))
        there = 0
        while there <= length and (chunk := _read_on()):
            content.write(chunk)
            there += len(chunk)
        if there != length:
            raise BadRequest(f"The body ended early or late; the part must have {length} bytes")
        stack.pop_all()
    return cast(BinaryIO, content)


def _read_on() -> bytes:
    """Return what comes next; nothing when the connection was cut."""
    try:
        return request.stream.read(READ_BYTES)
    except (OSError, ClientDisconnected):
        return b""


def limit_words() -> str | None:
    """Return the words for a body that was too large; None when it was to hold no file."""
    if request.max_content_length == current_app.config["MAX_CONTENT_LENGTH"]:
        return None
    return f"The limit on this server is {size(current_app.config['SETTINGS'].max_upload_bytes)}"


def json_body() -> dict[str, Any]:
    """Return the request's JSON body.

    Raises
    ------
    BadRequest
        When there is none, it is no object, or nested too deeply.
    TooLarge
        When it is larger than `BODY_BYTES`.
    ValidationFailed
        When it holds characters that are no text.
    """
    if (request.content_length or 0) > BODY_BYTES:
        raise TooLarge(f"The JSON is larger than {size(BODY_BYTES)}. Send less at once")
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise BadRequest("The JSON is nested too deeply") from None
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object, with Content-Type: application/json")
    _check_texts(body)
    return body


def check_query_and_form() -> None:
    """Refuse NUL in a query, and in a form that was parsed: no database keeps it as text."""
    check_fields(request.args)
    if g.get("csrf_valid"):
        check_fields(request.form)


def check_fields(fields: MultiDict[str, str]) -> None:
    """Raise `BadRequest` when a name or a value holds NUL."""
    for name, text in fields.items(multi=True):
        if "\0" in name or "\0" in text:
            raise BadRequest(f"{name.replace(chr(0), '')} holds the character NUL; leave it out")


def _check_texts(body: dict[str, Any]) -> None:
    """Refuse text that cannot be kept: NUL, and halves of a pair of surrogates.

    Raises
    ------
    ValidationFailed
        Naming each field, such as ``parameters.C``.
    """
    faults: dict[str, str] = {}
    rest: list[tuple[str, Any]] = [("", body)]
    while rest:
        where, value = rest.pop()
        if isinstance(value, str) and not _can_be_kept(value):
            faults[where] = "This holds a character that is no text, such as NUL"
        elif isinstance(value, dict):
            rest += _parts(where, value.items(), faults)
        elif isinstance(value, list):
            rest += _parts(where, ((str(n), part) for n, part in enumerate(value)), faults)
    if faults:
        raise ValidationFailed(faults)


def _parts(
    where: str, items: Iterable[tuple[str, Any]], faults: dict[str, str]
) -> Iterable[tuple[str, Any]]:
    for name, part in items:
        if _can_be_kept(name):
            yield f"{where}.{name}" if where else name, part
        else:
            faults[where or "body"] = "A name holds a character that is no text, such as NUL"


def _can_be_kept(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
