"""The app over a folder, and over a bucket."""

import hashlib

import boto3
import pytest
from flask import Flask

from tests.storages import s3_server

__all__ = ["s3_server"]


@pytest.fixture(params=["local", "s3"])
def stored_app(
    request: pytest.FixtureRequest, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Flask:
    """The app over a folder, and over a bucket."""
    if request.param == "s3":
        address = request.getfixturevalue("s3_server")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        name = f"bucket-{hashlib.sha256(request.node.name.encode()).hexdigest()[:20]}"
        boto3.client("s3", endpoint_url=address, region_name="us-east-1").create_bucket(
            Bucket=name
        )
        environ |= {"STORAGE_URL": f"s3://{name}/x", "S3_ENDPOINT_URL": address}
    app: Flask = request.getfixturevalue("app")
    return app
