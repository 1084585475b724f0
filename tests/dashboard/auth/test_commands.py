"""The commands for administrators: what they print, and how they refuse."""

from flask import Flask

from dashboard.auth import service
from dashboard.auth.queries import find_user
from dashboard.db import User
from dashboard.extensions import db
from tests import factories

GOOD = "a long password"


def test_create_user_reads_the_password_from_standard_input(app: Flask) -> None:
    done = app.test_cli_runner().invoke(
        args=["create-user", "Ana@example.org", "--role", "admin"], input=f"{GOOD}\n"
    )
    assert done.exit_code == 0, done.output
    user = service.authenticate(email="ana@example.org", password=GOOD, address="127.0.0.1")
    assert user.role == "admin"


def test_create_user_refuses_in_one_line(app: Flask) -> None:
    done = app.test_cli_runner().invoke(
        args=["create-user", "ana@example.org", "--role", "member"], input="short\n"
    )
    assert done.exit_code == 1
    assert "at least 10" in done.output
    assert "Traceback" not in done.output
    assert find_user("ana@example.org") is None


def test_create_token_prints_the_token_and_nothing_else(app: Flask, member: User) -> None:
    done = app.test_cli_runner().invoke(args=["create-token", member.email])
    assert done.output.count("\n") == 1
    assert service.user_for_token(done.output.strip()) is member


def test_create_token_for_nobody_prints_no_token(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["create-token", "nobody@example.org"])
    assert done.exit_code == 1
    assert "There is no account nobody@example.org" in done.stderr


def test_set_password_and_disable_and_enable(app: Flask, member: User) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["set-password", member.email], input=f"{GOOD}\n")
    assert service.authenticate(email=member.email, password=GOOD, address="127.0.0.1") is member
    runner.invoke(args=["disable-user", member.email])
    assert not member.active
    runner.invoke(args=["enable-user", member.email])
    assert member.active


def test_last_admin_is_not_disabled(app: Flask) -> None:
    admin = factories.make_user(role="admin")
    done = app.test_cli_runner().invoke(args=["disable-user", admin.email])
    assert done.exit_code == 1
    assert "only admin" in done.output


def test_a_database_without_tables_is_named_in_one_line(app: Flask) -> None:
    db.drop_all()
    done = app.test_cli_runner().invoke(args=["create-token", "ana@example.org"])
    assert done.exit_code == 1
    assert "TRAINYARD_HOME is" in done.output
    assert "Traceback" not in done.output
