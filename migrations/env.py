"""How Alembic reaches the database: through the app's own settings and records."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext
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


@contextmanager
def without_cascades(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite make a table anew, as it must to drop a column, and lose none of what names it.

    To drop the old table would delete those rows by cascade. The switch does nothing inside a
    transaction, so it goes to the driver, before SQLAlchemy begins one.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    _switch_foreign_keys(connection, "OFF")
    try:
        yield
    finally:
        connection.rollback()
        _switch_foreign_keys(connection, "ON")


def _switch_foreign_keys(connection: sa.Connection, state: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={state}")


def check_foreign_keys(ctx: MigrationContext, **_: Any) -> None:
    """Undo a migration on SQLite that leaves rows that name what is gone."""
    connection = ctx.connection
    if connection is None or connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if found:
        places = sorted({f"{row[0]} -> {row[2]}" for row in found})
        raise RuntimeError(f"{len(found)} rows name rows that are gone: {', '.join(places)}")


def run() -> None:
    """Run the migrations in one transaction each."""
    with db.engine.connect() as connection, without_cascades(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
            on_version_apply=check_foreign_keys,
        )
        with context.begin_transaction():
            context.run_migrations()


if not current_app:
    raise RuntimeError("run migrations by `flask --app wsgi db upgrade`")
run()
