"""`/batches`, and what answers a request that makes several jobs."""

from collections.abc import Sequence
from typing import Any

from flask import request

from dashboard.api import batch_schemas as schemas
from dashboard.api import present, requests
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.batches import queries, service
from dashboard.batches.keeping import keep_best
from dashboard.batches.queries import BatchSummary
from dashboard.clock import isoformat
from dashboard.db import Batch, Job
from dashboard.honest.anew import score_anew
from dashboard.honest.nested import Nested
from dashboard.honest.service import score_nested
from dashboard.honest.views import view_honest
from dashboard.jobs.queries import get_jobs, list_batch_jobs
from dashboard.jobs.running.order import PLACES_SHOWN
from dashboard.searches import KIND
from dashboard.searches import service as searches
from dashboard.several import KIND as SEVERAL
from dashboard.several.compute import measure

ID = "/batches/<int:batch_id>"
# How many jobs are read whole at once.
CHUNK = 500


def submitted(made: Job | Batch) -> dict[str, Any]:
    """Return a job, or a batch with all of its jobs."""
    if isinstance(made, Job):
        return present.job(made)
    return {"batch_id": made.id, "jobs": _jobs_of(made)}


def _jobs_of(batch: Batch) -> list[dict[str, Any]]:
    """Return a batch's jobs, in order.

    The first ones may have a place in the queue, and any may have run, so they are read whole.
    The others differ in name, estimator and parameters alone: one is read, and stands for them.
    """
    rows = list_batch_jobs(batch.id)
    alike = [n for n, row in enumerate(rows) if n >= PLACES_SHOWN and row.is_new]
    whole = sorted(set(range(len(rows))) - set(alike[1:]))
    documents = _whole([rows[n].id for n in whole])
    if not alike:
        return [documents[row.id] for row in rows if row.id in documents]
    pattern = documents[rows[alike[0]].id]
    return [
        documents.get(row.id)
        or {**pattern, "id": row.id, "name": row.name, "estimator": row.estimator,
            "parameters": row.parameters}
        for row in rows
    ]  # fmt: skip


def _whole(job_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(job_ids), CHUNK):
        jobs = get_jobs(job_ids[start : start + CHUNK])
        found |= {document["id"]: document for document in present.job_list(jobs)}
    return found


def present_batch(summary: BatchSummary) -> dict[str, Any]:
    """Return a batch without its jobs."""
    batch, best = summary.batch, summary.best
    return {
        "id": batch.id,
        "name": batch.name,
        "owner": batch.owner.email,
        "created_at": isoformat(batch.created_at),
        "n_jobs": batch.n_jobs,
        "counts": dict(summary.counts),
        "done": summary.n_done,
        "state": batch.plan_state,
        "best_job_id": best.id if best else None,
        "best_score": best.score if best else None,
        "best_score_std": best.score_std if best else None,
        "metric": best.metric if best else None,
        "search": _present_search(summary),
        "several": _present_several(batch),
        "parent_batch_id": batch.parent_id,
        **_present_honest(batch),
    }


def _present_search(summary: BatchSummary) -> dict[str, Any] | None:
    batch = summary.batch
    if not batch.plan or batch.plan["kind"] != KIND:
        return None
    asked = ("strategy", "space", "jobs", "time_limit_s", "stop_hopeless", "seed", "made")
    return {
        **{name: batch.plan[name] for name in asked},
        "nested": batch.plan.get("nested", False),
        "outer_fold": batch.plan.get("outer_fold"),
        "parameters": batch.plan["fixed"],
        "stopped_early": summary.n_stopped_early,
        "state": batch.plan_state,
        "message": batch.plan_message,
        "winner_job_id": batch.final_job_id,
    }


def _present_several(batch: Batch) -> dict[str, Any] | None:
    if not batch.plan or batch.plan["kind"] != SEVERAL:
        return None
    compute = measure(batch)
    return {
        "time_limit_s": batch.plan["time_limit_s"],
        "slots": batch.plan["slots"],
        "state": batch.plan_state,
        "message": batch.plan_message,
        "winner_job_id": batch.final_job_id,
        "cpu_seconds": round(compute.used_s, 1),
        "cpu_seconds_possible": compute.possible_s,
        "seconds_taken": None if compute.took_s is None else round(compute.took_s, 1),
    }


