"""Time and memory of the rows of a job with 1,000,000 out-of-fold predictions."""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from flask import Flask

from benchmarks.databases import fresh_app
from benchmarks.pages import fill, open_client
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.storage import get_storage, keys
from tasks.engine.table.tables import GROUP_ROWS, LINE

N = 1_000_000
COLUMNS = 20
RUNS = 3
PATHS = (
    "rows", "rows?sort=line", "rows?actual=yes&predicted=no", "rows?fold=3&sort=-error",
    "rows?least=0.9", "rows?page=10000", "rows.csv?actual=yes&predicted=no", "rows.csv",
)  # fmt: skip


def make_rows(app: Flask, folder: Path) -> User:
    """Make a job whose dataset and out-of-fold rows are there."""
    user = fill(app, 10)
    rng = np.random.default_rng(0)
    names = [f"column {n}" for n in range(COLUMNS)]
    cells = {name: pa.array(rng.integers(0, 10_000, N).astype(str)) for name in names}
    table = pa.table({LINE: pa.array(range(2, N + 2)), **cells})
    pq.write_table(table, folder / "table", row_group_size=GROUP_ROWS)
    rows = np.concatenate([np.flatnonzero(np.arange(N) % 5 == fold) for fold in range(5)])
    share = rng.random(N)
    pd.DataFrame(
        {"row": rows, "line": rows + 2, "fold": rows % 5 + 1,
         "actual": np.where(rng.random(N) < share, "yes", "no").astype(object),
         "prediction": np.where(share >= 0.5, "yes", "no").astype(object),
         "probability_0": 1 - share, "probability_1": share}
    ).to_parquet(folder / "rows", index=False)  # fmt: skip
    with app.app_context(), writing() as session:
        dataset, job = session.get_one(Dataset, 1), session.get_one(Job, 2)
        dataset.columns = [{"name": name, "kind": "number"} for name in [*names, "y"]]
        dataset.table_key = keys.dataset_table(1, dataset.token, 1)
        job.features, job.out_of_fold_key = names, keys.job_artefact(2, "ab" * 8, "out_of_fold")
        job.results_key = keys.job_artefact(2, "ab" * 8, "results")
        get_storage().put_file(dataset.table_key, folder / "table")
        get_storage().put_file(job.out_of_fold_key, folder / "rows")
        (folder / "results").write_text('{"confusion": {"labels": ["no", "yes"]}}')
        get_storage().put_file(job.results_key, folder / "results")
    return user


def read_memory(name: str) -> float:
    """Return what this process has of memory now (VmRSS) or had at most (VmHWM), in MB."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0]) / 1000


def forget_peak() -> float:
    """Measure the most from now on; return what there is now."""
    Path("/proc/self/clear_refs").write_text("5")
    return read_memory("VmRSS")


def main() -> None:
    """Measure the server's time of each page, and by how much memory grew at most."""
    with fresh_app(on_postgres=False) as app, tempfile.TemporaryDirectory() as name:
        client, _headers = open_client(app, make_rows(app, Path(name)))
        client.get("/jobs/2/rows")
        for path in PATHS:
            took, cpu = [], []
            before = forget_peak()
            for _ in range(1 if path == "rows.csv" else RUNS):
                start, used = time.perf_counter(), time.process_time()
                answer = client.get(f"/jobs/2/{path}", buffered=False)
                length = sum(map(len, answer.response))
                answer.close()
                took.append(time.perf_counter() - start)
                cpu.append(time.process_time() - used)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: {answer.status_code}")
            grown = read_memory("VmHWM") - before
            print(f"  {path:36} {min(took):6.2f} s, {min(cpu):6.2f} s of CPU, "
                  f"{length / 1e6:7.2f} MB, memory +{grown:4.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
