"""Settings: each is documented, each refuses a bad value in one line."""

from pathlib import Path

import pytest

from dashboard.config import SettingError, Settings, load_settings
from tests.architecture.source import ROOT

BAD = {
    "PORT": "80000", "WORKERS": "none", "DATABASE_URL": "mysql://x", "BROKER_URL": "kafka://x",
    "STORAGE_URL": "ftp://x", "SECRET_KEY": "short", "MAX_UPLOAD_BYTES": "-1",
    "JOB_MEMORY_BYTES": "1", "JOB_TIME_LIMIT_S": "0", "HEARTBEAT_S": "never",
    "LOST_AFTER_S": "0", "MAX_ATTEMPTS": "0", "MAX_BATCH_JOBS": "0", "TRUSTED_PROXIES": "-2",
    "SQS_ENDPOINT_URL": "nowhere", "S3_ENDPOINT_URL": "nowhere",
    "SQS_TRAIN_QUEUE_URL": "nowhere", "SQS_LIGHT_QUEUE_URL": "nowhere", "GRACE_S": "-1",
    "RESERVE_BYTES": "-1", "KEEP_LOGS_DAYS": "never",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_value_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refusal:
        load_settings({"TRAINYARD_HOME": str(tmp_path), name: BAD[name]})
    message = str(refusal.value)
    assert name in message
    assert "must" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("heartbeat_s", "lost_after_s", "least"),
    [("1", "1", "3"), ("0.5", "1.4", "1.5"), ("60", "5", "6")],
)
def test_work_is_not_taken_back_between_two_signs_of_life(
    heartbeat_s: str, lost_after_s: str, least: str, tmp_path: Path
) -> None:
    given = {"TRAINYARD_HOME": str(tmp_path), "HEARTBEAT_S": heartbeat_s}
    with pytest.raises(SettingError) as refusal:
        load_settings({**given, "LOST_AFTER_S": lost_after_s})
    assert str(refusal.value) == (
        f'LOST_AFTER_S is "{lost_after_s}"; it must be at least {least} '
        f'while HEARTBEAT_S is "{heartbeat_s}"'
    )
    assert load_settings({**given, "LOST_AFTER_S": least}).lost_after_s == float(least)


def test_one_given_queue_without_the_other_is_refused(tmp_path: Path) -> None:
    given = {"TRAINYARD_HOME": str(tmp_path), "SQS_LIGHT_QUEUE_URL": "https://sqs.example/1/light"}
    with pytest.raises(SettingError, match="SQS_TRAIN_QUEUE_URL is not set"):
        load_settings(given)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    missing = [
        field for field in Settings.__dataclass_fields__
        if f"`{'TRAINYARD_HOME' if field == 'home' else field.upper()}`" not in page
    ]  # fmt: skip
    assert not missing


def test_password_of_a_refused_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refusal:
        load_settings({"TRAINYARD_HOME": str(tmp_path), "DATABASE_URL": "mysql://me:secret@db/x"})
    assert "secret" not in str(refusal.value)


def test_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = load_settings({"TRAINYARD_HOME": str(tmp_path)}).secret_key
    assert load_settings({"TRAINYARD_HOME": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
