"""A job as a program that anybody can run: it submits the same job and waits for its end."""

import json
from pprint import pformat
from typing import Any

from dashboard.db import Job
from dashboard.jobs.as_request import request_from

PROGRAM = """\
# Runs job #{id} again by Trainyard's API, and prints its address and its score.
# Python's own library is enough. A token is made at {base}/settings/tokens
import json
import os
import time
import urllib.request

API = {api}
HEADERS = {{
    "Authorization": "Bearer " + os.environ["TRAINYARD_TOKEN"],
    "Content-Type": "application/json",
}}


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, HEADERS, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


job = call("POST", "/jobs", {request})
print({page} + str(job["id"]))
while job["state"] in ("queued", "running", "cancelling"):
    time.sleep(2)
    job = call("GET", "/jobs/" + str(job["id"]))
print(job["state"], job["metric"], job["score"])
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
    # By way of JSON: what it cannot hold is nothing that could be asked for.
    request = _given(json.loads(json.dumps(request_from(job))))
    return PROGRAM.format(
        id=job.id,
        base=base,
        api=repr(f"{base}/api/v1"),
        page=repr(f"{base}/jobs/"),
        request=pformat(request, sort_dicts=False, width=88),
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out fields that are empty: of them, and of no setting in them, that means unsaid."""
    return {name: one for name, one in fields.items() if one not in (None, [], {})}
