"""Migrations: they match the records, and go up and down on both databases."""

from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask, current_app
from flask_migrate import Config
from sqlalchemy import func, inspect, select, text

from dashboard.clock import now
from dashboard.db import (
    Dataset,
    Job,
    JobAttempt,
    JobEntry,
    JobEvent,
    JobFold,
    JobScore,
    JobSetting,
    JobTag,
    JobUsage,
    LogLine,
    Model,
    ScoreGroup,
)
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.migrating import bind
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job

HOUR = timedelta(hours=1)
OF_A_JOB = (Job, JobAttempt, JobEvent, JobFold, LogLine, Model)


def test_migrations_match_the_records(any_app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def find_config() -> Config:
    """Return what Alembic is asked with, for the database of the app."""
    bind(current_app)
    found: Config = current_app.extensions["migrate"].migrate.get_config()
    return found


def tables_that_count_up() -> set[str]:
    """Return the tables of a SQLite database that never give a number again."""
    made = text("SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%AUTOINCREMENT%'")
    with db.engine.connect() as connection:
        return set(connection.scalars(made))


def test_numbers_never_come_again_where_the_records_say_so(app: Flask) -> None:
    """A migration that makes a table anew loses this without a word."""
    lasting = {
        name
        for name, table in db.metadata.tables.items()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert {"datasets", "chores", "jobs", "models", "predictions"} <= lasting
    assert tables_that_count_up() == lasting
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0003")
    assert tables_that_count_up() == set()
    command.upgrade(config, "head")
    assert tables_that_count_up() == lasting


def test_the_number_of_what_was_deleted_is_not_given_again(any_app: Flask) -> None:
    gone = make_dataset()
    with writing() as session:
        session.delete(session.get_one(Dataset, gone.id))
    assert make_dataset().id > gone.id


def test_migrations_go_down_and_up_again(any_app: Flask) -> None:
    config = find_config()
    tables = set(inspect(db.engine).get_table_names())
    db.session.remove()
    command.downgrade(config, "base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    command.upgrade(config, "head")
    assert set(inspect(db.engine).get_table_names()) == tables


def count_rows() -> dict[str, int]:
    db.session.rollback()
    counts = {
        record.__tablename__: db.session.scalar(select(func.count()).select_from(record.__table__))
        for record in OF_A_JOB
    }
    db.session.remove()
    return counts  # type: ignore[return-value]


def test_what_belongs_to_a_job_outlives_a_step_down_and_up(any_app: Flask) -> None:
    job_id = make_model().job_id
    with writing() as session:
        session.add(JobAttempt(job_id=job_id, number=1, lease="a", worker="worker-1"))
        session.add(JobEvent(job_id=job_id, to_state="queued"))
        session.add(LogLine(job_id=job_id, n=1, level="info", text="Fitting"))
    before = count_rows()
    assert 0 not in before.values()
    config = find_config()
    command.downgrade(config, "0001")
    command.upgrade(config, "head")
    assert count_rows() == before


def test_a_migration_that_leaves_rows_in_the_air_is_undone(app: Flask) -> None:
    config = find_config()
    make_model()
    db.session.remove()
    driver = db.engine.raw_connection()
    driver.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    driver.driver_connection.execute("DELETE FROM users")  # type: ignore[union-attr]
    driver.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    driver.close()
    with db.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    with pytest.raises(RuntimeError, match="jobs -> users"):
        command.downgrade(config, "0001")
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == version
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    assert "job_usage" in inspect(db.engine).get_table_names()


def test_scores_of_jobs_that_ended_before_are_filled_in(any_app: Flask) -> None:
    job = make_succeeded_job(score=0.84)
    make_succeeded_job(partial=True)
    make_job(state="failed", metrics={"roc_auc": {"mean": 0.9}})
    wanted = [("accuracy", 0.8), ("roc_auc", 0.84)]
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0007")
    assert "job_scores" not in inspect(db.engine).get_table_names()
    command.upgrade(config, "head")
    rows = db.session.scalars(select(JobScore).order_by(JobScore.metric)).all()
    assert [(row.metric, row.score) for row in rows] == wanted
    assert {(row.job_id, row.owner_id, row.estimator, row.finished_at) for row in rows} == {
        (job.id, job.owner_id, job.estimator, job.finished_at)
    }
    group = db.session.get_one(ScoreGroup, rows[0].group_id)
    assert (group.dataset_id, group.target, group.split_hash) == (
        job.dataset_id, job.target, job.split_hash,
    )  # fmt: skip


def test_jobs_whose_time_was_up_before_were_stopped_by_nobody(any_app: Flask) -> None:
    late = make_job(state="cancelled", score_only=True, stopped_by="")
    theirs = make_job(state="cancelled", stopped_by="dispatcher")
    ids = [late.id, theirs.id]
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0012")
    found = select(Job.stopped_by).where(Job.id.in_(ids)).order_by(Job.id)
    assert db.session.scalars(found).all() == ["dispatcher", "dispatcher"]
    db.session.remove()
    command.upgrade(config, "head")
    assert db.session.scalars(found).all() == ["", "dispatcher"]


def test_jobs_that_were_there_before_are_found_by_words_tags_and_settings(any_app: Flask) -> None:
    job = make_succeeded_job(name="Pears", tags=["a", "b"], parameters={"C": 2, "solver": "saga"})
    failure = {"code": "X", "message": "It holds TEXT"}
    failed = make_job(state="failed", failure=failure, parameters={"C": None, "d": True})
    wanted_entries, wanted_settings = read_index()
    assert len(wanted_entries) == 2
    assert len(wanted_settings) == 4
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0008")
    assert "job_entries" not in inspect(db.engine).get_table_names()
    assert "archived_at" not in {c["name"] for c in inspect(db.engine).get_columns("jobs")}
    command.upgrade(config, "head")
    assert read_index() == (wanted_entries, wanted_settings)
    tags = select(JobTag.tag).where(JobTag.job_id == job.id)
    assert set(db.session.scalars(tags)) == {"a", "b"}
    assert "it holds text" in db.session.get_one(JobEntry, failed.id).words


def test_how_long_jobs_worked_before_is_told_by_their_attempts(any_app: Flask) -> None:
    moment = now().replace(microsecond=0)
    job = make_job(state="failed", started_at=moment - 9 * HOUR, finished_at=moment)
    shared = {"job_id": job.id, "worker": "w", "lease": "a"}
    with writing() as session:
        session.add_all([  # nobody knows when the first one ended: it measured nothing
            JobAttempt(number=1, started_at=moment - 9 * HOUR, ended_at=moment - 8 * HOUR,
                       ended_by="worker_died", **shared),
            JobAttempt(number=2, started_at=moment - 8 * HOUR, ended_at=moment - HOUR / 2,
                       ended_by="worker_died", **shared),
            JobAttempt(number=3, started_at=moment - HOUR / 4, ended_at=moment, ended_by="failed",
                       **shared),
            JobUsage(job_id=job.id, attempt=2, at=moment - 7 * HOUR, cpu_cores=1, memory_bytes=1),
            LogLine(job_id=job.id, n=1, at=moment - HOUR / 2, level="warning", text="w is silent"),
        ])  # fmt: skip
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0018")
    seconds = select(JobEntry.seconds).where(JobEntry.job_id == job.id)
    assert db.session.scalar(seconds) == pytest.approx(9 * 3600)
    db.session.remove()
    command.upgrade(config, "head")
    worked = select(JobAttempt.seconds).order_by(JobAttempt.number)
    assert db.session.scalars(worked).all() == pytest.approx([0, 3600, 900])
    assert db.session.scalar(seconds) == pytest.approx(4500)


def read_index() -> tuple[list[object], list[object]]:
    entries = select(JobEntry.job_id, JobEntry.name, JobEntry.words).order_by(JobEntry.job_id)
    settings = select(JobSetting.job_id, JobSetting.name, JobSetting.number, JobSetting.text)
    settings = settings.order_by(JobSetting.job_id, JobSetting.name)
    return (
        [tuple(row) for row in db.session.execute(entries)],
        [tuple(row) for row in db.session.execute(settings)],
    )
