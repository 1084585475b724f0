"""`/workers`, `/queue` and `/compare`."""

from dataclasses import asdict
from typing import Any

from dashboard.api import present, requests, schemas
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.compare.comparison import compare_jobs, read_ids
from dashboard.workers import queries


@operation("GET", "/workers", "List worker processes", answer=schemas.WorkerPage)
def list_workers() -> dict[str, Any]:
    found = [present.worker(worker) for worker in queries.list_workers()]
    return {"items": found, "next_cursor": None}


@operation("GET", "/queue", "What runs and what waits", answer=schemas.Queue)
def get_queue() -> dict[str, Any]:
    waiting = present.job_list(queries.list_queue())
    return asdict(queries.summarise_queue()) | {"items": waiting}


@operation("GET", "/compare", "Jobs side by side", query=requests.CompareQuery,
           answer=schemas.Comparison, errors=(404, 422))  # fmt: skip
def compare(query: requests.CompareQuery) -> dict[str, Any]:
    ids = read_ids(query.jobs)
    return compare_jobs(user=current_user(), job_ids=ids, metric=query.metric).as_dict()
