"""Files: a local folder or S3, chosen by `STORAGE_URL`, behind one protocol."""

from dashboard.storage.base import Storage, StorageFull
from dashboard.storage.files import FoundFile, StoredFile
from dashboard.storage.opening import get_storage, open_storage, storage_address

__all__ = [
    "FoundFile",
    "Storage",
    "StorageFull",
    "StoredFile",
    "get_storage",
    "open_storage",
    "storage_address",
]
