"""What must hold for a job's rows, at every moment and from one moment to the next."""

from typing import Any

from sqlalchemy import select

from dashboard.db import Chore, Job, JobAttempt, JobEvent, JobFold, LogLine, Model
from dashboard.db.states import HELD, TERMINAL, TRANSITIONS, JobState
from dashboard.extensions import db

RECORDS = (Job, JobAttempt, JobFold, JobEvent, LogLine, Model, Chore)
ENDS = {"succeeded", "failed", "cancelled", "worker_died", "child_died", "handed_back"}
Rows = dict[str, list[dict[str, Any]]]


def read_rows() -> Rows:
    """Read every row about jobs, as they are now."""
    db.session.rollback()
    found: Rows = {}
    for record in RECORDS:
        table = record.__table__
        rows = db.session.execute(select(table).order_by(table.c.id)).mappings()
        found[table.name] = [dict(row) for row in rows]
    db.session.rollback()
    return found


def of_job(rows: Rows, table: str, job_id: int) -> list[dict[str, Any]]:
    """Return a table's rows of one job, in their order."""
    return [row for row in rows[table] if row["job_id"] == job_id]


def check(rows: Rows) -> None:
    """Check what must hold at every moment."""
    ids = {job["id"] for job in rows["jobs"]}
    for table in ("job_attempts", "job_folds", "job_events", "log_lines", "models"):
        assert {row["job_id"] for row in rows[table]} <= ids, f"{table} of a job that is gone"
    for job in rows["jobs"]:
        _check_attempts(job, of_job(rows, "job_attempts", job["id"]))
        _check_events(job, of_job(rows, "job_events", job["id"]))
        _check_end(job, len(of_job(rows, "models", job["id"])))
        folds = [fold["fold"] for fold in of_job(rows, "job_folds", job["id"])]
        assert len(folds) == len(set(folds)), "a fold was kept twice"
        lines = [line["n"] for line in of_job(rows, "log_lines", job["id"])]
        assert lines == list(range(1, len(lines) + 1))


def _check_attempts(job: dict[str, Any], attempts: list[dict[str, Any]]) -> None:
    assert [a["number"] for a in attempts] == list(range(1, job["attempt"] + 1))
    live = [a for a in attempts if a["ended_at"] is None]
    if job["state"] in HELD:
        assert [a["lease"] for a in live] == [job["lease"]], "not exactly one live lease"
        assert live == attempts[-1:]
        assert job["worker"] == live[0]["worker"]
        assert job["heartbeat_at"] is not None
    else:
        assert not live, "an attempt that goes on although nobody holds the job"
        assert (job["lease"], job["worker"], job["heartbeat_at"]) == (None, None, None)
    for attempt in attempts:
        ended = attempt["ended_at"] is not None
        assert ended == (attempt["ended_by"] is not None)
        assert not ended or attempt["ended_by"] in ENDS
    assert len({a["lease"] for a in attempts}) == len(attempts)


def _check_events(job: dict[str, Any], events: list[dict[str, Any]]) -> None:
    assert (events[0]["from_state"], events[0]["to_state"]) == (None, "queued")
    for before, after in zip(events, events[1:], strict=False):
        assert after["from_state"] == before["to_state"]
        assert after["to_state"] in TRANSITIONS[JobState(after["from_state"])]
    assert events[-1]["to_state"] == job["state"]
    started = sum(event["to_state"] == "running" for event in events)
    assert started == job["attempt"]


def _check_end(job: dict[str, Any], models: int) -> None:
    state = job["state"]
    assert models == (state == "succeeded" and not job["score_only"])
    assert (job["finished_at"] is not None) == (state in TERMINAL)
    if state in {"failed", "lost"}:
        assert job["failure"]["code"]
        assert job["failure"]["message"]
    assert 0 <= job["progress"] <= 1
    assert (job["progress"] == 1) == (state == "succeeded")


def check_step(before: Rows, after: Rows) -> None:
    """Check what must hold between a moment and a later one."""
    now = {job["id"]: job for job in after["jobs"]}
    for old in before["jobs"]:
        new = now.get(old["id"])
        if new is None:
            assert old["state"] in TERMINAL, "a job that was not over was deleted"
            continue
        assert new["attempt"] >= old["attempt"]
        if old["state"] == "succeeded":
            assert new == old, "a job that succeeded changed"
        if old["state"] in HELD and new["lease"] == old["lease"]:
            assert new["progress"] >= old["progress"], "progress fell"
        for row in of_job(before, "job_folds", old["id"]):
            [kept] = [f for f in of_job(after, "job_folds", old["id"]) if f["fold"] == row["fold"]]
            assert kept == row or kept["attempt"] > row["attempt"], "a fold was rewritten"
        for table in ("job_events", "log_lines", "models"):
            was, now_is = of_job(before, table, old["id"]), of_job(after, table, old["id"])
            assert now_is[: len(was)] == was, f"{table} was rewritten"
        ended = [a for a in of_job(before, "job_attempts", old["id"]) if a["ended_at"]]
        assert of_job(after, "job_attempts", old["id"])[: len(ended)] == ended
