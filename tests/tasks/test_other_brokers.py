"""The main job with RabbitMQ and with Redis as the broker, where their servers are installed."""

import contextlib
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard import create_app, queue
from dashboard.config import load_settings
from dashboard.queue import LIGHT, TRAIN
from tests.engine.tables import mixed_csv
from tests.product import Api, Parts, base_environ, free_port, wait_for

# Debian's command of this name changes to a user and a folder of its own.
RABBITMQ = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin") or shutil.which(
    "rabbitmq-server"
)
EPMD, REDIS = shutil.which("epmd"), shutil.which("redis-server")
pytestmark = [pytest.mark.broker, pytest.mark.timeout(480)]


def speaks(port: int, question: bytes, answer: bytes) -> bool:
    """Tell whether a server answers in its protocol."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(question)
        return line.recv(64).startswith(answer)
    return False


class Redis:
    """A Redis server that keeps nothing."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts, self.folder, self.port = parts, folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        assert REDIS
        self.parts.start(
            "broker", REDIS, "--port", str(self.port), "--save", "", "--dir", str(self.folder)
        )
        wait_for("Redis", lambda: speaks(self.port, b"PING\r\n", b"+PONG"))


class RabbitMQ:
    """A RabbitMQ server, with a port mapper of its own that ends with it."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts, self.port, epmd = parts, free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.environ = {
            "HOME": str(folder), "ERL_EPMD_PORT": str(epmd), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"trainyard{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port), "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log", "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none", "RABBITMQ_CONFIG_FILE": f"{folder}/none",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
        }  # fmt: skip

    def start(self) -> None:
        assert EPMD
        assert RABBITMQ
        if "epmd" not in self.parts.running:
            self.parts.start("epmd", EPMD, **self.environ)
        self.parts.start("broker", RABBITMQ, **self.environ)
        wait_for("RabbitMQ", lambda: speaks(self.port, b"AMQP\0\0\x09\x01", b"\x01"), 120)


needs_redis = pytest.mark.skipif(
    REDIS is None, reason="Redis is not installed; apt-get install redis-server to run it"
)
needs_rabbitmq = pytest.mark.skipif(
    RABBITMQ is None or EPMD is None,
    reason="RabbitMQ is not installed; apt-get install rabbitmq-server to run it",
)


@pytest.fixture(
    params=[
        pytest.param(Redis, marks=needs_redis, id="redis"),
        pytest.param(RabbitMQ, marks=[needs_rabbitmq, pytest.mark.long], id="rabbitmq"),
    ]
)
def broker(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, migrated_sqlite: Path
) -> Iterator[Redis | RabbitMQ]:
    """The broker and everything that works with it."""
    shutil.copy(migrated_sqlite, home / "trainyard.db")
    folder = tmp_path / "broker"
    folder.mkdir()
    parts = Parts(tmp_path, base_environ(home, HEARTBEAT_S="0.5", LOST_AFTER_S="10", GRACE_S="0"))
    made = request.param(parts, folder)
    parts.environ["BROKER_URL"] = made.url
    try:
        made.start()
        parts.web()
        parts.worker("light", LIGHT)
        for name in ("worker-1", "worker-2"):
            parts.worker(name, TRAIN)
        parts.dispatcher("dispatcher")
        wait_for("the web server", parts.is_ready, 120)
        yield made
    finally:
        parts.stop()


@pytest.mark.long
def test_main_job_and_a_restart_of_the_broker(broker: Redis | RabbitMQ) -> None:
    parts = broker.parts
    api = Api(parts.environ, "ana@example.org")
    dataset = api.upload(mixed_csv(300))

    def submit(estimator: str, **parameters: int) -> int:
        return api.submit(
            dataset, estimator, "y_class", exclude=["y_number"], parameters=parameters
        )

    def idle() -> bool:
        workers = api.call("GET", "/workers")["items"]
        return [worker["state"] for worker in workers] == ["idle"] * 3

    wait_for("the workers are there", idle, 90)
    done = api.wait_until_over(submit("LogisticRegression"))
    assert (done["state"], done["attempt"]) == ("succeeded", 1)
    model = f"/models/{done['model_id']}"
    wait_for("the model was checked", lambda: api.call("GET", model)["state"] == "ready")
    row = {"age": 30, "income": 2500.5, "city": "Oslo", "shop": "shop1", "member": "yes",
           "since": "2020-02-03", "comment": "fast and fine"}  # fmt: skip
    answer = api.call("POST", f"{model}/predict", {"rows": [row]})
    assert answer["predictions"][0] in {"high", "low"}

    # While one worker trains for long the other one does what comes: no hint is held by the busy.
    slow = submit("GradientBoostingClassifier", n_estimators=20000, max_depth=6)
    wait_for("the slow job runs", lambda: api.job(slow)["state"] == "running")
    for _ in range(4):
        assert api.wait_until_over(submit("GaussianNB"))["state"] == "succeeded"
    assert api.job(slow)["state"] == "running"
    api.call("POST", f"/jobs/{slow}/cancel")
    assert api.wait_until_over(slow)["state"] == "cancelled"
    wait_for("all idle", idle)

    parts.kill("broker", family=True)
    broker.start()
    submitted = [submit("GaussianNB") for _ in range(4)]
    wait_for("the jobs after the restart are over", revived(parts, api, submitted), 120)
    assert {api.job(job_id)["state"] for job_id in submitted} == {"succeeded"}


def revived(parts: Parts, api: Api, job_ids: list[int]) -> Callable[[], bool]:
    """Start again what ended with its broker, as a supervisor does, until jobs are over."""

    def over() -> bool:
        parts.revive()
        return all(api.job(job_id)["finished_at"] for job_id in job_ids)

    return over


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_broker_that_is_away_is_no_error(scheme: str, environ: dict[str, str]) -> None:
    url = f"{scheme}://127.0.0.1:{free_port()}"
    app = create_app(load_settings(environ | {"BROKER_URL": url}))
    started = time.monotonic()
    with app.app_context():
        assert not queue.wake(TRAIN)
    assert time.monotonic() - started < 10
