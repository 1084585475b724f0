"""What CI runs: both databases under faults at once, and a fault of either is one of CI."""

import os
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci" / "run"
# Stands for `make`: says what it was asked for, and fails where that holds the word of BREAKS.
MAKE = """#!/usr/bin/env bash
echo "made $* begins"
case "$*" in
  *chaos*)
    touch "$MET/${*: -1}"
    for _ in $(seq 100); do [ "$(ls "$MET" | wc -l)" = 2 ] && break; sleep 0.05; done
    echo "$(ls "$MET" | wc -l) at once" ;;
esac
echo "made $* ends"
[ -z "$BREAKS" ] || [[ "$*" != *"$BREAKS"* ]]
"""


def run_ci(folder: Path, breaks: str) -> tuple[int, list[str]]:
    """Run the script with commands that do nothing, and return its exit code and its lines."""
    (met := folder / "met").mkdir()
    for name, text in (("make", MAKE), ("chromium-headless-shell", "")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "MET": str(met), "BREAKS": breaks}
    done = subprocess.run([CI], env=environ, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.splitlines()


def test_each_output_is_whole_and_one_after_the_other(tmp_path: Path) -> None:
    code, told = run_ci(tmp_path, "")
    faults = "chaos MINUTES=1 SEED=1 DATABASE="
    assert code == 0
    assert told == [
        "made lint begins", "made lint ends", "made test begins", "made test ends",
        f"made {faults}sqlite begins", "2 at once", f"made {faults}sqlite ends",
        f"made {faults}postgresql begins", "2 at once", f"made {faults}postgresql ends",
    ]  # fmt: skip


@pytest.mark.parametrize("breaks", ["lint", "test", "sqlite", "postgresql"])
def test_whatever_fails_fails_ci(tmp_path: Path, breaks: str) -> None:
    code, told = run_ci(tmp_path, breaks)
    assert code != 0
    if breaks in {"sqlite", "postgresql"}:  # what the other one says is told as well
        assert sum(line.endswith("ends") for line in told) == 4
