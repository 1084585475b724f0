"""What the child does to check a request: the engine's check, told part by part."""

from collections.abc import Sequence
from typing import Any

import psutil

from tasks.child import Send
from tasks.engine.preflight.checking import check
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.loading import load_cells
from tasks.failures import parsing, reading
from tasks.work import UPLOAD_AGAIN, storage_of


def check_request(payload: dict[str, Any], send: Send) -> None:
    """Hold a request against its data and fit a few rows."""
    spec = TrainingSpec.from_dict(payload["spec"])
    base = psutil.Process().memory_info().rss
    what = f'The table of the dataset "{payload["dataset"]}"'
    with reading(storage_of(payload), payload["table_key"], what, UPLOAD_AGAIN) as path:

        def load(names: Sequence[str]) -> dict[str, Any]:
            with parsing():
                return load_cells(path, names, spec.schema.get("dialect"))

        def tell(known: dict[str, Any]) -> None:
            send({"type": "part", "answer": known})

        limit = payload["memory_limit_bytes"]
        jobs = payload["jobs"]
        answer = check(spec, load, tell, base_bytes=base, limit_bytes=limit, jobs=jobs)
    send({"type": "done", "values": {"answer": answer}})
