"""Files: a local folder or S3, chosen by `STORAGE_URL`, behind one protocol."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from dashboard.storage.base import Storage, StorageFull, StoredFile

__all__ = ["Storage", "StorageFull", "StoredFile", "get_storage", "open_storage"]


def open_storage(
    url: str, *, s3_endpoint_url: str | None = None, region: str = "us-east-1"
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
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from dashboard.storage.s3 import S3Storage  # boto3 takes long to load

        prefix = parts.path.strip("/")
        return S3Storage(parts.netloc, prefix, endpoint_url=s3_endpoint_url, region=region)
    from dashboard.storage.local import LocalStorage

    return LocalStorage(Path(unquote(parts.path)))


def get_storage() -> Storage:
    """Return the app's storage, opened once for each process."""
    storage: Storage | None = current_app.extensions.get("storage")
    if storage is None:
        settings = current_app.config["SETTINGS"]
        storage = open_storage(
            settings.storage_url,
            s3_endpoint_url=settings.s3_endpoint_url,
            region=settings.aws_region,
        )
        current_app.extensions["storage"] = storage
    return storage