def _present_honest(batch: Batch) -> dict[str, Any]:
    honest = view_honest(batch)
    if honest is None:
        return {"scored_anew": None, "nested": None}
    return {
        "scored_anew": _present_anew(honest.anew) if honest.anew else None,
        "nested": _present_nested(honest.nested) if honest.nested else None,
    }


def _present_anew(job: Job) -> dict[str, Any]:
    asked = ("state", "seed", "score", "score_std")
    return {"job_id": job.id, **{name: getattr(job, name) for name in asked}}


def _present_nested(nested: Nested) -> dict[str, Any]:
    return {
        "batch_id": nested.batch_id,
        "state": "going" if nested.goes_on else "over",
        "outer_folds": nested.n_outer,
        "scored": len(nested.scores),
        "score": nested.mean,
        "score_std": nested.spread,
        "search_batch_ids": [nested.searches[fold].id for fold in sorted(nested.searches)],
    }


def _answer(batch_id: int) -> dict[str, Any]:
    return present_batch(queries.summarise(queries.get_batch(batch_id)))


@operation("POST", "/batches", "Submit several jobs as a batch", body=schemas.BatchRequest,
           answer=schemas.SubmittedBatch, status=201, headers=("Idempotency-Key",),
           errors=(400, 403, 409, 413, 422, 503))  # fmt: skip
def submit_batch(body: schemas.BatchRequest) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    key = request.headers.get("Idempotency-Key")
    made = service.submit_batch(user=current_user(), request=given, idempotency_key=key)
    return submitted(made)


@operation("GET", "/batches", "List batches, the newest first", query=requests.PageQuery,
           answer=schemas.BatchPage, errors=(400, 422))  # fmt: skip
def list_batches(query: requests.PageQuery) -> dict[str, Any]:
    items = queries.list_batches_before(before=read_cursor(query.cursor), limit=query.limit + 1)
    shown = items[: query.limit]
    more = cursor_of(shown[-1].id) if len(items) > query.limit else None
    found = queries.summarise_all(shown)
    return {"items": [present_batch(summary) for summary in found], "next_cursor": more}


@operation("GET", ID, "Look at a batch; its jobs are at /jobs?batch_id=", answer=schemas.Batch,
           errors=(404,))  # fmt: skip
def get_batch(batch_id: int) -> dict[str, Any]:
    return _answer(batch_id)


@operation("POST", f"{ID}/cancel", "Stop every job of a batch that is not over",
           answer=schemas.Batch, errors=(403, 404))  # fmt: skip
def cancel_batch(batch_id: int) -> dict[str, Any]:
    service.cancel_batch(user=current_user(), batch_id=batch_id)
    return _answer(batch_id)


@operation("POST", f"{ID}/retry", "Run the failed and lost jobs of a batch again",
           answer=schemas.Batch, errors=(403, 404, 503))  # fmt: skip
def retry_batch(batch_id: int) -> dict[str, Any]:
    service.retry_failed(user=current_user(), batch_id=batch_id)
    return _answer(batch_id)


@operation("POST", f"{ID}/extend", "Let a search try further candidates",
           body=schemas.SearchExtension, answer=schemas.Batch,
           errors=(400, 403, 404, 409, 413, 422, 503))  # fmt: skip
def extend_batch(batch_id: int, body: schemas.SearchExtension) -> dict[str, Any]:
    searches.extend_search(
        user=current_user(), batch_id=batch_id, jobs=body.jobs, limit=service.batch_limit(),
        time_limit_s=body.time_limit_s,
    )  # fmt: skip
    return _answer(batch_id)


@operation("POST", f"{ID}/keep", "Stop a search, or trying several, and make the best so far",
           answer=schemas.Batch, errors=(403, 404, 409, 503))  # fmt: skip
def keep_batch(batch_id: int) -> dict[str, Any]:
    keep_best(user=current_user(), batch_id=batch_id)
    return _answer(batch_id)


@operation("POST", f"{ID}/anew", "Score the winner of a search, or of several, on other folds",
           answer=schemas.Batch, errors=(403, 404, 409, 503))  # fmt: skip
def score_batch_anew(batch_id: int) -> dict[str, Any]:
    score_anew(user=current_user(), batch_id=batch_id)
    return _answer(batch_id)


@operation("POST", f"{ID}/nested", "Score a whole search on rows that it has not seen",
           answer=schemas.Batch, errors=(403, 404, 409, 503))  # fmt: skip
def score_batch_nested(batch_id: int) -> dict[str, Any]:
    score_nested(user=current_user(), batch_id=batch_id)
    return _answer(batch_id)
