"""Settings: the only reader of the environment. Typed, validated, with defaults for one machine.

A bad value stops the start with one line that names the variable, the value and what is allowed.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.address_rules import BadAddressError, parse_prefix

GIGABYTE = 1_000_000_000
# A job is written about once a second and a chore every 2 s, or every HEARTBEAT_S if that is less
# (tasks/attempt.py, tasks/chores.py). Two signs of life may come late before work is taken back.
LONGEST_SILENCE_S = 2.0
SIGNS_OF_LIFE = 3


class SettingError(ValueError):
    """A setting holds a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Every setting of Trainyard; see ``docs/operations.md`` for what each one does."""

    home: Path
    host: str
    port: int
    workers: int
    database_url: str
    broker_url: str
    sqs_endpoint_url: str | None
    sqs_train_queue_url: str | None
    sqs_light_queue_url: str | None
    aws_region: str
    s3_endpoint_url: str | None
    storage_url: str
    secret_key: str
    max_upload_bytes: int
    job_memory_bytes: int
    job_time_limit_s: int
    heartbeat_s: float
    lost_after_s: float
    max_attempts: int
    max_batch_jobs: int
    trusted_proxies: int
    grace_s: float
    reserve_bytes: int
    keep_logs_days: int
    worker_name: str | None
    webhook_prefixes: tuple[str, ...]
    webhooks_inside: bool

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the one-machine SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def uses_local_broker(self) -> bool:
        """Whether the broker is the local SQS endpoint that `make run` starts."""
        return self.broker_url == LOCAL_BROKER


LOCAL_BROKER = "sqs+local://"


def _fail(name: str, value: str, allowed: str) -> SettingError:
    return SettingError(f'{name} is "{value}"; it must be {allowed}')


def _number(
    environ: Mapping[str, str],
    name: str,
    default: float,
    *,
    low: float,
    high: float,
    kind: Callable[[str], float] = int,
) -> float:
    text = environ.get(name, "").strip()
    if not text:
        return default
    word = "a whole number" if kind is int else "a number"
    allowed = f"{word} from {low:g} to {high:g}" if high < 1e12 else f"{word}, at least {low:g}"
    try:
        value = kind(text)
    except ValueError:
        raise _fail(name, text, allowed) from None
    if not low <= value <= high:
        raise _fail(name, text, allowed)
    return value


def _lost_after_s(environ: Mapping[str, str], heartbeat_s: float) -> float:
    """Return LOST_AFTER_S, which would take back all work if it were no more than a heartbeat."""
    value = _number(environ, "LOST_AFTER_S", 30, low=1, high=86400, kind=float)
    least = SIGNS_OF_LIFE * min(heartbeat_s, LONGEST_SILENCE_S)
    if value < least:
        allowed = f'at least {least:g} while HEARTBEAT_S is "{heartbeat_s:g}"'
        raise _fail("LOST_AFTER_S", f"{value:g}", allowed)
    return value


def _url(environ: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if urlsplit(text).scheme.split("+")[0] not in schemes:
        allowed = ", ".join(f"{scheme}://..." for scheme in schemes)
        raise _fail(name, _without_password(text), f"an address such as {allowed}")
    return text


def _optional_url(environ: Mapping[str, str], name: str) -> str | None:
    return _url(environ, name, "", ("http", "https")) or None


def _queue_urls(environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the addresses of both queues; one without the other would go unused."""
    train, light = "SQS_TRAIN_QUEUE_URL", "SQS_LIGHT_QUEUE_URL"
    given = _optional_url(environ, train), _optional_url(environ, light)
    if bool(given[0]) != bool(given[1]):
        missing, other = (light, train) if given[0] else (train, light)
        raise SettingError(f"{missing} is not set, but {other} is; set both or neither")
    return given


