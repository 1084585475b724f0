"""`/jobs`."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from dashboard.api import present, requests, schemas
from dashboard.api.auth import current_user
from dashboard.api.batch_schemas import Submitted
from dashboard.api.batches import submitted
from dashboard.api.job_requests import JobChange, JobQuery
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.batches import service as batches
from dashboard.db import Job
from dashboard.errors import ValidationFailed
from dashboard.jobs import queries, service
from dashboard.jobs.changing.marking import change_job
from dashboard.jobs.explain import explaining
from dashboard.jobs.listing.filtering import read_filters
from dashboard.jobs.listing.pages import list_jobs_before
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import read_sort, segments_of
from dashboard.jobs.page import results
from dashboard.jobs.running.run_next import run_next
from dashboard.rows.reading import answer_rows
from tasks.engine.rows.scored import ScoredQuery

ID = "/jobs/<int:job_id>"


def _job(job_id: int) -> Job:
    return queries.get_job(user=current_user(), job_id=job_id)


@operation("POST", "/jobs", "Submit a job; parameters with several values make a batch",
           body=requests.JobRequest, answer=Submitted, status=201, headers=("Idempotency-Key",),
           errors=(400, 403, 422, 503))  # fmt: skip
def submit(body: requests.JobRequest) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    key = request.headers.get("Idempotency-Key")
    made = batches.submit(user=current_user(), request=given, idempotency_key=key)
    return submitted(made)


@operation("GET", "/jobs", "List jobs, by default the newest first", query=JobQuery,
           answer=schemas.JobPage, errors=(400, 422))  # fmt: skip
def list_all(query: JobQuery) -> dict[str, Any]:
    asked = {n: str(v) for n, v in query.model_dump(by_alias=True, exclude_none=True).items()}
    filters, ignored = read_filters(asked, current_user().id)
    sort, unknown = read_sort(query.sort)
    faults = [*ignored, *([f"sort={unknown}"] if unknown else [])]
    if faults:
        raise ValidationFailed(
            {fault.partition("=")[0]: f"There is no {fault}" for fault in faults}
        )
    start = read_cursor(query.cursor)
    if sort.lstrip("-") == "submitted":
        items = list_jobs_before(
            filters=filters, before=start, limit=query.limit + 1, oldest_first=sort == "submitted"
        )
        behind = items[: query.limit][-1].id if items else None
    else:
        ids = page_of(segments_of(filters, sort), start or 0, query.limit + 1)
        items = queries.get_jobs(ids)
        behind = (start or 0) + query.limit
    more = cursor_of(behind) if len(items) > query.limit else None
    return {"items": present.job_list(items[: query.limit]), "next_cursor": more}


@operation("GET", ID, "Look at a job", answer=schemas.Job, errors=(404,))
def show(job_id: int) -> dict[str, Any]:
    return present.job(_job(job_id))


@operation("PATCH", ID, "Change a job's tags or note, or archive it", body=JobChange,
           answer=schemas.Job, role="member", errors=(400, 403, 404, 409, 422))  # fmt: skip
def change(job_id: int, body: JobChange) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    return present.job(change_job(user=current_user(), job_id=job_id, given=given))


@operation("POST", f"{ID}/cancel", "Stop a job, or stop and keep the folds that are done",
           query=requests.KeepQuery, answer=schemas.Job, errors=(403, 404, 409, 422))  # fmt: skip
def cancel(job_id: int, query: requests.KeepQuery) -> dict[str, Any]:
    return present.job(service.cancel_job(user=current_user(), job_id=job_id, keep=query.keep))


@operation("POST", f"{ID}/retry", "Run a failed, cancelled or lost job again", answer=schemas.Job,
           errors=(403, 404, 409, 503))  # fmt: skip
def retry(job_id: int) -> dict[str, Any]:
    return present.job(service.retry_job(user=current_user(), job_id=job_id))


@operation("POST", f"{ID}/next", "Run a waiting job before all (admins), or its owner's others",
           answer=schemas.Job, errors=(403, 404, 409))  # fmt: skip
def put_first(job_id: int) -> dict[str, Any]:
    return present.job(run_next(user=current_user(), job_id=job_id))


@operation("DELETE", ID, "Delete a job that is over, with its model and files", status=204,
           errors=(403, 404, 409))  # fmt: skip
def delete(job_id: int) -> Response:
    service.delete_job(user=current_user(), job_id=job_id)
    return Response(status=204)


@operation("GET", f"{ID}/log", "Lines of a job's log", query=requests.LogQuery,
           answer=schemas.LogPage, errors=(404, 422))  # fmt: skip
def log(job_id: int, query: requests.LogQuery) -> dict[str, Any]:
    _job(job_id)
    lines = queries.list_log(job_id=job_id, after=query.after, limit=query.limit)
    return {"items": [present.log_line(line) for line in lines], "next_cursor": None}


@operation("GET", f"{ID}/results", "What the result charts draw", answer=schemas.Results,
           errors=(404, 409))  # fmt: skip
def show_results(job_id: int) -> dict[str, Any]:
    return results.read_results(_job(job_id)) | {"asked": sorted(explaining.find_asked(job_id))}


@operation("POST", f"{ID}/explanation", "Ask what matters to a job's model and where it errs",
           answer=schemas.Asked, status=202, errors=(403, 404, 409))  # fmt: skip
def explain(job_id: int) -> dict[str, Any]:
    return _ask(job_id, "explanation")


@operation("POST", f"{ID}/learning-curve", "Ask whether more rows would help a job's model",
           answer=schemas.Asked, status=202, errors=(403, 404, 409))  # fmt: skip
def learning_curve(job_id: int) -> dict[str, Any]:
    return _ask(job_id, "learning_curve")


@operation("DELETE", f"{ID}/explanation", "Stop working out an explanation", status=204,
           errors=(403, 404))  # fmt: skip
def stop_explanation(job_id: int) -> Response:
    explaining.stop(user=current_user(), job_id=job_id, what="explanation")
    return Response(status=204)


@operation("DELETE", f"{ID}/learning-curve", "Stop working out a learning curve", status=204,
           errors=(403, 404))  # fmt: skip
def stop_learning_curve(job_id: int) -> Response:
    explaining.stop(user=current_user(), job_id=job_id, what="learning_curve")
    return Response(status=204)


def _ask(job_id: int, what: str) -> dict[str, Any]:
    explaining.ask(user=current_user(), job_id=job_id, what=what)
    return {"asked": sorted(explaining.find_asked(job_id))}


@operation("GET", f"{ID}/rows", "Out-of-fold predictions: the folds, row by row",
           query=requests.FoldRowsQuery, answer=schemas.FoldRowPage,
           errors=(400, 404, 409, 422))  # fmt: skip
def rows(job_id: int, query: requests.FoldRowsQuery) -> dict[str, Any]:
    start = read_cursor(query.cursor) or 0
    asked = query.model_dump(include={"predicted", "actual", "fold", "wrong", "tenth"})
    found, total = answer_rows(
        _job(job_id),
        ScoredQuery(**asked, least_error=query.least, order=requests.FOLD_ROW_ORDERS[query.sort]),
        offset=start,
        limit=query.limit,
    )
    end = start + len(found)
    is_more = bool(found) and end < total
    return {"items": found, "next_cursor": cursor_of(end) if is_more else None}
