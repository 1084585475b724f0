"""What no time was left for is called skipped in every sentence and refusal."""

import ast

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.errors import Conflict
from dashboard.jobs import service
from dashboard.jobs.changing import once_more
from dashboard.jobs.changing.undo_routes import say_stopped
from dashboard.jobs.page.time_up import NOBODY
from dashboard.jobs.running import run_next
from tests.architecture.source import name_of, parse, python_files
from tests.factories import make_job

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def skipped(app: Flask, member: User) -> Job:
    return make_job(member, state="cancelled", stopped_by=NOBODY)


def test_refusals_call_it_skipped(skipped: Job, member: User) -> None:
    asked = {"user": member, "job_id": skipped.id}
    for act in (
        lambda: service.cancel_job(**asked),
        lambda: run_next.run_next(**asked),
        lambda: once_more.submit_once_more(**asked, page_key=None),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert "skipped" in refusal.value.message
        assert "cancelled" not in refusal.value.message
    assert say_stopped(skipped).endswith("is skipped")


def test_no_sentence_names_a_state_past_the_one_function() -> None:
    """`say_state` knows what a badge says; the bare state of a skipped job is cancelled."""
    jobs = {"job", "stays", "winner", "found_job"}
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("dashboard")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FormattedValue)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "state"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in jobs
    ]
    assert not wrong
