"""Fetching an object from S3, with the machine's own role."""

import contextlib
from collections.abc import Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from urllib3.exceptions import HTTPError

from dashboard.address_rules import Address
from tasks.engine.errors import EngineError

CHUNK_BYTES = 1 << 18
NOT_THERE = {"404", "NoSuchKey", "NoSuchBucket"}
NOT_ALLOWED = {"401", "403", "AccessDenied", "Forbidden", "InvalidAccessKeyId"}


@contextlib.contextmanager
def open_object(
    address: Address, region: str, endpoint_url: str | None
) -> Iterator[tuple[Iterator[bytes], int | None]]:
    """Open an object; give its pieces and its size in bytes.

    Raises
    ------
    EngineError
        In words for the person who asked.
    """
    config = Config(connect_timeout=10, read_timeout=30, retries={"max_attempts": 3})
    with _in_words(address):
        client = boto3.session.Session().client(
            "s3", region_name=region, endpoint_url=endpoint_url, config=config
        )
        answer = client.get_object(Bucket=address.host, Key=address.path)
    with contextlib.closing(answer["Body"]) as body:
        yield _pieces(address, body.iter_chunks(CHUNK_BYTES)), answer.get("ContentLength")


def _pieces(address: Address, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with _in_words(address):
        yield from chunks


@contextlib.contextmanager
def _in_words(address: Address) -> Iterator[None]:
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        message = "This machine has no role with which it could read from S3"
        raise EngineError("ADDRESS_S3", message) from None
    except ClientError as problem:
        raise EngineError("ADDRESS_S3", _said(address, problem)) from None
    except (BotoCoreError, HTTPError) as problem:
        message = f"S3 does not answer: {problem}"
        raise EngineError("ADDRESS_SILENT", message, "Try again later") from None


def _said(address: Address, problem: ClientError) -> str:
    code = problem.response["Error"]["Code"]
    if code in NOT_THERE:
        return f"There is no {address.place}"
    if code in NOT_ALLOWED:
        return f"This machine may not read {address.place}"
    return f"S3 refuses {address.place}: {problem.response['Error'].get('Message') or code}"
