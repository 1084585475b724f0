"""How a chore ends: by who holds its lease alone, and together with what it was about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.chores import service as chores
from dashboard.chores.service import CHECK, CONVERT, DELIVER, EXPLAIN, LEARN
from dashboard.clock import now
from dashboard.config import load_settings
from dashboard.datasets.reading import OF_A_FILE
from dashboard.db import (
    Chore,
    Dataset,
    Delivery,
    Difference,
    Job,
    Model,
    Prediction,
    Preflight,
    Relation,
    one_by_one,
)
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.preflight.checks import ASKED
from dashboard.models.conversion import WAITING
from tasks import chores as task
from tasks import dispatcher, model_chores
from tasks.child import CannotStart
from tasks.chore_kinds import KINDS
from tests.claims import claim_chore
from tests.factories import make_dataset, make_model, make_user

FAR = "https://a.example/b.csv"
LOST = timedelta(seconds=30)
ASKED_FOR = {**dict.fromkeys(ASKED), "estimator": "Ridge", "parameters": {}}
BOOM = {"code": "UNKNOWN", "message": "boom", "hint": ""}


Subject = Dataset | Delivery | Difference | Job | Model | Prediction | Preflight | Relation


def make_subject(kind: str) -> Subject:
    """Make what a chore of a kind is about, and ask for the chore."""
    if kind == DELIVER:
        made: Any = Delivery(user_id=make_user().id, token="d", body={"event": "test"})
    else:
        made = make_subject_of_data(kind)
    with writing() as session:
        if kind == CONVERT:
            made.state, made.files = "ready", {**made.files, "onnx": WAITING}
        session.add(made)
        session.flush()
        chores.add_chore(session, kind, made.id)
    return made


def make_subject_of_data(kind: str) -> Any:
    """Make what a chore about a dataset, job or model is about, and do not keep it yet."""
    if kind in OF_A_FILE:
        made: Any = make_dataset(state="reading", source={"kind": "address", "address": FAR})
    elif kind == "compare_versions":
        made = Difference(from_id=make_dataset().id, to_id=make_dataset().id)
    elif kind in {EXPLAIN, LEARN}:
        made = make_model(files={"joblib": {"key": "joblib"}}).job
    elif kind == "relate_target":
        made = Relation(dataset_id=make_dataset(table_key="t").id, target="churned")
    elif kind == CHECK:
        dataset = make_dataset(table_key="t")
        made = Preflight(
            dataset_id=dataset.id, owner_id=dataset.owner_id, key="k", asked=ASKED_FOR
        )
    else:
        made = make_model(state="verifying", files={
            name: {"key": f"jobs/1/{'ab' * 8}/{name}", "sha256": "x"}
            for name in ("bundle", "check", "joblib")
        })  # fmt: skip
    if kind in {"predict", "match_file"}:
        made = Prediction(
            model_id=made.id, owner_id=made.job.owner_id, kind="file", token="ab" * 8
        )
    return made


def fall_silent(attempt: int = 1) -> None:
    with writing() as session:
        for chore in session.scalars(select(Chore).where(Chore.state == "running")):
            chore.heartbeat_at, chore.attempt = now() - 2 * LOST, attempt


def states(subject: Any) -> tuple[str, list[str]]:
    """Return the states of a subject and of all chores."""
    db.session.rollback()
    db.session.refresh(subject)
    state = subject.state
    if isinstance(subject, Model) and state == "ready":  # offered, whatever comes of its ONNX
        state = "refused" if "reason" in subject.files["onnx"] else "waiting"
    return state, list(db.session.scalars(select(Chore.state).order_by(Chore.id)))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("end", ["fail", "finish"])
def test_who_has_lost_the_lease_changes_nothing(any_app: Flask, kind: str, end: str) -> None:
    subject = make_subject(kind)
    late = KINDS[kind](claim_chore("former"))
    late.payload()
    fall_silent()
    chores.recover_stale_chores(before=now() - LOST, give_up=dispatcher.give_up)
    claim_chore("latter")
    before = states(subject)
    assert before[1] == ["running"]
    {"fail": lambda: late.fail(BOOM), "finish": lambda: late.finish({})}[end]()
    assert states(subject) == before


def test_a_former_reading_that_fails_refuses_nothing(any_app: Flask) -> None:
    dataset = make_subject("read_dataset")
    late = KINDS["read_dataset"](claim_chore())
    late.payload()
    with writing() as session:  # as when it is to be read in another way
        session.get_one(Dataset, dataset.id).reading += 1
        chores.add_chore(session, "read_dataset", dataset.id)
    late.fail(BOOM)
    assert states(dataset) == ("reading", ["failed", "queued"])


def test_a_reading_that_fails_refuses_the_file(any_app: Flask) -> None:
    dataset = make_subject("read_dataset")
    held = KINDS["read_dataset"](claim_chore())
    held.payload()
    held.fail(BOOM | {"hint": "Try again"})
    assert states(dataset) == ("refused", ["failed"])
    assert dataset.problems[0]["message"] == "boom. Try again"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_chore_is_given_up_with_its_subject_or_not_at_all(any_app: Flask, kind: str) -> None:
    subject = make_subject(kind)
    claim_chore()
    fall_silent(attempt=10)
    before = states(subject)

    def die(session: Session, kind: str, subject_id: int, failure: Mapping[str, Any]) -> None:
        dispatcher.give_up(session, kind, subject_id, failure)
        session.flush()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chores.recover_stale_chores(before=now() - LOST, give_up=die)
    assert states(subject) == before
    dispatcher.recover(load_settings(), now())
    asked = {"predict", "match_file", "compare_versions", "relate_target", CHECK}
    endings = dict.fromkeys(asked, "failed") | {EXPLAIN: "succeeded", LEARN: "succeeded"}
    endings[DELIVER] = "waiting"  # for another attempt
    ended = endings.get(kind, "refused")
    assert states(subject) == (ended, ["failed"])


def test_a_chore_that_cannot_be_taken_back_keeps_no_other_from_it(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = make_subject("predict"), make_subject("verify_model")
    for _ in range(2):
        claim_chore()
    fall_silent(attempt=10)

    def broken(*_: Any) -> None:
        raise KeyError("output")

    monkeypatch.setattr(one_by_one, "_logged", {})
    monkeypatch.setitem(dispatcher.GIVE_UP, "predict", broken)
    dispatcher.recover(load_settings(), now())
    assert states(good) == ("refused", ["running", "failed"])
    assert states(bad)[0] != "failed"
    assert "could not be taken back" in caplog.text


def test_what_another_chore_reads_is_not_refused(any_app: Flask) -> None:
    dataset = make_subject("read_dataset")
    claim_chore()
    fall_silent(attempt=10)
    with writing() as session:
        chores.add_chore(session, "read_dataset", dataset.id)
    dispatcher.recover(load_settings(), now())
    assert states(dataset) == ("reading", ["failed", "queued"])


class DeadChild:
    """A child that has died by itself, or that will not end; it notes when it is killed."""

    def __init__(self, acts: list[str], *, is_alive: bool) -> None:
        self.acts, self.is_alive = acts, is_alive

    def read_events(self, _wait_s: float) -> list[dict[str, Any]]:
        return []

    def keep_alive(self) -> None:
        pass

    def kill(self) -> None:
        self.acts.append("kill")


@pytest.mark.parametrize("is_alive", [False, True])
def test_nobody_else_begins_while_the_child_may_write(
    app: Flask, monkeypatch: pytest.MonkeyPatch, is_alive: bool
) -> None:
    make_subject("read_dataset")
    held, acts = claim_chore(), []  # type: ignore[var-annotated]
    monkeypatch.setattr(task, "put_back", lambda **_: acts.append("put back"))
    child = DeadChild(acts, is_alive=is_alive)
    watch = task.ChoreWatch(held, KINDS[held.kind](held), child)  # type: ignore[arg-type]
    if is_alive:  # the worker was asked to stop, and the grace is over
        monkeypatch.setattr(task.draining, "is_set", lambda: True)
        watch.drain_since = -task.settings.grace_s - 1.0
    watch.run()
    assert acts == ["kill", "put back"]


def test_a_worker_that_can_start_no_process_puts_its_chore_back_and_is_started_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    def refuse(*_: Any, **__: Any) -> None:
        raise CannotStart("no process could be started")

    monkeypatch.setattr(task, "Child", refuse)
    monkeypatch.setattr(task.Presence, "leave", lambda: left.append("left"))
    dataset = make_subject("read_dataset")
    task.run_chore(claim_chore())
    assert left == ["left"]
    assert states(dataset) == ("reading", ["queued"])


class Hungry:
    """A child that has taken so much memory."""

    def __init__(self, memory: int) -> None:
        self.memory, self.is_alive, self.killed = memory, True, False

    def read_events(self, timeout_s: float) -> list[dict[str, Any]]:
        return []

    def memory_bytes(self) -> int:
        return self.memory

    def kill(self) -> list[dict[str, Any]]:
        self.killed = True
        return []


@pytest.mark.parametrize(
    ("memory", "late_s", "code"), [(2_000, 0, "MEM_LIMIT"), (1, 901, "TIME_LIMIT")]
)
def test_what_explains_a_model_is_stopped_at_its_limits(
    any_app: Flask, memory: int, late_s: float, code: str
) -> None:
    job = make_subject(EXPLAIN)
    with writing() as session:
        session.get_one(Job, job.id).memory_limit_bytes = 1_000
    held, child = claim_chore(), Hungry(memory)
    kind = KINDS[held.kind](held)
    assert kind.payload() is not None
    watch = task.ChoreWatch(held, kind, child)  # type: ignore[arg-type]
    watch.started -= late_s
    watch.run()
    assert child.killed
    chore = db.session.scalars(select(Chore)).one()
    assert (chore.state, chore.failure["code"]) == ("failed", code)  # type: ignore[index]


@pytest.mark.parametrize(
    ("memory", "late_s", "why"),
    [(1_000_001, 0, "it needed more than 1.0 MB of memory"), (1, 121, "it took more than 2 min")],
)
def test_a_conversion_keeps_no_prediction_waiting_and_ends_at_its_limits(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, memory: int, late_s: float, why: str
) -> None:
    limited = replace(task.settings, job_memory_bytes=1_000_000)
    monkeypatch.setattr(model_chores, "settings", limited)
    model = make_subject(CONVERT)
    assert chores.claim_next_chore(worker="light") is None  # nothing waits in the common turn
    held, child = claim_chore(), Hungry(memory)
    kind = KINDS[held.kind](held)
    assert kind.payload() is not None
    watch = task.ChoreWatch(held, kind, child)  # type: ignore[arg-type]
    watch.started -= late_s
    watch.run()
    assert child.killed
    db.session.refresh(model)
    assert model.files["onnx"]["reason"].startswith(f"It could not be converted: {why}")  # type: ignore[union-attr]
