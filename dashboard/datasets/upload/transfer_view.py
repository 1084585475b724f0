"""What is told of a file that comes in parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.db import Dataset, Transfer
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES


@dataclass(frozen=True)
class TransferView:
    """How far a file is: `received_bytes` are there; `is_over` when all of it was handed over.

    `watched` is what was seen of it so far; nothing before its first part came.
    """

    upload_id: int
    file_name: str
    size_bytes: int
    received_bytes: int
    is_over: bool = False
    watched: Mapping[str, Any] = field(default_factory=dict)
    part_bytes: int = PART_BYTES

    @property
    def is_direct(self) -> bool:
        """Whether a browser may send the next parts to the storage itself."""
        return is_plain(self.watched) and not self.is_over and browser_origin() is not None

    @property
    def line_end(self) -> int | None:
        """The byte that ends its lines, where they can be counted without reading them."""
        text = (self.watched.get("text") if is_plain(self.watched) else None) or {}
        line_end = "" if text.get("is_wide") else text.get("newline")
        return ord(line_end) if line_end else None


def browser_origin() -> str | None:
    """Return where a browser may send parts itself, as scheme, host and port; None if nowhere."""
    return get_storage().browser_origin


def view_of(upload: Dataset, transfer: Transfer) -> TransferView:
    """Return how far a transfer is, as its record says."""
    return TransferView(
        upload.id, upload.file_name, transfer.size_bytes, transfer.received_bytes,
        watched=transfer.watched,
    )  # fmt: skip


def is_plain(watched: Mapping[str, Any] | None) -> bool:
    """Tell whether a file's beginning was looked at and is not packed."""
    return bool(watched) and not (watched or {})["is_packed"]
