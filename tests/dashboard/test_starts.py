"""What starts often starts light: nothing is made that its process never uses."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.product import base_environ

PROGRAM = """
import sys
from werkzeug.routing import Rule

compiled, compile_now = [], Rule._compile_builder
def count(rule, append_unknown=True):
    compiled.append(rule.rule)
    return compile_now(rule, append_unknown)
Rule._compile_builder = count

from dashboard import create_app
app = create_app()
print(sorted({name for name in ("alembic", "flask_migrate") if name in sys.modules}))
compiled.clear()
"""


def run(home: Path, more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + more], cwd=ROOT, env=base_environ(home),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_routes_are_compiled_when_an_address_of_theirs_is_asked_for(home: Path) -> None:
    asked = """
with app.test_request_context():
    from flask import url_for
    job = {"job_id": 7}
    print(url_for("jobs.detail", **job), url_for("jobs.detail", **job, tab="é b"))
    print(url_for("jobs.index", state=["queued", "running"], _anchor="x", _external=True))
print(len(compiled), len(set(compiled)))
rules = list(app.url_map.iter_rules())
print(len(rules) > 100, sum(rule.rule in compiled for rule in rules) < 5)
"""
    loaded, *found = run(home, asked)
    assert loaded == "[]"
    assert found == [
        "/jobs/7 /jobs/7?tab=%C3%A9+b",
        "http://localhost/jobs?state=queued&state=running#x",
        "2 2",
        "True True",
    ]


def test_the_flask_command_migrates_and_tells_what_it_can(home: Path) -> None:
    def ask(*words: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=base_environ(home), capture_output=True, text=True, check=True
        )
        return done.stdout

    assert "Perform database migrations." in ask("--help")
    assert "Upgrade to a later version" in ask("db", "--help")
    assert "(head)" in ask("db", "heads")
