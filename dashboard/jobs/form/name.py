"""The name that the form of a copied job is sent with: what changed, unless one was typed."""

from typing import Any

from flask import current_app

from dashboard.db import Job, User
from dashboard.db.lookup import find_by_id
from dashboard.jobs.asking.copy_name import name_copy
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.former import OFFERED
from dashboard.jobs.form.request import request_of


def request_with_name(form: JobForm, user: User) -> dict[str, Any]:
    """Return the form as a request; the name that it came with says what was changed since.

    Raises
    ------
    ValidationFailed
        With a message for each field that cannot be used.
    """
    request, name = request_of(form), form.values.get("name", "").strip()
    makes_batch = form.tries_several or form.is_search or form.at_once
    job = find_by_id(Job, form.former.id) if form.former and not makes_batch else None
    if job is None or not name or name != form.values.get(OFFERED):
        return request
    limit = current_app.config["SETTINGS"].max_batch_jobs
    return request | {"name": name_copy(user, job, request, limit=limit)}
