"""Fixtures that every test may use: an app on a fresh database, people, a storage folder."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache

from dashboard import create_app, queue
from dashboard.config import Settings, load_settings
from dashboard.db import User
from dashboard.extensions import db
from tests import factories, made_once, postgres, sampling
from tests.page import FreshClient

ROOT = Path(__file__).parent.parent
# The same examples each time, so that what is green stays green; `make test-all` draws new ones,
# and more of them.
# How long it takes to make them says how busy the machine is.
settings.register_profile(
    "steady",
    derandomize=True,
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")
# While thousands of tests are collected, too, garbage is searched for seldom.
gc.set_threshold(50_000, 10, 10)
made_once.keep_routes()
made_once.hash_fast()
made_once.keep_services()
# Set before scikit-learn is there. Threads of OpenMP that wait for each other turn in a circle: a
# fit of milliseconds takes seconds where the other tests need the same cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.hookimpl(tryfirst=True)  # before those that are marked are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits for workers and servers, so that nobody waits for it at the end."""
    sampling.mark_long(items)
    items.sort(key=lambda item: item.get_closest_marker("broker") is None)


def pytest_collection_finish() -> None:
    """Leave out of each search for garbage what stays to the end: thousands of tests.

    Each app that a test makes is some 40,000 objects. Searched for as often as Python does by
    itself, its garbage takes a quarter of the time of a test that opens pages.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine leaks into a test."""
    for name in list(os.environ):
        if name in Settings.__dataclass_fields__ or name.startswith(
            ("AWS_", "TRAINYARD_", "SQS_")
        ):
            monkeypatch.delenv(name)
    for name in ("DATABASE_URL", "BROKER_URL", "STORAGE_URL", "SECRET_KEY", "PORT", "WORKERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that there is work, and that does not fail."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def migrate_database(home: Path, database_url: str | None = None) -> None:
    """Bring a database to the newest migration, as `make run` does."""
    env = {"PATH": os.environ["PATH"], "TRAINYARD_HOME": str(home)}
    if database_url:
        env["DATABASE_URL"] = database_url
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT, env=env, check=True, capture_output=True,
    )  # fmt: skip


def together(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of this run of tests share."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, made once by one process and copied for each test."""
    home = together(tmp_path_factory) / "migrated"
    with made_once.one_at_a_time(home):
        if not home.exists():
            made = tmp_path_factory.mktemp("migrated")
            migrate_database(made)
            made.rename(home)
    return home / "trainyard.db"


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """A PostgreSQL server of all processes, with a migrated template database."""
    # Not below pytest's own folder: each run that begins closes that to others, and the server,
    # which does not run as root, would lose its files.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"trainyard-tests-{run[:12]}"
    with postgres.serve(folder, durable=False) as server:
        with made_once.one_at_a_time(together(tmp_path_factory) / "postgres"):
            if not server.has_database("template_ty"):
                made = server.create_database("made_ty")
                migrate_database(tmp_path_factory.mktemp("home"), made)
                server.server.psql('ALTER DATABASE "made_ty" RENAME TO "template_ty"')
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_template: postgres.Server) -> Iterator[postgres.EmptiedDatabase]:
    """A migrated PostgreSQL database that is emptied after each test."""
    name = f"tests_{os.getpid()}"
    made = postgres.EmptiedDatabase(postgres_template, name, "template_ty")
    yield made
    made.line.close()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """The templates, each compiled once: a test's app is made anew, its templates are the same."""
    folder = together(tmp_path_factory) / "templates"
    folder.mkdir(exist_ok=True)
    return made_once.KeptTemplates(folder)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty TRAINYARD_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """The environment that the app of a test is configured from; change it before `app`."""
    return {"TRAINYARD_HOME": str(home), "HEARTBEAT_S": "0.5", "LOST_AFTER_S": "5"}


@pytest.fixture
def app(
    home: Path, environ: dict[str, str], migrated_sqlite: Path, compiled_templates: BytecodeCache
) -> Iterator[Flask]:
    """The app on a fresh SQLite database, inside its context."""
    shutil.copy(migrated_sqlite, home / "trainyard.db")
    yield from _app_in_context(environ, compiled_templates)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_app(
    request: pytest.FixtureRequest,
    home: Path,
    environ: dict[str, str],
    compiled_templates: BytecodeCache,
) -> Iterator[Flask]:
    """The app on SQLite and on PostgreSQL: a test that asks for it runs twice."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), home / "trainyard.db")
        yield from _app_in_context(environ, compiled_templates)
        return
    database: postgres.EmptiedDatabase = request.getfixturevalue("postgres_database")
    environ["DATABASE_URL"] = database.url
    try:
        yield from _app_in_context(environ, compiled_templates)
    finally:
        database.empty()


def _app_in_context(environ: dict[str, str], compiled: BytecodeCache) -> Iterator[Flask]:
    app = create_app(load_settings(environ))
    app.testing = True
    app.jinja_env.bytecode_cache = compiled
    app.test_client_class = FreshClient
    with app.app_context():
        made_once.keep_statements(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript that is not signed in."""
    return app.test_client()


@pytest.fixture
def member(app: Flask) -> User:
    """A person who may upload and submit."""
    return factories.make_user(role="member")


@pytest.fixture
def admin(app: Flask) -> User:
    """A person who may do everything."""
    return factories.make_user(role="admin")


@pytest.fixture
def viewer(app: Flask) -> User:
    """A person who may read everything."""
    return factories.make_user(role="viewer")
