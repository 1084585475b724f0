"""A fresh, migrated database for a benchmark: SQLite, or PostgreSQL from the tests' own server."""

import dataclasses
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from dashboard import create_app
from dashboard.config import load_settings
from dashboard.extensions import db
from tests import postgres

ROOT = Path(__file__).parent.parent
BOTH = {"SQLite": False, "PostgreSQL": True}


@contextmanager
def fresh_app(*, on_postgres: bool, sqs_endpoint_url: str = "", **limits: Any) -> Iterator[Flask]:
    """Give an app on an empty database that goes with the block.

    Parameters
    ----------
    on_postgres : bool
        Whether it is PostgreSQL, as durable as a server of one's own.
    sqs_endpoint_url : str, optional
        A broker that is there; without one no hint is taken.
    **limits
        Settings to replace.
    """
    with tempfile.TemporaryDirectory() as folder:
        environ = {"PATH": os.defpath, "TRAINYARD_HOME": f"{folder}/home"}
        if sqs_endpoint_url:
            environ["SQS_ENDPOINT_URL"] = sqs_endpoint_url
        if not on_postgres:
            yield from _migrated(environ, limits)
            return
        with postgres.serve(Path(folder) / "postgres") as server:
            environ["DATABASE_URL"] = server.create_database("bench")
            yield from _migrated(environ, limits)


def _migrated(environ: dict[str, str], limits: dict[str, Any]) -> Iterator[Flask]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    app = create_app(dataclasses.replace(load_settings(environ), **limits))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
