"""`/jobs/check`: a request held against its data before it is submitted."""

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from dashboard.api import preflight_schemas
from dashboard.api.auth import current_user
from dashboard.api.batch_schemas import BatchRequest
from dashboard.api.operations import operation
from dashboard.clock import isoformat
from dashboard.db import Preflight
from dashboard.jobs.preflight import checks as preflights

PATIENCE_S = 10.0
ID = "/jobs/check/<int:check_id>"


@operation("POST", "/jobs/check",
           "Check a request before it is submitted; 202 when that takes longer than 10 seconds",
           body=BatchRequest, answer=preflight_schemas.Check, or_status=202, role="member",
           errors=(400, 403, 413, 422))  # fmt: skip
def check(body: BatchRequest) -> Response:
    """Answer with what was found, or how far it is. For members."""
    user, request = current_user(), body.model_dump(exclude_unset=True)
    asked = preflights.ask_preflight(user=user, request=request)
    found = preflights.wait_for(user=user, preflight_id=asked.id, seconds=PATIENCE_S)
    answer: Response = jsonify(_present(found))
    answer.status_code = 200 if found.state in {"ready", "failed"} else 202
    return answer


@operation("GET", ID, "Look how far a check is; it is kept for a day",
           answer=preflight_schemas.Check, errors=(404,))  # fmt: skip
def show_check(check_id: int) -> dict[str, Any]:
    """Answer with what is known by now. For whoever asked for it."""
    return _present(preflights.get_preflight(user=current_user(), preflight_id=check_id))


@operation("DELETE", ID, "Give a check up that still goes on", status=204, role="member",
           errors=(403, 404))  # fmt: skip
def stop_check(check_id: int) -> Response:
    """End it. For whoever asked for it."""
    preflights.stop_preflight(user=current_user(), preflight_id=check_id)
    return Response(status=204)


def _present(found: Preflight) -> dict[str, Any]:
    empty = dict.fromkeys(preflight_schemas.Found.model_fields)
    return {
        "id": found.id,
        "state": found.state,
        "n_jobs": found.n_jobs,
        "created_at": isoformat(found.created_at),
        "answer": {**empty, **found.answer} if found.answer else None,
        "failure": found.failure,
    }
