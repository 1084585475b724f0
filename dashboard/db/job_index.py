"""What lists of jobs are searched, filtered and sorted by beside the jobs' own columns.

A job's row is wide, and a setting inside of its JSON is in no index. These narrow tables repeat
what is asked of a hundred thousand; `index_jobs` writes them from the rows, within the
transaction that changes a job: by itself where a job is flushed, else whoever writes in bulk asks.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, bindparam, event, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dashboard.db.job import Job
from dashboard.extensions import Record

# Ids in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
AT_ONCE = 5_000
# What the tables are made from; a job that is flushed without a change of these stays as it is.
MADE_FROM = frozenset({"name", "target", "tags", "parameters", "failure", "finished_at"})


class JobEntry(Record):
    """A job's name and all words that it is found by, in small letters, and how long it took."""

    __tablename__ = "job_entries"
    __table_args__ = (
        Index("ix_job_entries_name", "name", "job_id"),
        Index("ix_job_entries_seconds", "seconds", "job_id"),
    )

    job_id: Mapped[int] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(200))
    # Name, target, tags and why it failed, one a line.
    words: Mapped[str] = mapped_column(String(2000))
    seconds: Mapped[float | None] = mapped_column(Float)  # of all attempts, once it is over


class JobTag(Record):
    """A tag of a job."""

    __tablename__ = "job_tags"
    __table_args__ = (Index("ix_job_tags_tag", "tag", "job_id"),)

    job_id: Mapped[int] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)


class JobSetting(Record):
    """A parameter that a job was given: a number, or what else it is as text."""

    __tablename__ = "job_settings"
    __table_args__ = (Index("ix_job_settings_value", "name", "number", "text", "job_id"),)

    job_id: Mapped[int] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str | None] = mapped_column(String(200))


_REMOVED = ("job_entries", "job_tags", "job_settings")
_ENTRIES = """
INSERT INTO job_entries (job_id, name, words, seconds)
SELECT id, substr({fold}(name), 1, 200), substr({fold}(
    name || {line} || target || {line} || coalesce({tags}, '') || {line} || coalesce({failure}, '')
  ), 1, 2000), CASE WHEN finished_at IS NOT NULL THEN (
    SELECT sum(job_attempts.seconds) FROM job_attempts WHERE job_attempts.job_id = jobs.id
  ) END
FROM jobs WHERE id IN :ids
"""
_TAGS = """
INSERT INTO job_tags (job_id, tag)
SELECT DISTINCT jobs.id, substr(one.value, 1, 50) FROM jobs, {each_tag} AS one
WHERE jobs.id IN :ids AND one.value IS NOT NULL
"""
_SETTINGS = """
INSERT INTO job_settings (job_id, name, number, text)
SELECT jobs.id, substr(one.key, 1, 100), {number}, {text} FROM jobs, {each_setting} AS one
WHERE jobs.id IN :ids
"""
# How each database says it. A number of hundreds of digits is none that could be compared.
_PARTS = {
    "sqlite": {
        "fold": "fold",
        "line": "char(10)",
        "tags": "(SELECT group_concat(value, char(10)) FROM json_each(jobs.tags))",
        "failure": "json_extract(failure, '$.message')",
        "each_tag": "json_each(jobs.tags)",
        "each_setting": "json_each(jobs.parameters)",
        "number": "CASE WHEN one.type IN ('integer', 'real') THEN one.value + 0.0 END",
        "text": "CASE WHEN one.type IN ('true', 'false', 'null') THEN one.type "
        "WHEN one.type NOT IN ('integer', 'real') THEN substr(one.value, 1, 200) END",
    },
    "postgresql": {
        "fold": "lower",
        "line": "chr(10)",
        "tags": "(SELECT string_agg(value, chr(10)) FROM json_array_elements_text(jobs.tags))",
        "failure": "failure ->> 'message'",
        "each_tag": "json_array_elements_text(jobs.tags)",
        "each_setting": "json_each(jobs.parameters)",
        "number": "CASE WHEN json_typeof(one.value) = 'number' "
        "AND length(one.value #>> '{}') < 300 "
        "THEN CAST(one.value #>> '{}' AS double precision) END",
        "text": "CASE WHEN json_typeof(one.value) <> 'number' "
        "OR length(one.value #>> '{}') >= 300 "
        "THEN substr(coalesce(one.value #>> '{}', 'null'), 1, 200) END",
    },
}


def index_jobs(session: Session, ids: Iterable[int]) -> None:
    """Write anew what lists are searched and sorted by of some jobs.

    Parameters
    ----------
    session : Session
        The writing transaction's session; what it changed of the jobs is flushed.
    ids : iterable of int
        Which jobs.
    """
    connection = session.connection()
    parts = _PARTS[connection.dialect.name]
    deletions = [f"DELETE FROM {table} WHERE job_id IN :ids" for table in _REMOVED]  # noqa: S608
    insertions = [s.format(**parts) for s in (_ENTRIES, _TAGS, _SETTINGS)]
    rest = iter(ids)
    while chosen := list(islice(rest, AT_ONCE)):
        for statement in (*deletions, *insertions):
            connection.execute(
                text(statement).bindparams(bindparam("ids", expanding=True)), {"ids": chosen}
            )


@event.listens_for(Session, "after_flush")
def _index_flushed(session: Session, _context: Any) -> None:
    changed = [job for job in session.new if isinstance(job, Job)]
    changed += [job for job in session.dirty if isinstance(job, Job) and _has_changed(job)]
    if changed:
        index_jobs(session, [job.id for job in changed])


def _has_changed(job: Job) -> bool:
    attributes = inspect(job).attrs
    return any(attributes[name].history.has_changes() for name in MADE_FROM)
