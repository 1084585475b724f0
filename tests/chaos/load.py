"""The stream of jobs: submitted by the API, and now and then cancelled, run again or deleted."""

import http.client
import json
from typing import Any

from tests.chaos.plan import choose, draw_batches, draw_jobs
from tests.chaos.product import START_S
from tests.product import Line, wait_for

PATHS = {"cancel": "cancel", "keep": "cancel?keep=true", "retry": "retry"}
NO_ANSWER = 0


class Api(Line):
    """The API as one script calls it: patient with an answer that does not come."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.wrong: list[str] = []  # answers that may never be given

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return the status, `NO_ANSWER` when none came, and the answer's content."""
        content = None if body is None else json.dumps(body).encode()
        try:
            status, told, found = self.send(method, path, content, 20, **headers)
            if status >= 400:
                self._judge(f"{method} {path}", status, told)
                return status, None
            return status, json.loads(found or "null")
        except (OSError, http.client.HTTPException, ValueError):
            return NO_ANSWER, None

    def _judge(self, what: str, status: int, told: http.client.HTTPMessage) -> None:
        if status >= 500 and status != 503:
            self.wrong.append(f"{what} answered {status}")
        if status == 503 and not told.get("Retry-After"):
            self.wrong.append(f"{what} answered 503 without Retry-After")

    def get(self, path: str) -> Any:
        """Return what is there; None when nobody answers."""
        return self.ask("GET", path)[1]

    def state_of(self, path: str) -> str | None:
        """Return the state of a record; None when nobody answers."""
        return (self.get(path) or {}).get("state")


class Load:
    """Submits the jobs that a seed gives, and acts on them."""

    def __init__(self, port: int, seed: int) -> None:
        self.api, self.dataset_id, self.requests = Api(port), 0, draw_jobs(seed)
        self.batch_requests = draw_batches(seed)
        self.batches: set[int] = set()
        self.submitted: set[int] = set()
        self.deleted: set[int] = set()
        self.perhaps_deleted: set[int] = set()  # no answer came
        self.sent = 0
        self.acts = 0
        self.furthest: dict[int, float] = {}  # the progress of jobs that was seen last
        self.unclear: set[int] = set()  # perhaps run again by a person: no answer came

    def begin(self, token: str, table: str) -> None:
        """Upload the table that all jobs learn from, and wait until it was read."""
        self.api.token = token
        self.dataset_id = self.api.send_table(table)
        path = f"/datasets/{self.dataset_id}"
        wait_for("the dataset is read", lambda: self.api.state_of(path) == "ready", START_S)

    def submit(self, request: dict[str, Any] | None = None) -> int:
        """Submit a job and return its id; without an answer it asks again with the same key.

        Raises
        ------
        TimeoutError
            When nobody takes it for two minutes.
        """
        job = int(self._send("/jobs", request or next(self.requests))["id"])
        self.submitted.add(job)
        return job

    def submit_batch(self) -> int:
        """Submit a search, or a batch that tries several, and return its id, as `submit` does."""
        answer = self._send("/batches", next(self.batch_requests))
        self.batches.add(answer["batch_id"])
        return int(answer["batch_id"])

    def _send(self, path: str, request: dict[str, Any]) -> dict[str, Any]:
        self.sent += 1
        body, key = {"dataset_id": self.dataset_id} | request, f"chaos-{self.sent}"
        taken: list[dict[str, Any]] = []

        def is_taken() -> bool:
            status, answer = self.api.ask("POST", path, body, **{"Idempotency-Key": key})
            if status in {400, 422}:  # asking again would not help
                raise AssertionError(f"{path} refused {body} with {status}")
            taken.extend([answer] if status == 201 else [])
            return bool(taken)

        wait_for(f"request {self.sent} is taken", is_taken, 120)
        return taken[0]

    def act(self, what: str, pick: float) -> None:
        """Cancel, keep, run again or delete a job, whatever its state."""
        jobs = sorted(self.submitted - self.deleted - self.perhaps_deleted)
        if not jobs:
            return
        # The later ones are more often still in some state that is worth an act.
        job = choose(1 - (1 - pick) ** 3 if pick < 1 else 0.0, jobs)
        self.acts += 1
        if what == "delete":
            status, _ = self.api.ask("DELETE", f"/jobs/{job}")
            if status == 204:
                self.deleted.add(job)
            elif status in {NO_ANSWER, 404, 500, 503}:
                self.perhaps_deleted.add(job)
        else:
            status, _ = self.api.ask("POST", f"/jobs/{job}/{PATHS[what]}")
            if what == "retry":  # the one act after which a job begins at nothing
                self.furthest.pop(job, None)
                self.unclear |= {job} if status in {NO_ANSWER, 500, 503} else set()

    def act_on_batch(self, what: str, pick: float) -> None:
        """Cancel, keep or run again a batch, whatever its state."""
        if not self.batches:
            return
        self.acts += 1
        batch = choose(pick, sorted(self.batches))
        self.api.ask("POST", f"/batches/{batch}/{what}")
        if what == "retry":  # perhaps heard without an answer, and of jobs that are not known here
            self.unclear |= set(self.furthest) - self.submitted
            for job in self.unclear:
                self.furthest.pop(job, None)

    def count_going(self) -> int | None:
        """Count the batches that go on; None when nobody answers."""
        answer = self.api.get("/batches?limit=200")
        if answer is None:
            return None
        return sum(batch["state"] == "going" for batch in answer["items"])

    def sample(self) -> None:
        """Look at the newest jobs: the progress of none may be less than it was."""
        for job in (self.api.get("/jobs?limit=20") or {"items": []})["items"]:
            number, now = job["id"], job["progress"]
            before = self.furthest.get(number, 0.0)
            if now < before and number not in self.unclear:
                self.api.wrong.append(
                    f"job {number} fell from {before:.0%} to {now:.0%} in attempt {job['attempt']}"
                )
            self.furthest[number] = now

    def count_open(self) -> int | None:
        """Count the jobs that are not over; None when nobody answers."""
        summary = self.api.get("/queue")
        return None if summary is None else summary["running"] + summary["queued"]
