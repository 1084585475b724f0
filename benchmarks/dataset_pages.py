"""Server time of a dataset's pages as it gets wider and longer, and what a search costs.

Also of the page on which its file is checked, and of those of a job on it. Tables and profiles are
made here, so that nothing is read or profiled; all figures are of one run.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.databases import fresh_app
from benchmarks.pages import fill, open_client
from dashboard.clock import now
from dashboard.datasets.look.column_page import COLUMNS_PER_PAGE
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import get_storage, keys
from tasks.engine.profile.profile_file import write_profile
from tasks.engine.table.tables import BATCH_ROWS, LINE
from tests.factories import make_succeeded_job

RUNS = 5
SHAPES = ((14, 7_000), (100, 1_000_000), (20_000, 200))
LONG_ROWS = 10_000_000
LONG_COLUMNS = 8
PAGES = {
    "columns": "/datasets/{dataset}",
    "columns, one open": "/datasets/{dataset}?open=c1",
    "columns, filtered by name": "/datasets/{dataset}?q=c1",
    "columns, last page": "/datasets/{dataset}?page={last_columns}",
    "correlations": "/datasets/{dataset}/correlations",
    "rows": "/datasets/{dataset}/rows",
    "rows, last page": "/datasets/{dataset}/rows?page={last}",
    "rows, by value": "/datasets/{dataset}/rows?col.c0.eq=0.25",
    "rows, by part of a text": "/datasets/{dataset}/rows?col.c1.contains=word+17",
    "rows, in an order": "/datasets/{dataset}/rows?sort=-c0",
    "rows, page 40 of an order": "/datasets/{dataset}/rows?sort=c0&page=40",
    "rows, condition and order": "/datasets/{dataset}/rows?col.c1.contains=word+1&sort=-c0",
    "check page": "/uploads/{upload}",
    "form of a job": "/jobs/new?dataset={dataset}&target=c1",
    "form, targets by a part": "/_live/jobs/targets?dataset_id={dataset}&target=c1",
    "page of a job": "/jobs/{job}",
    "its settings as a new job": "/jobs/new?from={job}",
}


def make_table(path: Path, columns: int, rows: int) -> None:
    """Write a table of numbers and words; its groups repeat, which costs a reader the same."""
    size = max(1, min(BATCH_ROWS, rows, 200_000 // columns * 10))
    numbers = pa.array([f"{(n * 7919) % 10_007 / 100:.2f}" for n in range(size)], pa.string())
    words = pa.array([f"word {(n * 31) % 5_003}" for n in range(size)], pa.string())
    names = [f"c{n}" for n in range(columns)]
    schema = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in names)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, size):
            length = min(size, rows - start)
            lines = pa.array(range(start + 2, start + 2 + length), pa.int64())
            cells = [(numbers, words)[n % 2].slice(0, length) for n in range(columns)]
            writer.write_table(pa.Table.from_arrays([lines, *cells], schema=schema))


def make_columns(columns: int, rows: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a compact profile and its details, of the size that real ones have."""
    compact, details = [], []
    for n in range(columns):
        base = {"name": f"c{n}", "missing": 0, "count": rows, "distinct": min(rows, 5_003),
                "format": None}  # fmt: skip
        top = [{"value": f"word {k}", "count": rows // 5_003} for k in range(20)]
        bins = {"edges": [float(k) for k in range(31)], "counts": [rows // 30] * 30}
        small = {"edges": [float(k * 3) for k in range(11)], "counts": [rows // 10] * 10}
        detail = {"name": f"c{n}", "histogram": bins, "small": small, "top": top}
        if n % 2:
            compact.append(base | {"kind": "text", "top": top[:3]})
        else:
            facts = {"min": 0.0, "median": 50.03, "max": 100.06, "mean": 50.0, "std": 28.9}
            compact.append(base | {"kind": "number", "decimal": "."} | facts)
            shares = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
            detail["quantiles"] = {share: float(share) * 100 for share in shares}
        details.append(detail)
    return compact, details


def make_dataset(owner_id: int, columns: int, rows: int, *, is_saved: bool = True) -> int:
    """Make a dataset, or an upload, with its files; return its id."""
    compact, details = make_columns(columns, rows)
    problems = [
        {"severity": "warning", "code": "CONSTANT", "message": f'"c{n}" has one value',
         "line": None, "column": f"c{n}", "count": None}
        for n in range(min(columns, 500))
    ]  # fmt: skip
    with writing() as session:
        dataset = Dataset(
            owner_id=owner_id, name="d", file_name="d.csv", state="ready", token="ab" * 8,
            saved_at=now() if is_saved else None,
            rows=rows, n_columns=columns, columns=compact, problems=problems,
            size_bytes=rows * columns * 8, dialect={"delimiter": ",", "encoding": "utf-8",
                                                    "decimal": ".", "header": True},
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        dataset.family_id = dataset.id
        dataset.table_key = keys.dataset_table(dataset.id, dataset.token, 1)
        dataset.profile_key = keys.dataset_profile(dataset.id, dataset.token, 1)
        made = dataset.id, dataset.table_key, dataset.profile_key
    with tempfile.TemporaryDirectory() as folder:
        table, profile = Path(folder) / "table", Path(folder) / "profile"
        make_table(table, columns, rows)
        names = [column["name"] for column in compact]
        write_profile(profile, names, list(map(json.dumps, details)), {"rows": rows})
        get_storage().put_file(made[1], table)
        get_storage().put_file(made[2], profile)
    return made[0]


def make_places(owner: User, columns: int, rows: int) -> dict[str, int]:
    """Make a dataset, an upload like it and a job on it; return what addresses are made of."""
    dataset_id = make_dataset(owner.id, columns, rows)
    dataset = db.session.get_one(Dataset, dataset_id)
    names = [f"c{n}" for n in range(columns) if n != 1]
    job = make_succeeded_job(owner, dataset=dataset, target="c1", features=names)
    return {
        "dataset": dataset_id,
        "upload": make_dataset(owner.id, columns, rows, is_saved=False),
        "job": job.id,
        "last": max(1, rows // 100),
        "last_columns": -(-columns // COLUMNS_PER_PAGE),
    }


def measure(client: Any, places: Mapping[str, int]) -> Mapping[str, float]:
    """Return the median server time of each page, in milliseconds."""
    found = {}
    for name, path in PAGES.items():
        url = path.format(**places)
        times = []
        for _ in range(RUNS):
            start = time.process_time()
            answer = client.get(url)
            times.append((time.process_time() - start) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{url}: {answer.status_code}")
        found[name] = statistics.median(times)
    return found


def search_memory(table: Path) -> list[str]:
    """Return what a process that searches a long table tells: its time and memory."""
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.dataset_pages", str(table)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return process.stdout.splitlines()


def _peak_mb() -> float:
    """Return the greatest memory of this process; getrusage would count its parent's, too."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


def _search(table: Path) -> None:
    """Search in this process, and print what each search took and the greatest memory so far."""
    from tasks.engine.rows.cells import OpenTable, fetch_rows
    from tasks.engine.rows.conditions import make_condition
    from tasks.engine.rows.search import Order, RowQuery, find_rows
    from tasks.engine.rows.values import CellType

    number, text = CellType(kind="number"), CellType(kind="text")
    rare = (make_condition("c1", "contains", "word 4999", text),)
    searches = {
        "last page": (RowQuery(), LONG_ROWS - 100),
        "rare text": (RowQuery(rare), 0),
        "number above": (RowQuery((make_condition("c0", "gt", "99.9", number),)), 0),
        "order of numbers": (RowQuery(order=Order("c0", number, True)), 0),
        "order of texts": (RowQuery(order=Order("c1", text)), 0),
        "row 90,000 of an order": (RowQuery(order=Order("c0", number)), 90_000),
    }
    idle = _peak_mb()
    for name, (query, offset) in searches.items():
        start = time.perf_counter()
        opened = OpenTable(table)
        found = find_rows(opened, query, offset=offset, limit=100, budget_s=600)
        fetch_rows(opened, found.positions, [f"c{n}" for n in range(LONG_COLUMNS)])
        took = time.perf_counter() - start
        more = _peak_mb() - idle
        print(f"  {name:26} {took:6.2f} s to the end, {more:5.0f} MB over idle so far")


def main() -> None:
    """Measure every shape in one run, and a search of a long table to its end."""
    with fresh_app(on_postgres=False) as app:
        user = fill(app, 2)  # of which one has a score
        client, _ = open_client(app, user)
        with app.app_context():
            made = [make_places(user, *shape) for shape in SHAPES]
        results = [measure(client, places) for places in made]
    sizes = ", ".join(f"{columns:,} x {rows:,}" for columns, rows in SHAPES)
    print(f"Pages of a dataset, server time with columns x rows of {sizes}")
    for name in PAGES:
        times = [found[name] for found in results]
        shown = "".join(f"{ms:8.1f} ms" for ms in times)
        print(f"  {name:28}{shown}  ratio {max(times) / times[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "long"
        make_table(table, LONG_COLUMNS, LONG_ROWS)
        print(f"Search of {LONG_ROWS:,} rows to the end; a page waits one second at most")
        print("\n".join(search_memory(table)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _search(Path(sys.argv[1]))
    else:
        main()
