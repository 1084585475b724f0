"""``flask db``: migrations of the database, which nothing but this command loads Alembic for.

The web server, the workers and the dispatcher never migrate, and would take longer to start.
"""

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from dashboard.extensions import db

NAME = "db"


class Migrations(click.Command):
    """Stands for the commands of Flask-Migrate until one of them is asked for."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Go on as the group of Flask-Migrate."""
        return bind(current_app).make_context(info_name, args, parent, **extra)


def init_app(app: Flask) -> None:
    """Register the command."""
    app.cli.add_command(Migrations(NAME, help="Perform database migrations."))


def bind(app: Flask) -> click.Command:
    """Load Flask-Migrate for an app, and return its commands."""
    from flask_migrate import Migrate

    folder = Path(__file__).parent.parent / "migrations"
    Migrate(app, db, directory=str(folder), command=NAME, render_as_batch=True)
    return app.cli.commands[NAME]
