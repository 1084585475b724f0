"""What a child does with datasets: it fetches and reads them, and looks at their columns."""

import tempfile
from pathlib import Path
from typing import Any

from dashboard.storage import Storage
from tasks.child import Send
from tasks.engine.memory import few_collections, give_back
from tasks.engine.profile.preview_marks import mark_preview
from tasks.engine.profile.profile_file import write_profile
from tasks.engine.profile.profiling import profile_table
from tasks.engine.profile.relations import relate
from tasks.engine.reader.dialects import Dialect, ReadOptions
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.reading import ReadResult
from tasks.engine.table.samples import sample_csv
from tasks.engine.table.tabular import read_table
from tasks.failures import parsing, reading
from tasks.fetching import fetch
from tasks.hashing import hashing
from tasks.work import UPLOAD_AGAIN, report_to, storage_of


def read_dataset(payload: dict[str, Any], send: Send) -> None:
    """Read a file that was stored, or make a sample and read it, into a table with its profile."""
    storage = storage_of(payload)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if payload["sample"]:
            source = folder / "original"
            source.write_bytes(sample_csv(payload["sample"]))
            known = _put_original(payload, storage, source)
            send({"type": "done", "values": known | _read(payload, storage, source, folder, send)})
            return
        what = f"The file {payload['file_name']}"
        with reading(storage, payload["original_key"], what, UPLOAD_AGAIN) as source:
            with hashing(source, is_wanted=not payload["is_hashed"]) as known:
                values = _read(payload, storage, source, folder, send)
            send({"type": "done", "values": values | known})


def fetch_file(payload: dict[str, Any], send: Send) -> None:
    """Fetch a file from an address and store it."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "original"
        fetch(payload["fetch"], source, report_to(send))
        known = _put_original(payload, storage_of(payload), source)
    send({"type": "done", "values": known})


def _put_original(payload: dict[str, Any], storage: Storage, source: Path) -> dict[str, Any]:
    stored = storage.put_file(payload["original_key"], source)
    return {"original_key": stored.key, "size_bytes": stored.size_bytes, "sha256": stored.sha256}


@few_collections()
def _read(
    payload: dict[str, Any], storage: Storage, source: Path, folder: Path, send: Send
) -> dict[str, Any]:
    report = report_to(send)
    target, rejects = folder / "table.parquet", folder / "rejects.csv"
    report(0.0, "Finding how the file is laid out")
    options = dict(payload["options"])
    options.pop("columns", None)  # these are for the profile
    result = read_table(
        source,
        target,
        file_name=payload["file_name"],
        options=ReadOptions(**options),
        limits=ReadLimits(),
        rejects=rejects,
        on_progress=lambda part, rows: report(part * 0.6, _words_of_rows(part, rows)),
    )
    dialect: Dialect | None = result.dialect
    values: dict[str, Any] = {
        "dialect": dialect.as_dict() if dialect else None,
        "rows": result.n_rows,
        "n_columns": len(result.column_names),
        "preview": result.preview,
        "rejects_key": _put_if_there(storage, payload["rejects_key"], rejects),
    }
    if result.refused or dialect is None:
        return values | _refused(result, [problem.as_dict() for problem in result.problems])
    return values | _profile(payload, storage, target, result, report)


def _refused(result: ReadResult, problems: list[dict[str, Any]]) -> dict[str, Any]:
    names = [{"name": name, "kind": "text"} for name in result.column_names]
    return {"state": "refused", "problems": problems, "columns": names}


def _profile(
    payload: dict[str, Any],
    storage: Storage,
    target: Path,
    result: ReadResult,
    report: Any,
) -> dict[str, Any]:
    dialect = result.dialect.as_dict() if result.dialect else {}
    report(0.6, _words(0, len(result.column_names)))
    storage.announce(target)
    profile = profile_table(
        target,
        dialect,
        lambda done, n: report(0.6 + 0.35 * done / n, _words(done, n)),
        choices=payload["options"].get("columns"),
    )
    problems = [problem.as_dict() for problem in result.problems + profile.problems]
    if any(problem.severity == "error" for problem in profile.problems):
        return _refused(result, problems)
    report(0.98, "Storing what was found")
    path = target.with_name("profile.parquet")
    names = [column["name"] for column in profile.columns]
    write_profile(path, names, profile.details, profile.summary)
    give_back()
    preview = mark_preview(result.preview, profile.columns, target, dialect)
    storage.move_file(payload["table_key"], target)
    storage.move_file(payload["profile_key"], path)
    return {
        "state": "ready",
        "problems": problems,
        "columns": profile.columns,
        "preview": preview,
        "table_key": payload["table_key"],
        "profile_key": payload["profile_key"],
    }


def _words_of_rows(part: float, rows: int) -> str:
    return f"Reading rows, {rows:,} so far" if part < 1 else "Storing the last rows"


def _words(done: int, n: int) -> str:
    """Say how far the columns are looked at; then they are held against each other."""
    if done == n > 1:
        return f"Comparing {n:,} columns and the rows"
    return f"Looking at columns, {done:,} of {n:,} done"


def _put_if_there(storage: Storage, key: str, path: Path) -> str | None:
    return storage.put_file(key, path).key if path.exists() else None


def relate_target(payload: dict[str, Any], send: Send) -> None:
    """Measure how every column of a table relates to one of them."""
    what = f"The table of the dataset {payload['dataset']}"
    with reading(storage_of(payload), payload["table_key"], what, UPLOAD_AGAIN) as path, parsing():
        answer = relate(path, payload["columns"], payload["target"], payload["dialect"])
    send({"type": "done", "values": {"answer": answer}})
