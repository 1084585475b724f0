"""A job, or the form of a new one, as a program that anybody can run: it submits and waits."""

import json
from collections.abc import Mapping
from pprint import pformat
from typing import Any

from dashboard.db import Job
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.asking.requests import BATCH_FIELDS, FIELDS

OF_BATCHES = BATCH_FIELDS - FIELDS
PROGRAM = """\
# {what}
# Python's own library is enough. A token is made at {base}/settings/tokens
import json
import os
import sys
import time
import urllib.error
import urllib.request

API = {api}
HEADERS = {{
    "Authorization": "Bearer " + os.environ["TRAINYARD_TOKEN"],
    "Content-Type": "application/json",
}}


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, HEADERS, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(refusal.read().decode())


"""
OF_JOB = """\
job = call("POST", "/jobs", {request})
print({base!r} + "/jobs/" + str(job["id"]))
while job["state"] in ("queued", "running", "cancelling"):
    time.sleep(2)
    job = call("GET", "/jobs/" + str(job["id"]))
print(job["state"], job["metric"], job["score"])
"""
OF_BATCH = """\
made = call("POST", {path!r}, {request})
address = "/batches/" + str(made["batch_id"])
print({base!r} + address)
batch = call("GET", address)
while batch["state"] == "going" or batch["done"] < batch["n_jobs"]:
    time.sleep(2)
    batch = call("GET", address)
print(batch["done"], "jobs, best:", batch["best_job_id"], batch["metric"], batch["best_score"])
"""


def python_snippet(job: Job, base: str) -> str:
    """Return the program.

    Parameters
    ----------
    job : Job
        The job.
    base : str
        Where this installation is, without a slash at its end.

    Raises
    ------
    Conflict
        When the job's model is a blend.
    """
    what = f"Runs job #{job.id} again by Trainyard's API, and prints its address and its score."
    return _write(what, OF_JOB, request_from(job), base)


def python_of_form(request: Mapping[str, Any], base: str, *, makes_batch: bool) -> str:
    """Return the program that submits what the form of a new job holds.

    Parameters
    ----------
    request : Mapping
        The fields of ``POST /jobs``, or of ``POST /batches`` where it has what only that takes.
    base : str
        Where this installation is, without a slash at its end.
    makes_batch : bool
        Whether more than one job comes of it.
    """
    noun = "a batch" if makes_batch else "a job"
    what = f"Submits {noun} by Trainyard's API, and prints its address and, at its end, its score."
    path = "/batches" if OF_BATCHES & set(request) else "/jobs"
    return _write(what, OF_BATCH if makes_batch else OF_JOB, request, base, path=path)


def _write(what: str, program: str, request: Mapping[str, Any], base: str, **more: str) -> str:
    # By way of JSON: what it cannot hold is nothing that could be asked for.
    given = _given(json.loads(json.dumps(request)))
    shown = pformat(given, sort_dicts=False, width=88)
    head = PROGRAM.format(what=what, base=base, api=repr(f"{base}/api/v1"))
    return head + program.format(base=base, request=shown, **more)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out fields that are empty: of them, and of no setting in them, that means unsaid."""
    return {name: one for name, one in fields.items() if one not in (None, [], {})}
