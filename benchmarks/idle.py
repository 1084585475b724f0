"""What an installation uses while it has nothing to do, process by process."""

import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from benchmarks.starts import prepare
from tests.product import Installation, install

SETTLE_S, WATCH_S = 10, 30
# Words of a command line, and whose they are.
ROLES = {"deploy.broker": "broker", "gunicorn": "web", "dispatcher": "dispatcher",
         "-Q train": "worker", "-Q light": "light"}  # fmt: skip


def role_of(process: psutil.Process) -> str | None:
    """Return what a process of the supervisor is for; None of another, and of one that ended."""
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return None
    return next((role for said, role in ROLES.items() if said in words), None)


def used_s(process: psutil.Process) -> float:
    """Return the CPU seconds that a process and all that it started have used."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def measure(product: Installation) -> dict[str, float]:
    """Return the share of a core that each role used, in percent."""
    parts = psutil.Process(product.supervisor.pid).children()
    roles = {part: role for part in parts if (role := role_of(part))}
    if missing := set(ROLES.values()) - set(roles.values()):
        raise RuntimeError(f"these do not run: {missing}")
    before = {part: used_s(part) for part in roles}
    start = time.monotonic()
    time.sleep(WATCH_S)
    seconds = time.monotonic() - start
    found: dict[str, float] = defaultdict(float)
    for part, role in roles.items():
        found[role] += (used_s(part) - before[part]) / seconds * 100
    return found


def main() -> None:
    """Watch an idle installation with one training worker, and print."""
    with tempfile.TemporaryDirectory() as folder, install(Path(folder), 1) as product:
        prepare(product, 1)
        time.sleep(SETTLE_S)
        found = measure(product)
    for role in ROLES.values():
        print(f"idle {role:10} {found[role]:6.2f} % of a core")
    print(f"idle dispatcher and worker together {found['dispatcher'] + found['worker']:.2f} % "
          "(to be under 1 %)")  # fmt: skip


if __name__ == "__main__":
    main()
