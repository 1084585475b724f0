"""What an address may look like, and what it must begin with; the same in web and worker.

Nothing here asks a database or a network. An address is brought into one form first, so that two
ways to write the same one cannot pass where one of them would not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

MAX_CHARS = 2000
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
IN_PATH = "/:@!$&'()*+,;=%-._~"
IN_QUERY = IN_PATH + "?[]"
HTTPS_PORT = 443


class BadAddressError(ValueError):
    """An address that is none, or of a kind that is not fetched; the message says why."""


@dataclass(frozen=True)
class Address:
    """An address in its one form: scheme, host in small letters (or bucket), port, path, query.

    The path of an https address begins with a slash; that of an s3 address is the key.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def origin(self) -> str:
        """Scheme and host, and the port where it is none of its own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.scheme == "https" and self.port != HTTPS_PORT else ""
        return f"{self.scheme}://{host}{port}"

    @property
    def place(self) -> str:
        """The address without its query, in which there may be secrets."""
        return f"{self.origin}{self.path if self.scheme == 'https' else '/' + self.path}"

    @property
    def text(self) -> str:
        """The whole address."""
        return f"{self.place}?{self.query}" if self.query else self.place

    @property
    def file_name(self) -> str:
        """The last part of the path, for people."""
        return unquote(self.path.rpartition("/")[2]) or self.host


def parse_address(text: str) -> Address:
    """Bring an address into its one form.

    Parameters
    ----------
    text : str
        What a person wrote, or a server answered.

    Raises
    ------
    BadAddressError
        When it is no address of ``https`` or ``s3``, has a name or password, a fragment, dots or
        encoded slashes in its path, or characters that no address has.
    """
    text = text.strip()
    if not text:
        raise BadAddressError("Enter an address, such as https://example.org/data.csv")
    if len(text) > MAX_CHARS:
        raise BadAddressError(f"The address has more than {MAX_CHARS:,} characters")
    if re.search(r"[\x00-\x1f\x7f\\\ud800-\udfff]", text):
        raise BadAddressError("The address has a backslash or a control character in it")
    if "#" in text:
        raise BadAddressError("Leave out the # and what follows it")
    scheme, mark, rest = text.partition("://")
    if mark and scheme.lower() == "s3":
        return _s3(rest)
    if mark and scheme.lower() == "https":
        return _https(text)
    raise BadAddressError("The address must begin with https:// or s3://")


def _s3(rest: str) -> Address:
    bucket, _, key = rest.partition("/")
    if not BUCKET.fullmatch(bucket):
        raise BadAddressError(f'"{bucket}" is no name of a bucket')
    if "?" in key or any(part in {".", ".."} for part in key.split("/")):
        raise BadAddressError("A key with ?, . or .. is not fetched")
    return Address("s3", bucket, 0, key)


def _https(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port if parts.port is not None else HTTPS_PORT
        host = parts.hostname or ""
    except ValueError:
        raise BadAddressError("The address has a host or a port that cannot be") from None
    if parts.username is not None or parts.password is not None:
        raise BadAddressError("Leave out the name and password; they would be kept")
    return Address(
        "https", _host(host), port, _path(parts.path or "/"), _encoded(parts.query, IN_QUERY)
    )


def _host(host: str) -> str:
    if ":" in host:  # IPv6, between brackets
        if not re.fullmatch(r"[0-9a-f:.]+", host):
            raise BadAddressError(f'"{host}" is no host')
        return host
    try:
        name = host.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not HOST.fullmatch(name):
        raise BadAddressError(f'"{host}" is no host')
    return name


def _path(path: str) -> str:
    decoded, again = path, unquote(path)
    while again != decoded:  # encoded twice is encoded too
        decoded, again = again, unquote(again)
        if decoded.count("/") > path.count("/") or "\\" in decoded:
            raise BadAddressError("The path has an encoded slash in it")
    if any(part.partition(";")[0] in {".", ".."} for part in decoded.split("/")):
        raise BadAddressError("The path has . or .. in it")
    if re.search(r"[\x00-\x1f\x7f]", decoded):
        raise BadAddressError("The path has a control character in it")
    return _encoded(path, IN_PATH)


def _encoded(text: str, safe: str) -> str:
    """Encode what has to be, and decode what needs not be, so that there is only one way."""

    def one_form(found: re.Match[str]) -> str:
        sign = chr(int(found[0][1:], 16))
        return sign if sign in UNRESERVED else found[0].upper()

    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return ENCODED.sub(one_form, quote(text, safe=safe))


def parse_prefix(text: str) -> str:
    """Return the form in which an allowed prefix is kept.

    Parameters
    ----------
    text : str
        A folder, ending in a slash, or one whole address.

    Raises
    ------
    BadAddressError
        As for `parse_address`, and for a folder with a query.
    """
    address = parse_address(text)
    if address.query and address.path.endswith("/"):
        raise BadAddressError("Leave out the ? and what follows it")
    return address.text


def is_below(address: Address, prefix: str) -> bool:
    """Tell whether an address is below a prefix that ends in a slash, or is the prefix itself."""
    if prefix.endswith("/") and "?" not in prefix:
        return address.place.startswith(prefix)
    return address.text == prefix


def is_allowed(address: Address, prefixes: Sequence[str]) -> bool:
    """Tell whether an address is below any of the prefixes."""
    return any(is_below(address, prefix) for prefix in prefixes)
