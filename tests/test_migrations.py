"""Migrations: they match the records, and go up and down on both databases."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from dashboard.extensions import db, migrate


def test_migrations_match_the_records(any_app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrations_go_down_and_up_again(any_app: Flask) -> None:
    config = migrate.get_config()
    tables = set(inspect(db.engine).get_table_names())
    db.session.remove()
    command.downgrade(config, "base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    command.upgrade(config, "head")
    assert set(inspect(db.engine).get_table_names()) == tables
