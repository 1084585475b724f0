"""Fetching by https from a real server: what is allowed comes, and nothing else is asked."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import fetching
from tasks.engine.errors import EngineError
from tests.tasks.https_server import make_certificates, redirect, send, serve

HOST = "files.example.test"
TEXT = b"a,b\n1,2\n"


class World:
    """A server, and a net in which its name leads to loopback, the one number taken for public."""

    def __init__(self, folder: Path, port: int, asked: list[str], answers: dict) -> None:
        self.port, self.asked, self.answers = port, asked, answers
        self.target, self.told = folder / "fetched", [(0.0, "")]
        self.numbers = {HOST: ["127.0.0.1"]}
        self.base = f"https://{HOST}:{port}/"

    def fetch(self, path: str = "a.csv", **payload: Any) -> bytes:
        given = {
            "address": f"{self.base}{path}" if "://" not in path else path,
            "prefixes": [self.base], "max_bytes": 1_000_000, "region": "", "endpoint_url": None,
        }  # fmt: skip
        fetching.fetch(given | payload, self.target, lambda *told: self.told.append(told))
        return self.target.read_bytes()

    def failure(self, path: str = "a.csv", **payload: Any) -> tuple[str, str]:
        with pytest.raises(EngineError) as found:
            self.fetch(path, **payload)
        return found.value.code, found.value.message


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    authority, certificate = make_certificates(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    answers: dict[str, Any] = {"/a.csv": send(TEXT)}
    with serve(certificate, answers) as (port, asked):
        made = World(tmp_path, port, asked, answers)
        look_up = socket.getaddrinfo

        def named(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            if host not in made.numbers and host[0].isalpha():
                raise socket.gaierror(-2, "Name or service not known")
            found = made.numbers.get(host, [host])
            return [entry for number in found for entry in look_up(number, port, type=1)]

        is_public = fetching.is_public
        monkeypatch.setattr(socket, "getaddrinfo", named)
        monkeypatch.setattr(
            fetching, "is_public", lambda number: number == "127.0.0.1" or is_public(number)
        )
        yield made


def test_file_is_fetched(world: World) -> None:
    assert world.fetch("a.csv?key=1%202") == TEXT
    assert world.asked == [f"{HOST}:{world.port}/a.csv?key=1%202"]
    assert world.told[-1] == (1.0, "Fetching the file, 8 bytes of 8 bytes")


def test_what_is_sent_packed_is_kept_packed(world: World) -> None:
    packed = gzip.compress(TEXT)
    world.answers["/a.csv"] = send(packed, Content_Encoding="gzip")
    assert world.fetch() == packed


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"prefixes": []}, "ADDRESS_NOT_ALLOWED", "is not below an allowed address"),
        ({"prefixes": ["https://files.example.test/"]}, "ADDRESS_NOT_ALLOWED", "allowed address"),
        ({"address": "http://files.example.test/a.csv"}, "ADDRESS_BAD", "must begin with https"),
        ({"max_bytes": 7}, "FILE_TOO_BIG", "larger than 7 bytes"),
    ],
)
def test_what_is_not_allowed_is_not_asked(
    world: World, change: dict, code: str, words: str
) -> None:
    found = world.failure(**change)
    assert (found[0], words in found[1]) == (code, True), found
    assert world.asked == [] or code == "FILE_TOO_BIG"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503, 299, 304])
def test_status_is_told(world: World, status: int) -> None:
    world.answers["/a.csv"] = send(b"", status)
    code, message = world.failure("a.csv?token=secret")
    assert code == "ADDRESS_STATUS"
    assert f"{world.base}a.csv answers {status}" in message
    assert "secret" not in message


def test_redirect_within_the_prefix_is_followed(world: World) -> None:
    world.answers |= {
        "/old": redirect("/older"), "/older": redirect(f"{world.base}b/../a.csv"),
        "/b/": redirect("../a.csv"),
    }  # fmt: skip
    # The dots are resolved as a browser resolves them, before the address is looked at.
    assert world.fetch("b/") == TEXT
    assert world.failure("old") == (
        "ADDRESS_BAD",
        f"{world.base}older redirects to an address that cannot be: The path has . or .. in it",
    )


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example.test/a.csv", "http://files.example.test/a.csv", "//evil.example/a",
        "file:///etc/passwd", "s3://bucket/a", "https://127.0.0.1/a", "https://[::1]/",
        "https://user:pw@files.example.test/a.csv", "", "\\\\evil\\a", "https://%2e/",
    ],
)  # fmt: skip
def test_redirect_elsewhere_is_not_followed(world: World, where: str) -> None:
    world.answers["/go"] = redirect(where)
    code, message = world.failure("go", prefixes=[f"{world.base}", "s3://bucket/"])
    if where == "":  # to itself
        assert code == "ADDRESS_REDIRECTS"
    else:
        assert code in {"ADDRESS_NOT_ALLOWED", "ADDRESS_BAD"}
        assert "redirects to" in message
        assert len(world.asked) == 1


def test_five_redirects_are_followed_and_no_more(world: World) -> None:
    for n in range(6):
        world.answers[f"/{n}"] = redirect(f"/{n + 1}" if n < 5 else "/a.csv")
    assert world.fetch("1") == TEXT
    assert world.failure("0") == ("ADDRESS_REDIRECTS", f"{HOST} redirects more than 5 times")


@pytest.mark.parametrize(
    "number",
    [
        "10.0.0.5", "127.0.0.2", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1",
        "0.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1",
        "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::a00:5",
        "2002:7f00:1::", "2001:db8::1", "fe80::1%eth0", "100::1", "no number",
    ],
)  # fmt: skip
def test_number_that_is_not_public(number: str) -> None:
    assert not fetching.is_public(number)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"]
)
def test_number_that_is_public(number: str) -> None:
    assert fetching.is_public(number)


def test_host_with_one_private_number_is_not_asked(world: World) -> None:
    world.numbers[HOST] = ["127.0.0.1", "10.0.0.5"]
    assert world.failure() == (
        "ADDRESS_PRIVATE", f"{HOST} leads to 10.0.0.5, which is no public address",
    )  # fmt: skip
    assert world.asked == []


def test_numbers_in_an_address_are_looked_at_as_well(world: World) -> None:
    for text in ("https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://2130706434/"):
        code, message = world.failure(text, prefixes=[text])
        assert (code, "no public address" in message) == ("ADDRESS_PRIVATE", True), text


def test_name_is_looked_up_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later leads nobody there: rebinding."""
    looked, look_up = [], socket.getaddrinfo

    def rebinding(host: str, *more: Any, **options: Any) -> list[Any]:
        if host == HOST:
            looked.append(host)
            world.numbers[HOST] = ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.5"]
        return look_up(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert world.fetch() == TEXT
    assert looked == [HOST]


def test_second_number_is_asked_when_the_first_is_silent(world: World) -> None:
    world.numbers[HOST] = ["127.0.0.1", "127.0.0.1"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"https://{HOST}:{port}/"
    code, message = world.failure(address, prefixes=[address])
    assert (code, message) == ("ADDRESS_SILENT", f"{HOST} does not take a connection")


def test_unknown_host_is_told(world: World) -> None:
    text = "https://nobody.example.test/"
    assert world.failure(text, prefixes=[text])[0] == "ADDRESS_UNKNOWN_HOST"


def test_certificate_of_another_host_is_not_trusted(world: World) -> None:
    world.numbers["other.example.test"] = ["127.0.0.1"]
    text = f"https://other.example.test:{world.port}/a.csv"
    code, message = world.failure(text, prefixes=[text])
    assert code == "ADDRESS_CERTIFICATE"
    assert "other.example.test cannot be trusted: " in message
    assert world.asked == []


def test_unknown_authority_is_not_trusted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    code, message = world.failure()
    assert code == "ADDRESS_CERTIFICATE"
    assert "certificate" in message.lower()
    assert world.asked == []


def test_certificate_that_has_run_out_is_not_trusted(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    authority, certificate = make_certificates(folder, HOST, days=-2)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with serve(certificate, {}) as (port, asked):
        text = f"https://{HOST}:{port}/"
        assert world.failure(text, prefixes=[text])[0] == "ADDRESS_CERTIFICATE"
        assert asked == []


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"0" * 100_000)


def test_endless_file_is_stopped_at_the_limit(world: World) -> None:
    world.answers["/a.csv"] = endless
    assert world.failure()[0] == "FILE_TOO_BIG"
    assert world.target.stat().st_size <= 1_000_000


def test_size_that_is_told_is_believed(world: World) -> None:
    world.answers["/a.csv"] = send(b"", Content_Length="1000001")
    assert world.failure()[0] == "FILE_TOO_BIG"


def test_cut_file_is_no_file(world: World) -> None:
    world.answers["/a.csv"] = send(TEXT, Content_Length="100")
    assert world.failure()[0] == "ADDRESS_CUT"


def test_silence_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def silent(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(TEXT)
        handler.wfile.flush()
        go_on.wait(20)

    world.answers["/a.csv"] = silent
    limits: Callable[[int], fetching.Limits] = fetching.Limits
    monkeypatch.setattr(fetching, "Limits", lambda most: limits(most, silent_s=0.3))
    try:
        assert world.failure() == ("ADDRESS_SILENT", f"{HOST} stopped answering")
    finally:
        go_on.set()


def test_no_proxy_of_the_environment_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert world.fetch() == TEXT
