"""The place of a waiting job is the order in which workers take jobs."""

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.db import Job
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.claiming import claim_next_job
from dashboard.jobs.lists import read_listing
from dashboard.jobs.order import find_place, find_places
from tests.factories import make_dataset, make_job, make_user


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(jobs=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-1, 0, 1])), max_size=9))
def test_places_are_the_order_of_claims(any_app: Flask, jobs: list[tuple[int, int]]) -> None:
    with writing() as session:
        session.query(Job).delete()
    owners = [make_user() for _ in range(3)]
    dataset = make_dataset(owners[0])
    make_job(owners[0], dataset, state="running")
    for owner, priority in jobs:
        make_job(owners[owner], dataset, priority=priority)
    expected = list(find_places())
    claimed = []
    while claim := claim_next_job(worker="worker-1"):
        claimed.append(claim.job_id)
    assert claimed == expected


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
