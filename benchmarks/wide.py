"""What it costs to read and profile tables of many columns: seconds of CPU, and memory.

Each file is made here and read in a process of its own by the work of the light worker's child.
``python -m benchmarks.wide dates ragged`` measures those files alone.
"""

import contextlib
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.child import Child, warm_up

FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S+02:00", "%d-%b-%Y", "%b %d %Y", "%Y/%m/%d", "%d %B %Y", "%d.%m.%y",
)  # fmt: skip
SAMPLE_S = 0.02
KEY = "datasets/1/0123456789abcdef"  # where the storage has the file
START = datetime(2020, 1, 1)  # noqa: DTZ001 - it is written as text
Cell = Callable[[random.Random, int], str]


def _date(rng: random.Random, column: int) -> str:
    moment = START + timedelta(seconds=rng.randrange(150_000_000))
    return moment.strftime(FORMATS[column // len(KINDS) % len(FORMATS)])


def _missing(rng: random.Random, column: int) -> str:
    return rng.choice(("", "NA", f"{rng.gauss(0, 9):.2f}"))


KINDS: tuple[Cell, ...] = (
    lambda rng, _: f"{rng.gauss(0, 1):.4f}",
    lambda rng, _: str(rng.randrange(100)),
    lambda rng, _: rng.choice(("red", "green", "blue", "amber")),
    lambda rng, _: rng.choice(("yes", "no")),
    _date,
    lambda rng, column: f"ID{column}-{rng.randrange(10**9):09}",
    lambda rng, _: f"some words {rng.randrange(10**6)} and more of them",
    _missing,
)


def _mixed(rng: random.Random, column: int) -> str:
    return KINDS[column % len(KINDS)](rng, column)


def _odd(rng: random.Random, column: int) -> str:
    """Return a cell of a column that has a question about most of its kinds."""
    kind, chance = column % 4, rng.random()
    if kind == 0:
        return f"{rng.randrange(1, 999)}.{rng.randrange(999):03},{rng.randrange(99):02}"
    if kind == 1:
        return f"{rng.randrange(1, 13):02}/{rng.randrange(1, 13):02}/2024"
    if kind == 2:
        return "unknown" if chance < 0.05 else f"${rng.randrange(9_999):,}"
    return "n.a." if chance < 0.02 else f"{rng.gauss(0, 9):.2f}%"


def _rows(columns: int, rows: int, cell: Cell, separator: str = ",") -> Iterator[str]:
    """Yield lines of cells; with many rows some hundred of them repeat."""
    rng = random.Random(1)  # noqa: S311 - figures, no secrets
    yield separator.join(f"column_{n}" for n in range(columns))
    kept = [separator.join(cell(rng, n) for n in range(columns)) for _ in range(min(rows, 400))]
    for n in range(rows):
        yield kept[n % len(kept)] if n < len(kept) else rng.choice(kept)


def _three_more(lines: Iterator[str]) -> Iterator[str]:
    for n, line in enumerate(lines):
        yield line + ",,," if n else line


def _ragged(lines: Iterator[str]) -> Iterator[str]:
    """Yield each tenth line without its last cell."""
    for n, line in enumerate(lines):
        yield line.rpartition(",")[0] if n % 10 == 5 else line


def _quoted(lines: Iterator[str], odd: str = '"say ""hi"", he said"') -> Iterator[str]:
    for n, line in enumerate(lines):
        yield f"{odd},{line.partition(',')[2]}" if n % 5 == 3 else line


FILES: dict[str, Callable[[], Iterator[str]]] = {
    "20,000 x 200": lambda: _rows(20_000, 200, _mixed),
    "20,000 x 2,000": lambda: _rows(20_000, 2_000, _mixed),
    "5,000 x 10,000": lambda: _rows(5_000, 10_000, _mixed),
    "numbers": lambda: _rows(20_000, 200, KINDS[0]),
    "dates": lambda: _rows(20_000, 200, lambda rng, n: _date(rng, n * len(KINDS))),
    "questions": lambda: _rows(20_000, 200, _odd, ";"),
    "three more": lambda: _three_more(_rows(20_000, 200, _mixed)),
    "ragged": lambda: _ragged(_rows(20_000, 200, _mixed)),
    "quotes": lambda: _quoted(_rows(20_000, 200, _mixed)),
    "stray quotes": lambda: _quoted(_rows(20_000, 200, _mixed), '5" pipe'),
}


def measure(source: Path) -> dict[str, Any]:
    """Read and profile a file in the light worker's own child; return what that cost."""
    payload = {
        "storage": {"url": source.parents[3].as_uri()}, "original_key": f"{KEY}/original",
        "sample": "", "is_hashed": True, "options": {}, "file_name": "wide.csv",
        "table_key": f"{KEY}/table-1", "profile_key": f"{KEY}/profile-1",
        "rejects_key": f"{KEY}/rejects-1",
    }  # fmt: skip
    warm_up()
    Child("read_dataset", payload | {"original_key": "none"}).kill()  # the libraries are loaded
    began = time.perf_counter()
    child, last = Child("read_dataset", payload), {}
    idle = peak = _peak_mb(child)
    while child.is_alive and last.get("type") not in {"done", "failed"}:
        last = (child.read_events(SAMPLE_S) or [last])[-1]
        peak, cpu = max(peak, _peak_mb(child)), child.cpu_seconds()
    wall = time.perf_counter() - began
    child.kill()
    return {
        "state": last["values"]["state"], "cpu": cpu, "wall": wall, "idle": idle, "peak": peak,
        "sent": len(json.dumps(last)) / 1e6,
    }  # fmt: skip


def _peak_mb(child: Child) -> float:
    """Return the greatest memory that a process has had, as long as it lives."""
    with contextlib.suppress(OSError):
        found = re.search(
            r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child.process.pid}/status").read_text()
        )
        return int(found[1]) / 1000 if found else 0.0
    return 0.0


def main(names: list[str] | None = None) -> None:
    """Make each file, measure it, and print what it cost beside the first one."""
    print("The child's work with one file: CPU and wall time, greatest memory, size of the answer")
    first = 0.0
    for name in names or FILES:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / KEY / "original"
            source.parent.mkdir(parents=True)
            with source.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in FILES[name]())
            found = json.loads(
                subprocess.run(
                    [sys.executable, "-m", "benchmarks.wide", "--measure", str(source)],
                    check=True, stdout=subprocess.PIPE, text=True,
                ).stdout
            )  # fmt: skip
            size = source.stat().st_size / 1e6
        first = first or found["cpu"]
        print(
            f"  {name:16} {size:6.1f} MB  {found['state']:8} {found['cpu']:6.2f} s of CPU, "
            f"{found['wall']:6.2f} s  ratio {found['cpu'] / first:5.2f}  "
            f"{found['peak']:5.0f} MB ({found['idle']:.0f} before), sent {found['sent']:.1f} MB",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main(sys.argv[1:])
