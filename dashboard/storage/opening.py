"""Opening the storage that `STORAGE_URL` names."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app

from dashboard.config import Settings
from dashboard.storage.base import Storage


def open_storage(
    url: str,
    *,
    s3_endpoint_url: str | None = None,
    region: str = "us-east-1",
    keep_free_bytes: int = 0,
) -> Storage:
    """Open a storage by its address.

    Parameters
    ----------
    url : str
        ``file:///folder`` or ``s3://bucket/prefix``.
    s3_endpoint_url : str, optional
        Another server than AWS's own.
    region : str, default "us-east-1"
        The bucket's region.
    keep_free_bytes : int, default 0
        Room on the disk that writing leaves; without meaning for a bucket.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from dashboard.storage.s3 import S3Storage  # boto3 takes long to load

        prefix = parts.path.strip("/")
        return S3Storage(parts.netloc, prefix, endpoint_url=s3_endpoint_url, region=region)
    from dashboard.storage.local import LocalStorage

    return LocalStorage(Path(unquote(parts.path)), keep_free_bytes=keep_free_bytes)


def storage_address(settings: Settings) -> dict[str, Any]:
    """Return how `open_storage` opens the storage of an installation, as JSON values."""
    return {
        "url": settings.storage_url,
        "s3_endpoint_url": settings.s3_endpoint_url,
        "region": settings.aws_region,
        # The other half of the reserve is the database's: see dashboard.room.
        "keep_free_bytes": settings.reserve_bytes // 2,
    }


def get_storage() -> Storage:
    """Return the app's storage, opened once for each process."""
    storage: Storage | None = current_app.extensions.get("storage")
    if storage is None:
        storage = open_storage(**storage_address(current_app.config["SETTINGS"]))
        current_app.extensions["storage"] = storage
    return storage
