"""Uploads in parts: the schemas of their queries, bodies and answers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.schema_base import Open, Schema


class FileRequest(Open):
    """What is said of a file that comes by JSON; the options are those of `POST /datasets`."""

    name: str | None = None
    delimiter: Any = None
    quote: Any = None
    escape: Any = None
    encoding: Any = None
    header: Any = None
    header_line: Any = None
    header_lines: Any = None
    decimal: Any = None
    missing: Any = None
    bad_lines: Any = None
    columns: Any = None
    version_of: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class UploadRequest(FileRequest):
    """A file that is to come in parts."""

    file_name: Annotated[str, Field(min_length=1, max_length=1000)]
    size_bytes: Annotated[int, Field(ge=0, lt=2**53)]


class AddressRequest(FileRequest):
    """A file that is fetched."""

    address: Annotated[str, Field(min_length=1, max_length=2000)]


class PartQuery(Open):
    """Where in the file a part begins, in bytes."""

    offset: Annotated[int, Field(ge=0, lt=2**53)] = 0


class PartNumbers(Schema):
    """Which parts, from 1."""

    parts: Annotated[list[int], Field(min_length=1, max_length=100)]


class Upload(Schema):
    """How far a file is.

    Every part has `part_bytes` bytes but for the last, and begins at a multiple of it. Go on at
    `received_bytes`. A finished upload is the dataset of the same `id`.
    """

    id: int
    file_name: str
    state: Literal["receiving", "received"]
    size_bytes: int
    received_bytes: int
    part_bytes: int
    direct: Annotated[
        bool, Field(description="Whether part-urls gives addresses: never of a packed file, "
                                "and not before the first part came through this server")
    ]  # fmt: skip


class PartAddress(Schema):
    """Where to PUT one part; no header is needed."""

    number: int
    url: str


class PartAddresses(Schema):
    """Addresses for an hour; none where parts can only be sent through this server (`direct`)."""

    items: list[PartAddress]
