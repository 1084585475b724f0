"""The stream of jobs: submitted by the API, and now and then cancelled, run again or deleted."""

import json
import random
import urllib.error
import urllib.request
from typing import Any

from tests.chaos.product import wait_for

ESTIMATORS = (
    ("LogisticRegression", "y_class", {}),
    ("GaussianNB", "y_class", {}),
    ("Ridge", "y_number", {}),
    ("RandomForestClassifier", "y_class", {"n_estimators": 300}),
    ("GradientBoostingRegressor", "y_number", {"n_estimators": 600}),
    ("HistGradientBoostingClassifier", "y_class", {"max_iter": 300}),
)
OVER = {"succeeded", "failed", "cancelled", "lost"}


class Api:
    """The API as one script calls it: patient with an answer that does not come."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token = f"{address}/api/v1", token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the answer; None for 204 or when there is no answer or a refusal."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.address + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                     **headers},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refusal:
            if refusal.code >= 500 and refusal.code != 503:
                raise AssertionError(f"{method} {path} answered {refusal.code}") from refusal
            return None
        except (OSError, ValueError):
            return None

    def state_of(self, path: str) -> str | None:
        """Return the state of a record; None when nobody answers."""
        return (self.call("GET", path) or {}).get("state")

    def upload(self, text: str) -> int:
        """Upload a table and return its dataset's id once it is sent."""
        edge = "chaos-edge"
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="chaos.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text}\r\n--{edge}--\r\n"
        )
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.address + "/datasets", method="POST", data=body.encode(),
            headers={"Authorization": f"Bearer {self.token}",
                     "Content-Type": f"multipart/form-data; boundary={edge}"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(json.loads(answer.read())["id"])


class Load:
    """Submits jobs and acts on them; every random choice comes from one generator."""

    def __init__(self, address: str, choose: random.Random) -> None:
        self.api, self.dataset_id, self.choose = Api(address, ""), 0, choose
        self.submitted: set[int] = set()
        self.deleted: set[int] = set()
        self.sent = 0

    def begin(self, token: str, table: str) -> None:
        """Upload the table that all jobs learn from, and wait until it was read."""
        self.api.token = token
        self.dataset_id = self.api.upload(table)
        path = f"/datasets/{self.dataset_id}"
        wait_for("the dataset is read", lambda: self.api.state_of(path) == "ready")

    def submit(self) -> None:
        """Submit a job; one whose answer did not come is asked for again with the same key."""
        estimator, target, parameters = self.choose.choice(ESTIMATORS)
        self.sent += 1
        body = {"dataset_id": self.dataset_id, "target": target, "estimator": estimator,
                "parameters": parameters, "seed": self.sent}  # fmt: skip
        key = {"Idempotency-Key": f"chaos-{self.sent}"}
        for _ in range(20):
            answer = self.api.call("POST", "/jobs", body, **key)
            if answer:
                self.submitted.add(answer["id"])
                return

    def act(self) -> None:
        """Cancel, keep, run again or delete a job, whatever its state."""
        if not self.submitted:
            return
        job = self.choose.choice(sorted(self.submitted - self.deleted) or [0])
        what = self.choose.choice(["cancel", "cancel?keep=true", "retry", "retry", "delete"])
        if what == "delete":
            # No answer may mean that it was done: the invariants ask the database.
            self.api.call("DELETE", f"/jobs/{job}")
            self.deleted.add(job)
        else:
            self.api.call("POST", f"/jobs/{job}/{what}")

    def count_open(self) -> int | None:
        """Count the jobs that are not over; None when nobody answers."""
        summary = self.api.call("GET", "/queue")
        return None if summary is None else summary["running"] + summary["queued"]
