"""Fetching from S3: in this process, and by the whole product with a light worker of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from flask import Flask

from dashboard.datasets.upload.addresses import allow_address, create_from_address, forbid_address
from dashboard.db import Dataset
from dashboard.extensions import db
from dashboard.queue import LIGHT
from dashboard.storage import get_storage
from tasks import fetching
from tasks.engine.errors import EngineError
from tests.factories import make_user
from tests.product import Parts, base_environ, free_port, wait_for
from tests.storages import s3_server

__all__ = ["s3_server"]
TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(500))
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket with some objects."""
    for name, text in KEYS.items():
        monkeypatch.setenv(name, text)
    client = boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1")
    client.create_bucket(Bucket="open-data")
    for key in ("in/a.csv", "in/ü b&c.csv", "secret/a.csv"):
        client.put_object(Bucket="open-data", Key=key, Body=TEXT)
    return s3_server


def fetch(bucket: str, target: Path, **changes: Any) -> bytes:
    payload = {
        "address": "s3://open-data/in/a.csv", "prefixes": ["s3://open-data/in/"],
        "max_bytes": 1_000_000, "region": "us-east-1", "endpoint_url": bucket,
    }  # fmt: skip
    fetching.fetch(payload | changes, target, lambda *_: None)
    return target.read_bytes()


def test_object_is_fetched(bucket: str, tmp_path: Path) -> None:
    assert fetch(bucket, tmp_path / "f") == TEXT


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"address": "s3://open-data/in/b.csv"}, "ADDRESS_S3", "There is no s3://open-data/in/b"),
        ({"address": "s3://open-data/in/"}, "ADDRESS_S3", "There is no s3://open-data/in/"),
        (
            {"address": "s3://no-such/a", "prefixes": ["s3://no-such/"]},
            "ADDRESS_S3",
            "There is no s3://no-such/a",
        ),
        ({"address": "s3://open-data/secret/a.csv"}, "ADDRESS_NOT_ALLOWED", "allowed address"),
        ({"address": "s3://open-data/in/../secret/a.csv"}, "ADDRESS_BAD", ".."),
        ({"max_bytes": 100}, "FILE_TOO_BIG", "larger than 100 bytes"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "ADDRESS_SILENT", "S3 does not answer"),
    ],
)
def test_what_cannot_be_fetched_is_told(
    bucket: str, tmp_path: Path, changes: dict, code: str, words: str
) -> None:
    with pytest.raises(EngineError) as found:
        fetch(bucket, tmp_path / "f", **changes)
    assert (found.value.code, words in found.value.message) == (code, True), found.value.message


def test_machine_without_a_role_is_told(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(EngineError, match="no role"):
        fetch(bucket, tmp_path / "f")


@pytest.fixture
def parts(bucket: str, home: Path, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    """A broker and a light worker that read from the bucket's server."""
    (home / "sqs_port").write_text(str(free_port()))
    environ |= base_environ(home, HEARTBEAT_S="0.5", S3_ENDPOINT_URL=bucket) | KEYS
    made = Parts(tmp_path, environ)
    try:
        made.broker()
        made.worker("light", LIGHT)
        yield made
    finally:
        made.stop()


@pytest.mark.broker
def test_whole_product_fetches_and_reads(parts: Parts, app: Flask) -> None:
    admin, member = make_user(role="admin"), make_user(role="member")
    allowed = allow_address(user=admin, prefix="s3://open-data/in/")

    def ask(key: str) -> Dataset:
        address = f"s3://open-data/in/{key}"
        made = create_from_address(user=member, address=address, save=True)
        wait_for("it was read", lambda: reload(made).state != "reading")
        return reload(made)

    def reload(made: Dataset) -> Dataset:
        db.session.rollback()
        return db.session.get_one(Dataset, made.id, populate_existing=True)

    found = ask("a.csv")
    assert (found.state, found.rows, found.file_name) == ("ready", 500, "a.csv")
    assert found.size_bytes == len(TEXT)
    assert found.original_key
    with get_storage().open(found.original_key) as file:
        assert file.read() == TEXT
    found = ask("ü-b&c.csv")
    assert found.state == "refused"
    assert [p["code"] for p in found.problems] == ["ADDRESS_S3"]
    made = create_from_address(user=member, address="s3://open-data/in/a.csv", save=True)
    wait_for("it was read", lambda: reload(made).state == "ready")
    forbid_address(user=admin, address_id=allowed.id)
    assert not list(Path(parts.environ["TRAINYARD_HOME"]).rglob("*.tmp"))
