"""Many jobs that differ in a few columns, written by one statement.

The database copies a row, so what the jobs share is sent once: 10,000 rows sent one by one take
PostgreSQL more than a second, as copies a third of that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Integer, bindparam, cast, column, func, insert, select
from sqlalchemy.orm import Session

from dashboard.db.job import PRIORITIES, Job
from dashboard.db.job_index import index_jobs

# What the jobs of a batch may differ in; the rest is that of the first one.
VARYING = frozenset({"name", "estimator", "parameters", "preprocessing"})
AS_JSON = frozenset({"parameters", "preprocessing"})
# What was asked of a job; the rest is what became of it.
ASKED = (
    "name", "owner_id", "dataset_id", "batch_id", "target", "task", "estimator", "parameters",
    "validation", "preprocessing", "features", "class_weight", "metric", "seed", "time_limit_s",
    "memory_limit_bytes", "priority", "n_rows", "n_columns", "tags", "score_only",
)  # fmt: skip


def copy_asked(job: Job, **changes: Any) -> Job:
    """Return a new job that is asked for what another one was, but for some columns."""
    asked = {name: getattr(job, name) for name in ASKED} | changes
    # An admin put that one before all jobs, not this one.
    asked["priority"] = min(asked["priority"], PRIORITIES["high"])
    chosen = {"decision": job.decision, "positive": job.positive}
    details = {name: value for name, value in chosen.items() if value is not None}
    return Job(**asked, details=details)


def add_copies(session: Session, job: Job, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write copies of a job, in order.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    job : Job
        What is copied, but for its id and `VARYING`; flushed already.
    rows : Sequence of Mapping
        Some of the `VARYING` columns, the same ones of each copy, as JSON values.
    """
    table = Job.__table__
    given, order = _rows_as_table(session, rows)
    columns = [c for c in table.columns if c.name != "id"]
    varied = VARYING.intersection(rows[0])
    chosen = [_varying(given, c.name) if c.name in varied else c for c in columns]
    copies = select(*chosen).select_from(table.join(given, table.c.id == job.id)).order_by(order)
    names = [c.name for c in columns]
    session.execute(insert(Job).from_select(names, copies, include_defaults=False))
    made = select(Job.id).where(Job.batch_id == job.batch_id, Job.id > job.id)
    index_jobs(session, session.scalars(made).all())


def _rows_as_table(session: Session, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, Any]:
    """Return rows as a table with a JSON column `value`, and what keeps their order."""
    sent, value = bindparam("rows", list(rows), JSON), column("value", JSON)
    if session.connection().dialect.name == "sqlite":
        found = func.json_each(sent).table_valued(column("key", Integer), value)
        return found, found.c.key
    elements = func.json_array_elements(cast(sent, JSON))
    found = elements.table_valued(value, with_ordinality="n").render_derived()
    return found, found.c.n


def _varying(given: Any, name: str) -> Any:
    part = given.c.value[name]
    return part if name in AS_JSON else part.as_string()
