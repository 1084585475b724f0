"""How Alembic reaches the database: through the app's own settings and records."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from dashboard.db import User  # noqa: F401 - loads every record
from dashboard.db.columns import UtcDateTime
from dashboard.extensions import db


def render_item(kind: str, value: Any, _context: Any) -> str | bool:
    """Write our own column types as the plain types that they are in the database."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(value, sa.JSON):
        return "sa.JSON()"
    return False


def run() -> None:
    """Run the migrations in one transaction each."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if not current_app:
    raise RuntimeError("run migrations by `flask --app wsgi db upgrade`")
run()
