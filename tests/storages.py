"""Fixtures: a local folder, and a bucket on a real S3 protocol. A conftest imports them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from dashboard.storage import Storage, open_storage


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(params=["local", "s3"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Storage:
    """An empty storage."""
    if request.param == "local":
        return open_storage((tmp_path / "files").as_uri())
    address = request.getfixturevalue("s3_server")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    name = f"bucket-{hashlib.sha1(str(tmp_path).encode(), usedforsecurity=False).hexdigest()[:20]}"
    boto3.client("s3", endpoint_url=address, region_name="us-east-1").create_bucket(Bucket=name)
    return open_storage(f"s3://{name}/some/prefix", s3_endpoint_url=address)
