"""What is told of a file that comes in parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.db import Dataset, Transfer
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES


@dataclass(frozen=True)
class TransferView:
    """How far a file is: `received_bytes` are there; `is_over` when all of it was handed over.

    `is_plain` when its first part was looked at, and is not packed.
    """

    upload_id: int
    file_name: str
    size_bytes: int
    received_bytes: int
    is_over: bool = False
    is_plain: bool = False
    part_bytes: int = PART_BYTES

    @property
    def is_direct(self) -> bool:
        """Whether a browser may send the next parts to the storage itself."""
        return self.is_plain and not self.is_over and browser_origin() is not None


def browser_origin() -> str | None:
    """Return where a browser may send parts itself, as scheme, host and port; None if nowhere."""
    return get_storage().browser_origin


def view_of(upload: Dataset, transfer: Transfer) -> TransferView:
    """Return how far a transfer is, as its record says."""
    return TransferView(
        upload.id, upload.file_name, transfer.size_bytes, transfer.received_bytes,
        is_plain=is_plain(transfer.watched),
    )  # fmt: skip


def is_plain(watched: Mapping[str, Any] | None) -> bool:
    """Tell whether a file's beginning was looked at and is not packed."""
    return bool(watched) and not (watched or {})["is_packed"]
