"""From the upload of a large CSV to a saved dataset with its profile, against `pandas.read_csv`.

A running product is sent a file of 1 million rows by 20 mixed columns; pandas reads the same file
with its C engine before and after. Also: the greatest memory of web and of the child that reads,
over idle, and how long a job takes to load the columns. ``python -m benchmarks.uploads ROWS``
takes another number of rows; 45 million are 5 GB.
"""

import contextlib
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from benchmarks.idle import role_of
from tasks.engine.table.loading import load_cells, training_data
from tests.product import Api, Installation, install, wait_for

ROWS, PIECE_ROWS = 1_000_000, 500_000
RUNS = 3
PANDAS_ROWS = 5_000_000  # of more, pandas is not asked: it holds them all in memory
SAMPLE_S = 0.02
CHUNK_BYTES = 1 << 20
EDGE = "----WebKitFormBoundary7MA4YWxkTrZu0gW"  # a short one is looked for more slowly
AT_MOST = 6


def make_piece(seed: int, rows: int) -> pd.DataFrame:
    """Return rows of 20 columns: numbers, categories, dates, yes and no, codes, quoted text."""
    r = np.random.default_rng(seed)

    def some(*values: str) -> np.ndarray:
        return np.array(values)[r.integers(0, len(values), rows)]

    days = pd.to_datetime("2020-01-01") + pd.to_timedelta(r.integers(0, 1500, rows), "D")
    columns = {
        "id": np.arange(rows) + seed * PIECE_ROWS, "age": r.integers(18, 90, rows),
        "income": r.lognormal(10, 1, rows).round(2), "score": r.random(rows).round(4),
        "city": some("Oslo", "Rome", "Paris", "New York"), "plan": some("basic", "plus", "pro"),
        "date": days.strftime("%Y-%m-%d"), "churned": some("yes", "no"),
        "steps": r.integers(0, 100_000, rows), "balance": r.integers(-500, 500, rows),
        "level": r.integers(0, 10, rows), "last": r.integers(0, 3, rows),
        "flag": r.integers(0, 2, rows), "code": r.integers(0, 5000, rows),
        "letter": some(*"abcdefghij"), "share": (r.random(rows) * 100).round(1),
        "note": some("fine, thanks", "not so good", 'say "hi"', "none"),
    }  # fmt: skip
    columns["code"] = np.char.add("C", columns["code"].astype(str))
    columns |= {f"x{n}": r.normal(size=rows).round(3) for n in range(3)}
    return pd.DataFrame(columns)


def make_csv(path: Path, rows: int) -> None:
    """Write the file, piece by piece."""
    for n, start in enumerate(range(0, rows, PIECE_ROWS)):
        piece = make_piece(n, min(PIECE_ROWS, rows - start))
        piece.to_csv(path, mode="a" if n else "w", header=not n, index=False)


