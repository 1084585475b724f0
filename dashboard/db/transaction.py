"""Transactions: the only way to write, and how each database is opened.

SQLite: WAL, a busy timeout, and ``BEGIN IMMEDIATE`` for every writing transaction. A deferred
BEGIN that reads and then writes fails with "database is locked" in spite of the timeout, because
SQLite cannot wait while another writer has changed what was read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import (
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
    TimeoutError,
)
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.db.long_json import read_json
from dashboard.extensions import db

BUSY_TIMEOUT_S = 5
# What a database that is away, locked, restarting or overloaded gives.
AWAY = (OperationalError, InterfaceError, InternalError, PendingRollbackError, TimeoutError)
DISK_FULL_STATE = "53100"  # PostgreSQL's
_WRITING = {"trainyard_writing": True}
_AT_ONCE = {"trainyard_writing": True, "trainyard_at_once": True}
LOCKS_AWAITED_MS = 100  # where what is written is worth no waiting: PostgreSQL's


@contextmanager
def writing(*, waits: bool = True) -> Iterator[Session]:
    """Run a block as one writing transaction: one commit at its end, none on an exception.

    Parameters
    ----------
    waits : bool, default True
        Whether others that write are waited for; else it fails at once, as `is_away` tells.

    Yields
    ------
    Session
        The request's or task's own session. Whatever was read before the block is read again
        inside it, so decisions are made on what is true under the write lock.
    """
    session: Session = db.session()
    session.rollback()
    connection = session.connection(execution_options=_WRITING if waits else _AT_ONCE)
    try:
        if not waits and connection.dialect.name != "sqlite":
            connection.execute(text(f"SET LOCAL lock_timeout = {LOCKS_AWAITED_MS}"))
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def is_away(problem: Exception) -> bool:
    """Tell whether an error is the database's being away: what failed may work later."""
    return isinstance(problem, AWAY)


def is_full(error: SQLAlchemyError) -> bool:
    """Tell whether the database refused to write because its disk is full."""
    cause = getattr(error, "orig", None)
    sqlite_name = getattr(cause, "sqlite_errorname", "")
    return sqlite_name == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == DISK_FULL_STATE


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return how an engine is made: nobody waits for a database longer than some seconds."""
    if settings.is_sqlite:
        return {"pool_timeout": BUSY_TIMEOUT_S, "json_deserializer": read_json}
    # A server that vanished from the network says nothing: its silence has a bound too.
    silence = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
               "tcp_user_timeout": 15_000}  # fmt: skip
    return {
        "pool_timeout": BUSY_TIMEOUT_S,
        "json_deserializer": read_json,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": BUSY_TIMEOUT_S} | silence,
    }


def prepare_engine(engine: Engine) -> None:
    """Set up how connections of an engine begin; SQLite only, PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
    # Small letters: its own lower() knows those of English alone.
    connection.create_function("fold", 1, _fold, deterministic=True)


def _fold(words: str | None) -> str | None:
    return words if words is None else str(words).lower()


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("trainyard_writing")
    if not connection.get_execution_options().get("trainyard_at_once"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
