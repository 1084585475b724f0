"""Lists and live parts leave out what may be long: the names that a job or a model learns from."""

from flask import Flask
from sqlalchemy import inspect, select

from dashboard.db import Model, User
from dashboard.extensions import db
from dashboard.jobs.asking.features import load_features
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.pages import list_jobs
from dashboard.jobs.queries import get_job
from tests.factories import make_model, make_succeeded_job


def test_lists_do_not_read_names_of_columns(app: Flask, member: User) -> None:
    make_model(make_succeeded_job(member), schema={"features": ["age"]})
    db.session.expunge_all()
    (job,) = list_jobs(filters=JobFilters()).items
    model = db.session.scalars(select(Model)).one()
    assert "features" in inspect(job).unloaded
    assert "schema" in inspect(model).unloaded
    assert model.schema == {"features": ["age"]}


def test_names_of_several_jobs_are_read_at_once(app: Flask, member: User) -> None:
    made = [make_succeeded_job(member).id for _ in range(3)]
    db.session.expunge_all()
    jobs = [get_job(user=member, job_id=job_id) for job_id in made]
    load_features(made)
    assert not [job for job in jobs if "features" in inspect(job).unloaded]
    assert jobs[0].features == ["age", "city", "income"]
    assert jobs[0].dataset.name
