"""Whether this process lives, whether its parts answer, and a few gauges for Prometheus."""

import ipaddress

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.auth.service import user_for_token
from dashboard.errors import Forbidden
from dashboard.extensions import db
from dashboard.retention.queries import count_problems, find_look
from dashboard.storage import get_storage
from dashboard.workers.queries import summarise_queue

blueprint = Blueprint("health", __name__)
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process is up. For everyone."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say whether database and storage answer, and which does not. For everyone."""
    parts = {"database": _database_answers(), "storage": _storage_answers()}
    is_ready = all(parts.values())
    words = {name: "ok" if is_up else "does not answer" for name, is_up in parts.items()}
    return jsonify(ready=is_ready, **words), 200 if is_ready else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Show gauges as Prometheus reads them. For this machine, or with a token."""
    if not (_is_from_this_machine() or _has_token()):
        raise Forbidden("Metrics are for this machine, or for who shows a token")
    queue = summarise_queue()
    gauges = {
        "trainyard_jobs_running": (queue.running, "Jobs that run now"),
        "trainyard_jobs_queued": (queue.queued, "Jobs that wait"),
        "trainyard_workers_alive": (queue.workers_alive, "Training workers that are alive"),
        "trainyard_workers_busy": (queue.workers_busy, "Training workers that train"),
    }
    free = get_storage().free_bytes()
    if free is not None:
        gauges["trainyard_storage_free_bytes"] = (free, "Free space for files")
    lines = [
        f"# HELP {name} {help_text}\n# TYPE {name} gauge\n{name} {amount}\n"
        for name, (amount, help_text) in gauges.items()
    ]
    problems = count_problems(find_look())
    lines.append(
        "# HELP trainyard_file_problems Files that do not fit the database, at the last look\n"
        "# TYPE trainyard_file_problems gauge\n"
    )
    lines += [f'trainyard_file_problems{{kind="{k}"}} {n}\n' for k, n in problems.items()]
    return Response("".join(lines), content_type=METRICS_TYPE)


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        current_app.logger.warning("the database does not answer", exc_info=True)
        return False
    return True


def _storage_answers() -> bool:
    try:
        get_storage().check()
    except Exception:
        current_app.logger.warning("the storage does not answer", exc_info=True)
        return False
    return True


def _is_from_this_machine() -> bool:
    if "X-Forwarded-For" in request.headers and not current_app.config["SETTINGS"].trusted_proxies:
        return False  # by way of a proxy on this machine that we were not told of
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and user_for_token(token.strip()) is not None
