"""The broker: how it is reached, the names of the tasks, and the only sender of messages.

A message is a hint that there is work, never the work itself. Sending may fail: the row in the
database is still there, and the dispatcher sends again.
"""

import logging
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from celery import Celery
from flask import Flask, current_app, has_request_context
from kombu.exceptions import OperationalError

from dashboard.config import LOCAL_BROKER, Settings

TRAIN, LIGHT = "train", "light"
TASK_NAMES = {TRAIN: "train-next-job", LIGHT: "do-next-chore"}
AWAY = (OperationalError, BotoCoreError, ClientError, OSError)
# In a request, no further hint is sent when the broker took so long for those before.
SENDING_S = 1.0
log = logging.getLogger(__name__)


def celery_settings(settings: Settings, *, producer: bool) -> dict[str, Any]:
    """Return how Celery is set up; ``docs/decisions`` says why.

    Parameters
    ----------
    settings : Settings
        Trainyard's settings.
    producer : bool
        For a process that only sends: it gives up on a broker that does not answer within about
        two seconds, because a person waits.
    """
    url = _broker_url(settings)
    return {
        "broker_url": url,
        # Celery's command takes BROKER_URL of the environment for its own and would forget the
        # endpoint; these two go before it.
        "broker_read_url": url,
        "broker_write_url": url,
        "broker_transport_options": _transport_options(settings, producer=producer),
        "broker_connection_retry": False,  # a lost connection ends the worker; it is restarted
        "broker_connection_retry_on_startup": not producer,
        "broker_connection_timeout": 2,
        "task_default_queue": TRAIN,
        "task_create_missing_queues": True,
        "task_ignore_result": True,
        "task_acks_late": _is_amqp(settings),
        # A worker that trains answers nobody: RabbitMQ would end its connection.
        "broker_heartbeat": 0,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
    }


def _broker_url(settings: Settings) -> str:
    if not settings.broker_url.startswith("sqs"):
        return settings.broker_url
    if settings.sqs_endpoint_url is None:
        return "sqs://"
    parts = urlsplit(settings.sqs_endpoint_url)
    # A local endpoint takes any name and password; a real one takes the machine's role.
    account = "local:local@" if settings.broker_url == LOCAL_BROKER else ""
    return f"sqs://{account}{parts.netloc}"


def _is_amqp(settings: Settings) -> bool:
    """Tell whether the broker pushes messages, as RabbitMQ does.

    To a worker that acknowledges before it trains it would push the next hint, which then lies
    there until the training ends; so with such a broker a hint is acknowledged after the work.
    One that comes twice does no harm.
    """
    return settings.broker_url.startswith("amqp")


def _transport_options(settings: Settings, *, producer: bool) -> dict[str, Any]:
    options = _sqs_options(settings) if settings.broker_url.startswith("sqs") else {}
    return options | _producer_options(settings) if producer else options


def _producer_options(settings: Settings) -> dict[str, Any]:
    """Return what keeps a person from waiting for a broker that is away or slow."""
    # Not tried twice: the dispatcher sends a hint that was not taken a second later.
    once = {"max_retries": 0}
    if _is_amqp(settings):
        # Without a confirmation the first hints after a restart of the broker vanish unnoticed.
        return once | {"read_timeout": 2, "write_timeout": 2, "confirm_publish": True}
    if settings.broker_url.startswith("sqs"):
        quick = {"connect_timeout": 1, "read_timeout": 2, "retries": {"total_max_attempts": 1}}
        return once | {"client-config": quick}
    return once | {"socket_timeout": 2, "socket_connect_timeout": 2}


def _sqs_options(settings: Settings) -> dict[str, Any]:
    endpoint = settings.sqs_endpoint_url or "https://"
    options: dict[str, Any] = {
        "region": settings.aws_region,
        "is_secure": endpoint.startswith("https"),
        "queue_name_prefix": "trainyard-",
        "polling_interval": 0,
        "wait_time_seconds": 5 if settings.uses_local_broker else 20,
        "visibility_timeout": 300,
    }
    if settings.sqs_train_queue_url and settings.sqs_light_queue_url:
        options["predefined_queues"] = {
            TRAIN: {"url": settings.sqs_train_queue_url},
            LIGHT: {"url": settings.sqs_light_queue_url},
        }
        # Their names are looked up with the prefix before them, whatever stands in the addresses.
        options["queue_name_prefix"] = ""
    return options


def make_celery(settings: Settings, *, producer: bool) -> Celery:
    """Make a Celery app that is set up for our broker."""
    celery = Celery("trainyard", set_as_current=not producer)
    celery.conf.update(celery_settings(settings, producer=producer))
    return celery


def _is_outage(celery: Celery, problem: Exception) -> bool:
    """Tell whether the broker is away: each broker's client raises its own kinds."""
    connection = celery.connection_for_write()
    kinds = (*AWAY, *connection.connection_errors, *connection.channel_errors)
    return isinstance(problem, kinds)


def wake(queue: str, count: int = 1) -> bool:
    """Send hints that there is work.

    Parameters
    ----------
    queue : {"train", "light"}
        Which workers are meant.
    count : int, default 1
        How many hints; one wakes one worker.

    Returns
    -------
    bool
        False when the broker did not take all of them, or, in a request, not soon enough. Never
        raises: the dispatcher sends later, and a hint that comes twice does no harm.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    # The dispatcher has the time: it would otherwise send the first ones again and again.
    give_up = time.monotonic() + SENDING_S if has_request_context() else float("inf")
    try:
        for _ in range(2):
            is_new = "celery_producer" not in app.extensions
            celery = _producer(app)
            try:
                return _send(celery, queue, count, give_up, is_new=is_new)
            except ClientError:
                # The broker was restarted and no longer has the queue: a new connection makes it.
                _forget_producer(app)
                if time.monotonic() > give_up:
                    break
            except Exception as problem:
                if not _is_outage(celery, problem):
                    raise
                log.warning("the broker did not take a hint for %s: %s", queue, problem)
                _forget_producer(app)
                return False
    except Exception:
        log.exception("sending a hint for %s met an error that nobody foresaw", queue)
        _forget_producer(app)
        return False
    log.warning("the broker refused a hint for %s", queue)
    return False


def _send(celery: Celery, queue: str, count: int, give_up: float, *, is_new: bool) -> bool:
    # The first hint of a process waits until it is connected: that says nothing of the broker.
    level = logging.INFO if is_new else logging.WARNING
    for n in range(count):
        if n and time.monotonic() > give_up:
            log.log(level, "the broker is slow: %d of %d hints for %s were sent", n, count, queue)
            return False
        celery.send_task(TASK_NAMES[queue], queue=queue, retry=False)
    return True


def _producer(app: Flask) -> Celery:
    celery: Celery | None = app.extensions.get("celery_producer")
    if celery is None:
        celery = make_celery(app.config["SETTINGS"], producer=True)
        app.extensions["celery_producer"] = celery
    return celery


def _forget_producer(app: Flask) -> None:
    celery = app.extensions.pop("celery_producer", None)
    if celery is not None:
        with suppress(Exception):  # it is thrown away, whatever state it is in
            celery.close()
