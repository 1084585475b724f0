"""What the first start says while pip installs: a few steps, and no line of each package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_what_pip_says_becomes_a_few_steps_at_once() -> None:
    fetched = [line for n in range(25) for line in (f"Collecting p{n}==1", f"  Using p{n}.whl")]
    said = [*fetched, "Installing collected packages: p0, p1", "Successfully installed p0 p1"]
    with subprocess.Popen(
        [sys.executable, ROOT / "deploy" / "installing.py", "25"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        for line in said[:20]:
            print(line, file=process.stdin, flush=True)
        # The pipe is still open: this is said as soon as it is so.
        assert process.stdout.readline().strip() == "10 of about 25 packages are here"
        for line in said[20:]:
            print(line, file=process.stdin, flush=True)
        process.stdin.close()
        assert [line.strip() for line in process.stdout] == [
            "20 of about 25 packages are here",
            "Unpacking them, about 20 seconds",
            "Installed",
        ]
    assert process.returncode == 0