class Memory:
    """The greatest resident memory of the web's processes, and of those below light workers."""

    def __init__(self, product: Installation) -> None:
        parts = psutil.Process(product.supervisor.pid).children()
        self.parts = {role_of(part): part for part in parts}
        self.over = threading.Event()
        self.idle_mb = {role: self._now(role) for role in ("web", "light")}
        self.peak_mb = dict(self.idle_mb)

    def _now(self, role: str) -> float:
        """Return the largest process of a role, in MB."""
        part, sizes = self.parts[role], [0.0]
        for process in [part, *part.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                sizes.append(process.memory_info().rss / 1e6)
        return max(sizes)

    def _watch(self) -> None:
        while not self.over.wait(SAMPLE_S):
            for role, peak in self.peak_mb.items():
                self.peak_mb[role] = max(peak, self._now(role))

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Look again and again while the block runs."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join()


def send_file(api: Api, path: Path) -> int:
    """Send a file as a form does, a piece at a time, and return its dataset's id."""
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{EDGE}--\r\n".encode()
    line = http.client.HTTPConnection("127.0.0.1", api.port, timeout=600)
    with contextlib.closing(line), path.open("rb") as file:
        line.putrequest("POST", "/api/v1/datasets")
        line.putheader("Authorization", f"Bearer {api.token}")
        line.putheader("Content-Type", f"multipart/form-data; boundary={EDGE}")
        line.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
        line.endheaders()
        line.send(head)
        while chunk := file.read(CHUNK_BYTES):
            line.send(chunk)
        line.send(tail)
        answer = line.getresponse()
        found = answer.read()
    if answer.status != 202:
        raise RuntimeError(f"the upload was answered {answer.status}: {found[:300]!r}")
    return int(json.loads(found)["id"])


def upload(api: Api, path: Path) -> tuple[int, float, float]:
    """Upload a file; return the dataset, the seconds of the request, and those until ready."""
    start = time.perf_counter()
    dataset = send_file(api, path)
    sent = time.perf_counter() - start

    def is_over() -> bool:
        state = api.call("GET", f"/datasets/{dataset}")["state"]
        if state == "refused":
            raise RuntimeError(str(api.call("GET", f"/datasets/{dataset}")["problems"]))
        return bool(state == "ready")

    wait_for("the dataset is ready", is_over, 1800)
    return dataset, sent, time.perf_counter() - start


def time_pandas(path: Path) -> float:
    """Return how many seconds pandas takes for the same file."""
    start = time.perf_counter()
    pd.read_csv(path, engine="c")
    return time.perf_counter() - start


def time_loading(home: Path, api: Api, dataset: int) -> float:
    """Return how many seconds a job would take to load all columns, and to give them types."""
    found = api.call("GET", f"/datasets/{dataset}")
    names = [column["name"] for column in found["columns"]]
    schema = {"columns": found["columns"], "features": names[:-1], "target": "last",
              "task": "classification", "dialect": found["dialect"]}  # fmt: skip
    table = max((home / "files").rglob("*table*"), key=lambda path: path.stat().st_mtime)
    start = time.perf_counter()
    training_data(load_cells(table, names, found["dialect"]), schema)
    return time.perf_counter() - start


def measure(product: Installation, path: Path, rows: int) -> None:
    """Upload the file some times, pandas reading it between, and print."""
    api, home = Api(product.environ, "bench@example.org"), Path(product.environ["TRAINYARD_HOME"])
    api.upload("a,b\n1,2\n3,4\n")  # a worker that was just started loads its libraries
    memory, found, by_pandas = Memory(product), [], []
    if rows <= PANDAS_ROWS:
        for _ in range(RUNS):
            by_pandas.append(time_pandas(path))
            found.append(upload(api, path))
    with memory.watch():  # in a run of its own, for looking takes time
        last = upload(api, path)
    found = found or [last]
    took = statistics.median(seconds for _, _, seconds in found)
    sent = statistics.median(seconds for _, seconds, _ in found)
    print(f"{rows:,} rows x 20 columns, {path.stat().st_size / 1e6:,.0f} MB: "
          f"ready after {took:.2f} s, of which the upload {sent:.2f} s")  # fmt: skip
    if by_pandas:
        ratio = took / statistics.median(by_pandas)
        print(f"  upload to ready profile / pandas.read_csv: {ratio:.2f} (at most {AT_MOST})")
        load = min(time_loading(home, api, found[-1][0]) for _ in range(RUNS))
        print(f"  a job loads all columns, typed, in {load:.2f} s (to be under 1)")
    for role, most in (("web", 150), ("light", 600)):
        over = memory.peak_mb[role] - memory.idle_mb[role]
        print(f"  memory of {role}: {memory.peak_mb[role]:.0f} MB at most, {over:.0f} over idle "
              f"(to be under {most})")  # fmt: skip


def main(rows: int = ROWS) -> None:
    """Make the file, measure in a throwaway installation."""
    with tempfile.TemporaryDirectory(prefix="trainyard-") as name:
        path = Path(name) / "mixed.csv"
        make_csv(path, rows)
        limit = str(path.stat().st_size + CHUNK_BYTES)
        with install(Path(name), workers=1, MAX_UPLOAD_BYTES=limit) as product:
            measure(product, path, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
