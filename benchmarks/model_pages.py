"""Time of the pages of models with 1,000 and with 80,000 models, and of the list as a file.

Processor time of this process, in which the server answers; the database's own on PostgreSQL is
not in it.
"""

import statistics
import time
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from benchmarks.databases import BOTH, fresh_app
from benchmarks.pages import SIZES, fill, open_client
from dashboard.db import Job, Model, ModelStar, User
from dashboard.db.transaction import writing
from dashboard.models.repeated import words_of

RUNS = 10
STARS = 100
COLUMNS = [
    {"name": f"column {n}", "kind": "number", "range": [0.0, 9.5], "decimal": "."}
    for n in range(20)
]
SCHEMA: dict[str, Any] = {
    "features": [column["name"] for column in COLUMNS], "columns": COLUMNS, "target": "y",
    "task": "classification", "dialect": {"header": True, "decimal": ".", "delimiter": ","},
}  # fmt: skip
FILE = {"key": "jobs/1/abcdabcd/bundle", "size_bytes": 612_000, "sha256": "ab" * 32}
PATHS = (
    "/models", "/models?per=200", "/models?page=2", "/models?sort=-score", "/models?sort=name",
    "/models?sort=-size", "/models?q=job+77", "/models?dataset_id=1&target=y",
    "/models?estimator=LogisticRegression&owner=me", "/models?archived=true",
    "/models?starred=true", "/models/1", "/models/1/predict?fill=typical", "/api/v1/models",
    "/models.csv", "/search?q=job+77", "/_live/search?q=nothing+like+it",
)  # fmt: skip


def add_models(app: Flask, user: User) -> int:
    """Give each job that succeeded a model, and the person some stars; return how many."""
    with app.app_context(), writing() as session:
        jobs = session.execute(
            select(Job.id, Job.name, Job.score).where(Job.state == "succeeded")
        ).all()
        rows = [
            {"job_id": job.id, "name": job.name, "state": "ready", "files": {"bundle": FILE},
             "schema": SCHEMA, "classes": ["no", "yes"], "owner_id": user.id, "family_id": 1,
             "target": "y", "estimator": "LogisticRegression", "goodness": job.score,
             "size_bytes": 612_000, "words": words_of(job.name, "y")}
            for job in jobs
        ]  # fmt: skip
        for start in range(0, len(rows), 10_000):
            session.execute(insert(Model), rows[start : start + 10_000])
        stars = [{"user_id": user.id, "model_id": n * 7 + 1} for n in range(STARS)]
        session.execute(insert(ModelStar), stars)
        return len(rows)


def measure(app: Flask, user: User) -> dict[str, float]:
    """Return the median processor time of each request, in milliseconds."""
    client, headers = open_client(app, user)
    found = {}
    for path in PATHS:
        times = []
        for _ in range(3 if path.endswith(".csv") else RUNS):
            start = time.process_time()
            answer = client.get(path, headers=headers)
            content = answer.get_data()
            times.append((time.process_time() - start) * 1000)
            if answer.status_code != 200 or not content:
                raise RuntimeError(f"{path}: {answer.status_code}")
        found[path] = statistics.median(times)
    return found


def main() -> None:
    """Measure both sizes on both databases in one run and print them with their ratio."""
    for database, on_postgres in BOTH.items():
        results, counts = [], []
        for jobs in SIZES:
            with fresh_app(on_postgres=on_postgres) as app:
                user = fill(app, jobs)
                counts.append(add_models(app, user))
                results.append(measure(app, user))
        small, large = results
        print(f"{database}, time with {' and '.join(f'{n:,}' for n in counts)} models")
        for name in small:
            ratio = large[name] / small[name]
            print(f"  {name:48} {small[name]:7.1f} ms {large[name]:7.1f} ms  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
