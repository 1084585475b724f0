"""What starts often starts light: nothing is made that its process never uses."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.product import base_environ

PROGRAM = """
import sys
from dashboard import create_app
create_app()
print(sorted({name for name in ("alembic", "flask_migrate") if name in sys.modules}))
"""


def test_an_app_is_made_without_what_migrates(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=base_environ(home),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"


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
