"""A request that is checked first: asked once, answered by a chore, never in the way."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from dashboard import queue
from dashboard.chores.service import ChoreClaim, beat, claim_next_chore
from dashboard.clock import now
from dashboard.datasets.purging import purge_deleted
from dashboard.datasets.service import delete_dataset
from dashboard.db import Chore, Dataset, Job, Preflight, User
from dashboard.db.transaction import writing
from dashboard.errors import Forbidden, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.preflight import routes as preflight_routes
from dashboard.jobs.preflight.checks import (
    ask_preflight,
    find_refused,
    get_preflight,
    stop_preflight,
)
from dashboard.retention.rows import forget_rows
from dashboard.storage import get_storage, keys, storage_address
from tasks import preflight_chore
from tasks.child_work import check_request
from tasks.chore_kinds import KINDS
from tests.engine.tables import mixed_csv, read
from tests.factories import make_dataset, make_user
from tests.page import PageClient, values_of, words_of


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint, and nobody who waits for long."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    monkeypatch.setattr(preflight_routes, "PATIENCE_S", 0)


def make_table(folder: Path, text: str, owner: User | None = None) -> Dataset:
    path, dialect, columns = read(text, folder)
    n_rows = text.count("\n") - 1
    dataset = make_dataset(owner, columns=columns, dialect=dialect, rows=n_rows)
    key = keys.dataset_table(dataset.id, dataset.token, 1)
    get_storage().put_file(key, path)
    with writing() as session:
        session.get_one(Dataset, dataset.id).table_key = key
    return dataset


def body(dataset: Dataset, **changes: Any) -> dict[str, Any]:
    base = {"dataset_id": dataset.id, "target": "y_class", "estimator": "LogisticRegression"}
    return base | changes


def count(record: type[Any] = Chore) -> int:
    return db.session.scalar(select(func.count()).select_from(record)) or 0


def take() -> ChoreClaim:
    claim = claim_next_chore(worker="light", lane="check")
    assert claim is not None
    return claim


def do_chore() -> None:
    """Do the next chore in this process."""
    claim = take()
    kind = KINDS[claim.kind](claim)
    payload = kind.payload()
    assert payload is not None
    told: list[dict[str, Any]] = []
    check_request(
        payload | {"storage": storage_address(current_app.config["SETTINGS"])}, told.append
    )
    for event in told[:-1]:
        assert kind.take(event)
    kind.finish(told[-1]["values"])


def test_a_request_is_checked_once(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(300))
    asked = ask_preflight(user=dataset.owner, request=body(dataset, name="a"))
    again = ask_preflight(user=dataset.owner, request=body(dataset, name="b", priority="high"))
    assert (asked.id, asked.state, count()) == (again.id, "queued", 1)
    do_chore()
    db.session.refresh(asked)
    assert (asked.state, asked.failure, asked.answer["error"]) == ("ready", None, None)
    assert (asked.answer["rows"], asked.answer["sample"]["rows"]) == (300, 200)
    assert asked.answer["memory"]["bytes"] > asked.answer["memory"]["process"] > 50_000_000
    ask_preflight(user=dataset.owner, request=body(dataset))
    assert count() == 1
    ask_preflight(user=dataset.owner, request=body(dataset, seed=1))
    ask_preflight(user=make_user(), request=body(dataset))
    assert count() == 3


def test_one_that_failed_is_tried_again(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(60))
    asked = ask_preflight(user=dataset.owner, request=body(dataset))
    claim = take()
    kind = KINDS[claim.kind](claim)
    assert kind.take({"type": "part", "answer": {"rows": 60}})
    kind.fail({"code": "TIME_LIMIT", "message": "stopped", "hint": ""})
    db.session.refresh(asked)
    assert (asked.state, asked.answer, asked.failure["message"]) == (
        "failed", {"rows": 60}, "stopped",
    )  # fmt: skip
    again = ask_preflight(user=dataset.owner, request=body(dataset))
    assert (again.id, again.state, again.answer, count()) == (asked.id, "queued", None, 2)


def test_what_cannot_be_submitted_is_not_checked(any_app: Flask) -> None:
    dataset = make_dataset()
    with pytest.raises(ValidationFailed) as raised:
        ask_preflight(user=dataset.owner, request={"dataset_id": dataset.id, "target": "nothing"})
    assert set(raised.value.fields) == {"target"}
    with pytest.raises(Forbidden):
        ask_preflight(user=make_user(role="viewer"), request={"dataset_id": dataset.id})
    assert count() == count(Preflight) == 0


def test_who_gives_up_ends_the_chore(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(60))
    asked = ask_preflight(user=dataset.owner, request=body(dataset))
    with pytest.raises(NotFound):
        stop_preflight(user=make_user(), preflight_id=asked.id)
    claim, preflight_id = take(), asked.id
    stop_preflight(user=dataset.owner, preflight_id=preflight_id)
    assert not beat(claim=claim)
    kind = KINDS[claim.kind](claim)
    assert kind.take({"type": "part", "answer": {}}) is False
    kind.finish({"answer": {}})
    assert count(Preflight) == 0
    with pytest.raises(NotFound):
        get_preflight(user=dataset.owner, preflight_id=preflight_id)


def test_checks_go_with_their_dataset_and_after_a_day(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(60))
    asked = ask_preflight(user=dataset.owner, request=body(dataset))
    ask_preflight(user=dataset.owner, request=body(dataset, seed=2))
    with writing() as session:
        session.get_one(Preflight, asked.id).created_at = now() - timedelta(days=2)
    forget_rows(now())
    assert count(Preflight) == 1
    delete_dataset(user=dataset.owner, dataset_id=dataset.id)
    with pytest.raises(ValidationFailed):
        ask_preflight(user=dataset.owner, request=body(dataset, seed=3))
    purge_deleted(before=now() + timedelta(minutes=1))
    assert count(Preflight) == 0


def test_limits_stop_a_check_and_say_where_it_was(app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path, mixed_csv(60))
    limit = 300_000_000
    ask_preflight(user=dataset.owner, request=body(dataset, memory_limit_bytes=limit))
    claim = take()
    kind = KINDS[claim.kind](claim)
    kind.payload()
    assert kind.exceeded(lambda: limit, 1.0) is None
    found = kind.exceeded(lambda: limit + 1, 1.0) or {}
    words = "more than 300 MB of memory, reading and encoding the table. So would the job"
    assert words in found["message"]
    columns = {"columns": {"after": 3}, "sample": {"rows": 200, "is_fitted": False}}
    kind.take({"type": "part", "answer": columns})
    found = kind.exceeded(lambda: 0, preflight_chore.TIME_LIMIT_S + 1) or {}
    assert found["message"] == "The check was stopped after 20 s, fitting 200 rows"
    columns["sample"]["is_fitted"] = True
    kind.take({"type": "part", "answer": columns})
    found = kind.exceeded(lambda: 0, preflight_chore.TIME_LIMIT_S + 1) or {}
    assert "looking for what makes scores too good, once the fit was over" in found["message"]


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


TOO_MANY = {"parameters.n_neighbors": "290"}


def open_form(pages: PageClient, dataset: Dataset, estimator: str = "LogisticRegression") -> Any:
    address = f"/jobs/new?dataset_id={dataset.id}&target=y_class&estimator={estimator}"
    return pages.get(address)


def check(pages: PageClient, page: Any, typed: dict[str, str], status: int = 200) -> Any:
    """Press the button without a script."""
    sent = values_of(page.find("#job-form")) | typed
    return pages.post("/jobs/check", sent, status=status)


def test_page_without_script_keeps_what_was_typed(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    dataset = make_table(tmp_path, mixed_csv(300), member)
    page = check(pages, open_form(pages, dataset), {"name": "mine"})
    assert "Waiting for the worker" in words_of(page.find("#preflight"))
    assert "No worker is running that could check it" in page.text
    assert page.find('[name="name"]')["value"] == "mine"
    do_chore()
    page = check(pages, page, {"name": "other"})
    found = words_of(page.find("#preflight"))
    assert "Nothing was found that would stop the job" in found
    assert "Rows 300" in found
    assert page.find('[name="name"]')["value"] == "other"
    assert count(Job) == 0


def test_error_stands_at_its_field_and_submit_asks_once(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    dataset = make_table(tmp_path, mixed_csv(300), member)
    page = check(pages, open_form(pages, dataset, "KNeighborsClassifier"), TOO_MANY)
    do_chore()
    page = check(pages, page, {})
    assert set(page.errors) == {"parameters.n_neighbors"}
    assert page.errors["parameters.n_neighbors"].endswith(". Lower n_neighbors")
    found = words_of(page.find("#preflight"))
    assert "n_neighbors is greater than the rows that a fold is trained on" in found
    assert "Set n_neighbors = 5" in found
    page = pages.submit(page, {}, form="#job-form", status=409)
    assert "Queue it again to go ahead anyway" in page.text
    assert count(Job) == 0
    pages.submit(page, {}, form="#job-form", status=303)
    assert count(Job) == 1


def test_another_request_than_the_one_that_was_checked_is_queued(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    dataset = make_table(tmp_path, mixed_csv(300), member)
    page = check(pages, open_form(pages, dataset, "KNeighborsClassifier"), TOO_MANY)
    do_chore()
    same = body(dataset, estimator="KNeighborsClassifier", parameters={"n_neighbors": 290})
    assert find_refused(user=member, request=same) is not None
    fewer = {"parameters.n_neighbors": "5"}
    pages.submit(page, fewer, form="#job-form", status=303)
    assert count(Job) == 1


def test_form_with_errors_is_shown_as_when_it_is_sent(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    page = check(pages, page, {"validation.folds": "many"}, status=422)
    assert set(page.errors) == {"validation.folds"}
    assert count(Preflight) == 0


def test_part_of_the_page_polls_until_there_is_an_answer(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    dataset = make_table(tmp_path, mixed_csv(60).replace("Oslo", "<script>x</script>"), member)
    check(pages, open_form(pages, dataset), {})
    live = "/_live/jobs/check/1"
    assert "hx-trigger" in pages.live(live).get_data(as_text=True)
    do_chore()
    assert "hx-trigger" not in pages.live(live).get_data(as_text=True)
    assert "The check" not in pages.live("/_live/jobs/check/99").get_data(as_text=True)
