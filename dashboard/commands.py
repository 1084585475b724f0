"""Commands for administrators and scripts: ``flask --app wsgi COMMAND``; safe while it runs."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from dashboard.auth import service, tokens
from dashboard.auth.queries import find_user
from dashboard.config import load_settings
from dashboard.db import User
from dashboard.db.user import ROLES, SCOPES
from dashboard.errors import DomainError, NotFound
from dashboard.retention.look import Look
from dashboard.storage import get_storage

P = ParamSpec("P")


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (
        create_user,
        create_token,
        set_password,
        disable_user,
        enable_user,
        check_files,
    ):
        app.cli.add_command(command)


def in_words(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what a service refuses into one line and exit code 1."""

    @wraps(command)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except DomainError as refusal:
            raise click.ClickException(refusal.message) from refusal
        except (OperationalError, ProgrammingError) as problem:
            home = load_settings().home
            raise click.ClickException(
                f"The database has no tables yet, or does not answer. TRAINYARD_HOME is {home}: "
                f"is it the one of `make run`? ({str(problem.orig).strip()})"
            ) from problem

    return speaking


@click.command("create-user")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", default="", help="Shown beside the person's jobs.")
@in_words
def create_user(email: str, role: str, name: str) -> None:
    """Make an account; its password is read from standard input."""
    user = service.create_user(email=email, name=name, role=role, password=_read_password())
    click.echo(f"Made the account {user.email}, {user.role}")


@click.command("create-token")
@click.argument("email")
@click.option("--name", default="command line", help="What the token is for.")
@click.option(
    "--scope",
    default="admin",
    type=click.Choice(list(SCOPES)),
    show_default=True,
    help="What it opens at most of what the account may do.",
)
@click.option("--days", type=int, help="Days until it expires; never without.")
@in_words
def create_token(email: str, name: str, scope: str, days: int | None) -> None:
    """Make an API token and print it, and nothing else."""
    new = tokens.create_token(user=_user(email), name=name, scope=scope, expires_in_days=days)
    click.echo(new.text)


@click.command("set-password")
@click.argument("email")
@in_words
def set_password(email: str) -> None:
    """Set an account's password, read from standard input; its sessions end."""
    service.set_password(user=_user(email), password=_read_password())
    click.echo(f"Set the password of {email}")


@click.command("disable-user")
@click.argument("email")
@in_words
def disable_user(email: str) -> None:
    """Close an account: its sessions end, its tokens stop working, nothing is deleted."""
    service.disable_user(user=_user(email))
    click.echo(f"Disabled {email}")


@click.command("enable-user")
@click.argument("email")
@in_words
def enable_user(email: str) -> None:
    """Open a disabled account again."""
    service.enable_user(user=_user(email))
    click.echo(f"Enabled {email}")


@click.command("check-files")
@in_words
def check_files() -> None:
    """Compare the storage with the database; nothing is changed.

    Prints a line for each file that is missing or not known, and ends with 1 when there are any.
    """
    look = Look(get_storage(), remove=False)
    for _ in look.slices():
        pass  # all at once: the dispatcher rests between slices, a person waits
    found = look.findings
    for key, (kind, size_bytes) in sorted(found.problems.items()):
        click.echo(f"{kind:<8} {key}" + (f"  {size_bytes:,} bytes" if size_bytes else ""))
    files = sum(found.files.values())
    click.echo(
        f"{files:,} files: {found.missing:,} missing, {found.orphan:,} not known, "
        f"{found.left_over:,} left over (the dispatcher removes those)"
    )
    if found.missing or found.orphan:
        raise SystemExit(1)


def _user(email: str) -> User:
    user = find_user(email)
    if user is None:
        raise NotFound(f"There is no account {email}")
    return user


def _read_password() -> str:
    """Read a password from a pipe, or ask for it twice without showing it."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
