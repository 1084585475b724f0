"""What the first start says while pip installs: a few steps, and no line of each package."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_what_pip_says_becomes_a_few_steps() -> None:
    fetched = [line for n in range(25) for line in (f"Collecting p{n}==1", f"  Using p{n}.whl")]
    said = [*fetched, "Installing collected packages: p0, p1", "Successfully installed p0 p1"]
    found = subprocess.run(
        ["awk", "-v", "total=25", "-f", ROOT / "deploy" / "installing.awk"],
        input="\n".join(said), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line.strip() for line in found.stdout.splitlines()] == [
        "10 of about 25 packages are here",
        "20 of about 25 packages are here",
        "Unpacking them, about 20 seconds",
        "Installed",
    ]
