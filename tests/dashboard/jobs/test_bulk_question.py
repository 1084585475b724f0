"""The question before many jobs are changed says whose they are, and which are deleted."""

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import User
from dashboard.extensions import db
from dashboard.jobs.bulk import counts as bulk_counts
from dashboard.jobs.page.time_up import NOBODY
from tests.factories import make_dataset, make_job, make_user
from tests.page import PageClient, words_of


def ask(app: Flask, user: User, ids: list[int], action: str = "delete") -> str:
    url = f"/jobs/bulk?action={action}&jobs={','.join(map(str, ids))}&back=/jobs"
    return words_of(PageClient(app, user).get(url).find("main"))


def test_other_peoples_jobs_are_spoken_of_where_there_are_some(app: Flask, member: User) -> None:
    admin = make_user(role="admin")
    own = make_job(admin, name="mine", state="failed").id
    other = make_job(member, name="theirs", state="failed").id
    for action in ("delete", "tag"):
        assert "other people" not in ask(app, admin, [own], action)
        both = ask(app, admin, [own, other], action)
        assert "You are an admin: 1 job of other people is among them" in both
    said = ask(app, member, [own, other])
    assert "1 job of other people stays as it is" in said
    assert f"#{other} theirs" in said
    assert f"#{own} mine" not in said
    assert "other people" not in ask(app, member, [other])


def test_jobs_that_are_to_be_deleted_are_named_up_to_ten(app: Flask, member: User) -> None:
    ids = [make_job(member, name=f"old {n}", state="failed").id for n in range(12)]
    running = make_job(member, name="busy", state="running").id
    said = ask(app, member, [*ids, running])
    assert "busy" not in said
    assert [n for n in range(12) if f" old {n} " in said] == list(range(2, 12))
    assert "and 2 more" in said
    assert "old 3" not in ask(app, member, ids, "tag")


def test_what_stays_as_it_is_has_the_words_of_its_badges(app: Flask, member: User) -> None:
    jobs = [make_job(member, state="cancelled", stopped_by=by) for by in (NOBODY, "Ada", NOBODY)]
    ids = [job.id for job in (*jobs, make_job(member, state="running"))]
    said = ask(app, member, ids, "cancel")
    assert "cancelled or being stopped; 1 cancelled, 2 skipped stay as they are" in said
    alone = ask(app, member, [jobs[0].id, jobs[2].id, ids[-1]], "cancel")
    assert "; 2 skipped stay as they are" in alone


@pytest.mark.parametrize(
    ("action", "said_of"),
    [
        ("cancel", "2 of them can be cancelled or being stopped; 1 cancelled, 1 skipped stay"),
        ("delete", "0 models and 0 predictions made with them"),
    ],
)
def test_all_that_match_are_counted_by_as_many_questions_however_many_they_are(
    any_app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, action: str, said_of: str
) -> None:
    monkeypatch.setattr(bulk_counts, "AT_ONCE", 2)
    dataset, other = make_dataset(member), make_user()
    statements: list[str] = []

    def ask_of_all() -> str:
        statements.clear()
        page = PageClient(any_app, member).get(
            f"/jobs/bulk?action={action}&matching=true&back=/jobs"
        )
        return words_of(page.find("main"))

    def add() -> None:
        for state, by in (("cancelled", NOBODY), ("cancelled", "Ada"), ("running", None)):
            make_job(member, dataset, state=state, stopped_by=by)
        make_job(other, dataset, state="running")

    with any_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note := lambda *a: statements.append(a[2]))
    add()
    said = ask_of_all()
    assert (few := len(statements)) > 5
    assert "4 jobs match" in said
    assert said_of in said
    assert "1 job of other people stays as it is" in said
    for _ in range(3):
        add()
    said = ask_of_all()
    event.remove(engine, "before_cursor_execute", note)
    assert "16 jobs match" in said
    assert "4 jobs of other people stay as they are" in said
    assert len(statements) == few
