"""The place of a waiting job is the order in which workers take jobs."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.hints import count_hinted
from dashboard.jobs.listing.lists import read_listing
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.order import PLACES_SHOWN, READ_AT_ONCE, find_place, find_places
from dashboard.jobs.running.run_next import find_foremost
from tests.factories import make_dataset, make_job, make_user

pytestmark = pytest.mark.both_databases


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    jobs=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([-1, 0, 1, 2]), st.integers(-2, 0)),
        max_size=9,
    )
)
def test_places_are_the_order_of_claims(any_app: Flask, jobs: list[tuple[int, int, int]]) -> None:
    with writing() as session:
        session.query(Job).delete()
    owners = [make_user() for _ in range(3)]
    dataset = make_dataset(owners[0])
    make_job(owners[0], dataset, state="running")
    for owner, priority, rank in jobs:
        make_job(owners[owner], dataset, priority=priority, rank=rank)
    expected = list(find_places())
    claimed = []
    while claim := claim_next_job(worker="worker-1"):
        claimed.append(claim.job_id)
    assert claimed == expected
    assert len(claimed) == len(jobs)


def test_owners_take_turns_and_ranks_count_within_an_owner(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    dataset = make_dataset(ana)
    a1, a2, a3 = (make_job(ana, dataset, rank=rank).id for rank in (0, 0, -1))
    b1, b2 = (make_job(ben, dataset, rank=rank).id for rank in (-7, 0))
    low = make_job(ben, dataset, priority=-1, rank=-9).id
    high = make_job(ana, dataset, priority=1).id
    assert list(find_places()) == [high, b1, a3, b2, a1, a2, low]


def test_what_an_admin_put_first_knows_no_turns(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    dataset = make_dataset(ana)
    make_job(ana, dataset, state="running")
    bens = make_job(ben, dataset, priority=2, rank=-1).id
    first, second = (make_job(ana, dataset, priority=2, rank=rank).id for rank in (-3, -2))
    assert list(find_places()) == [first, second, bens]


def test_places_are_looked_for_as_far_as_somebody_asks(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    dataset = make_dataset(ana)
    a1, a2, b1, b2 = (make_job(owner, dataset).id for owner in (ana, ana, ben, ben))
    every = {a1: 1, b1: 2, a2: 3, b2: 4}
    assert find_places() == every
    assert find_places([b1, a1]) == {a1: 1, b1: 2}
    assert find_places([b2]) == find_places([a1, 10**6]) == every


def fill(owner: User, n_jobs: int, **values: object) -> None:
    """Add so many waiting jobs at once."""
    common = {
        "name": "job", "owner_id": owner.id, "dataset_id": make_dataset(owner).id, "target": "y",
        "task": "regression", "estimator": "Ridge", "metric": "r2", "state": "queued",
        "created_at": now(), "metrics": {},
    }  # fmt: skip
    with writing() as session:
        session.execute(insert(Job), [common | values for _ in range(n_jobs)])


def test_places_of_a_long_queue_are_the_first_ones(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    fill(ana, READ_AT_ONCE + 7)
    fill(ben, PLACES_SHOWN + 20)
    places = find_places()
    assert len(places) == PLACES_SHOWN
    assert list(places.values()) == list(range(1, PLACES_SHOWN + 1))
    owners = dict(db.session.query(Job.id, Job.owner_id))
    turns = [owners[job_id] for job_id in places]
    assert turns[:6] == [ana.id, ben.id] * 3
    assert turns.count(ana.id) == READ_AT_ONCE + 7
    last = db.session.get_one(Job, max(owners))
    assert find_place(last) is None


def test_place_does_not_depend_on_filter_or_sort(app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset, name=f"q{n}") for n in range(4)]
    for query in ({"q": "q3"}, {"sort": "-name"}, {}):
        listing = read_listing(query)
        places = {view.job.name: view.position for view in [*listing.active, *listing.finished]}
        assert places["q3"] == 4, query
    db.session.rollback()
    assert find_place(jobs[3]) == 4


def rows_read(app: Flask, statements: list[tuple[str, object]]) -> int:
    """Return how many rows of `jobs` the statements go over, as PostgreSQL counts them."""
    found = 0
    for statement, parameters in statements:
        if "set_config" in statement:
            db.session.connection().exec_driver_sql(statement, parameters)
            continue
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        plan = db.session.connection().exec_driver_sql(explain, parameters).scalar_one()
        nodes = [plan[0]["Plan"]]
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", [])
            if node.get("Relation Name") == "jobs":
                seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                found += int(seen * node["Actual Loops"])
    return found


def test_a_long_queue_is_not_read(any_app: Flask) -> None:
    """Not even where the planner's statistics know nothing of the jobs that were just added."""
    owners = make_user(), make_user()
    if db.engine.dialect.name == "postgresql":
        fill(owners[0], 3000, state="succeeded")
        with writing() as session:
            session.connection().exec_driver_sql("ANALYZE jobs")
    for owner in owners:
        for priority in (0, 1):
            fill(owner, 2000, priority=priority)
    statements: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        if "FROM jobs" in statement or "set_config" in statement:
            statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    find_places()
    count_hinted(Job)
    find_foremost(owners[0])
    event.remove(db.engine, "before_cursor_execute", note)
    assert statements
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        assert rows_read(any_app, statements) < 3 * PLACES_SHOWN
        return
    for statement, parameters in statements:
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", parameters
        )
        steps = [row[3] for row in plan if " jobs" in row[3]]
        assert steps
        assert all(step.startswith("SEARCH jobs USING COVERING INDEX") for step in steps), steps


def test_the_foremost_is_read_from_the_index_where_statistics_are_old(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    fill(ana, 9000, state="succeeded")
    with writing() as session:
        session.connection().exec_driver_sql("ANALYZE")
    for owner in (ana, ben):
        for priority in (0, 1):
            fill(owner, 2000, priority=priority)
    statements: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    foremost = find_foremost(ben)
    event.remove(db.engine, "before_cursor_execute", note)
    assert foremost is not None
    assert foremost.priority == 1
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        assert rows_read(any_app, [s for s in statements if "FROM users" not in s[0]]) < 9