def _webhook_prefixes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what addresses of webhooks may begin with, each in its one form."""
    name, found = "WEBHOOK_PREFIXES", []
    for text in environ.get(name, "").split():
        allowed = "addresses such as https://hooks.example.org/in/, with spaces between them"
        try:
            prefix = parse_prefix(text)
        except BadAddressError as problem:
            raise _fail(name, _without_password(text), f"{allowed} ({problem})") from None
        if not prefix.startswith("https://"):
            raise _fail(name, text, allowed)
        found.append(prefix)
    return tuple(found)


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower() or "no"
    if text not in {"yes", "no"}:
        raise _fail(name, text, "yes or no")
    return text == "yes"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":...@") if parts.password else url


def _secret_key(environ: Mapping[str, str], home: Path) -> str:
    """Return SECRET_KEY, or the key in the home folder: made once, readable by its owner."""
    given = environ.get("SECRET_KEY", "").strip()
    if given:
        if len(given) < 16:
            raise SettingError("SECRET_KEY is too short; it must have at least 16 characters")
        return given
    path = home / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _home(environ: Mapping[str, str]) -> Path:
    text = environ.get("TRAINYARD_HOME", "").strip() or "var"
    home = Path(text).expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _fail("TRAINYARD_HOME", text, f"a folder we can make ({error.strerror})") from None
    if not os.access(home, os.W_OK):
        raise _fail("TRAINYARD_HOME", text, "a folder we can write to")
    return home


def _sqs_endpoint(environ: Mapping[str, str], home: Path, broker: str) -> str | None:
    """Return where SQS is; the local broker is at the port that `make run` chose, if it did."""
    given, path = _optional_url(environ, "SQS_ENDPOINT_URL"), home / "sqs_port"
    if given or broker != LOCAL_BROKER or not path.exists():
        return given
    return f"http://127.0.0.1:{path.read_text().strip()}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting.

    Parameters
    ----------
    environ : Mapping[str, str], optional
        Where to read from; the process's environment by default.

    Returns
    -------
    Settings

    Raises
    ------
    SettingError
        When a value cannot be used; the message names variable, value and what is allowed.
    """
    env = os.environ if environ is None else environ  # noqa: TID251
    home = _home(env)
    broker = _url(env, "BROKER_URL", LOCAL_BROKER, ("sqs", "amqp", "amqps", "redis", "rediss"))
    train_url, light_url = _queue_urls(env)
    heartbeat_s = _number(env, "HEARTBEAT_S", 5, low=0.2, high=3600, kind=float)
    return Settings(
        home=home,
        host=env.get("HOST", "").strip() or "127.0.0.1",
        port=int(_number(env, "PORT", 8000, low=1, high=65535)),
        workers=int(_number(env, "WORKERS", os.cpu_count() or 1, low=1, high=512)),
        database_url=_url(
            env, "DATABASE_URL", f"sqlite:///{home / 'trainyard.db'}", ("sqlite", "postgresql")
        ),
        broker_url=broker,
        sqs_endpoint_url=_sqs_endpoint(env, home, broker),
        sqs_train_queue_url=train_url,
        sqs_light_queue_url=light_url,
        aws_region=env.get("AWS_REGION", "").strip() or "us-east-1",
        s3_endpoint_url=_optional_url(env, "S3_ENDPOINT_URL"),
        storage_url=_url(env, "STORAGE_URL", (home / "files").as_uri(), ("file", "s3")),
        secret_key=_secret_key(env, home),
        max_upload_bytes=int(_number(env, "MAX_UPLOAD_BYTES", 500_000_000, low=1, high=1e15)),
        job_memory_bytes=int(
            _number(env, "JOB_MEMORY_BYTES", 4 * GIGABYTE, low=100_000_000, high=1e15)
        ),
        job_time_limit_s=int(_number(env, "JOB_TIME_LIMIT_S", 3600, low=1, high=10_000_000)),
        heartbeat_s=heartbeat_s,
        lost_after_s=_lost_after_s(env, heartbeat_s),
        max_attempts=int(_number(env, "MAX_ATTEMPTS", 3, low=1, high=100)),
        max_batch_jobs=int(_number(env, "MAX_BATCH_JOBS", 1000, low=1, high=100_000)),
        trusted_proxies=int(_number(env, "TRUSTED_PROXIES", 0, low=0, high=10)),
        grace_s=_number(env, "GRACE_S", 2, low=0, high=3600, kind=float),
        reserve_bytes=int(_number(env, "RESERVE_BYTES", 300_000_000, low=0, high=1e15)),
        keep_logs_days=int(_number(env, "KEEP_LOGS_DAYS", 90, low=0, high=36500)),
        worker_name=env.get("WORKER_NAME", "").strip() or None,
        webhook_prefixes=_webhook_prefixes(env),
        webhooks_inside=_yes_or_no(env, "WEBHOOKS_INSIDE"),
    )
