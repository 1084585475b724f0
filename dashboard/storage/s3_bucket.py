"""A bucket, and what its refusals mean."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dashboard.errors import Unavailable
from dashboard.storage.keys import check_key

FAILURES = (BotoCoreError, ClientError)
NO_SUCH = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


def is_no_such(problem: Exception) -> bool:
    """Tell whether a refusal means that there is nothing of that name."""
    return isinstance(problem, ClientError) and problem.response["Error"]["Code"] in NO_SUCH


def silent(problem: Exception) -> Unavailable:
    """Return the error for a bucket that does not answer."""
    return Unavailable(f"The storage does not answer: {problem}")


class S3Bucket:
    """A bucket.

    Parameters
    ----------
    bucket : str
        An existing bucket.
    prefix : str
        What every key begins with, without a slash at its end.
    endpoint_url : str or None
        Another server than AWS's own.
    region : str
        The bucket's region.
    """

    def __init__(self, bucket: str, prefix: str, *, endpoint_url: str | None, region: str) -> None:
        self.bucket, self.prefix = bucket, prefix
        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 4},
            signature_version="s3v4",  # what is signed for a browser is signed so everywhere
            request_checksum_calculation="when_required",  # a browser sends none
        )
        self.client: Any = boto3.client(
            "s3", endpoint_url=endpoint_url, region_name=region, config=config
        )

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{check_key(key)}".lstrip("/")
