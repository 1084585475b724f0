"""Lists as CSV files: the same rows as on the page, in the same order."""

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask

from tests.factories import make_dataset, make_succeeded_job, make_user, make_version
from tests.page import PageClient

pytestmark = pytest.mark.both_databases


def read(pages: PageClient, page: str, beginning: str) -> list[dict[str, str]]:
    """Follow the link to the file that a page has, and read it."""
    link = str(pages.get(page).find(f'a[href^="{beginning}"]')["href"])
    answer = pages.http.get(link)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))


def test_datasets_with_what_was_done_with_them(any_app: Flask) -> None:
    user, pages = make_user(), None
    first = make_dataset(user, name="=cmd()", rows=100)
    second = make_version(first, rows=7043)
    make_dataset(user, name="other")
    make_dataset(make_user(), name="of somebody else")
    best = make_succeeded_job(user, dataset=second, target="churned", score=0.123456789012)
    make_succeeded_job(user, dataset=first, target="city", metric="accuracy")
    pages = PageClient(any_app, user)
    rows = read(pages, "/datasets?owner=me&sort=name", "/datasets.csv")
    assert [row["name"] for row in rows] == ["'=cmd()", "other"]
    told: dict[str, Any] = {
        "id": second.id, "versions": 2, "rows": 7043, "jobs": 2, "best_job_id": best.id,
        "best_target": "churned", "best_metric": "roc_auc",
        "best_score": 0.123456789012, "owner": user.email,
    }  # fmt: skip
    assert {name: rows[0][name] for name in told} == {n: str(v) for n, v in told.items()}
    assert (rows[1]["best_score"], rows[1]["targets"]) == ("", "[]")
    assert json.loads(rows[0]["targets"]) == ["churned", "city"]
    raw = pages.http.get("/datasets.csv?raw=true").text
    assert "'=cmd" not in raw
    assert "of somebody else" in raw


def test_a_leaderboard_with_its_baselines(any_app: Flask) -> None:
    user = make_user()
    dataset = make_dataset(user, name="people")
    target = "churned"
    scores = (0.91234567890123, 0.7, 0.4)
    jobs = [make_succeeded_job(user, dataset=dataset, target=target, score=s) for s in scores]
    pages = PageClient(any_app, user)
    page = f"/leaderboards/{dataset.id}/{target}?metric=roc_auc"
    rows = read(pages, page, "/leaderboards/board.csv")
    placed = [row for row in rows if row["job_id"]]
    assert [int(row["job_id"]) for row in placed] == [job.id for job in jobs]
    assert [row["by_score"] for row in placed] == ["1", "2", "3"]
    assert placed[0]["score"] == repr(scores[0])
    assert {row["metric"] for row in rows} == {"roc_auc"}
    guess = next(row for row in rows if not row["rank"])
    assert float(guess["score"]) == 0.5
    assert rows.index(guess) == 2, "between those that are better and worse"
    assert pages.http.get("/leaderboards/board.csv?dataset_id=99&target=x").status_code == 404


def test_an_address_cannot_steer_the_link_to_the_file(app: Flask) -> None:
    user = make_user()
    dataset = make_dataset(user)
    make_succeeded_job(user, dataset=dataset, target="churned")
    page = f"/leaderboards/{dataset.id}/churned?owner=me&endpoint=x&_method=FOO&_external=1"
    found = PageClient(app, user).get(f"{page}&_scheme=ftp&_anchor=x")
    link = str(found.find('a[href*="board.csv"]')["href"])
    assert link.startswith("/leaderboards/board.csv?")
    assert "owner=me" in link
    assert not [name for name in ("endpoint", "_method", "_external", "#x") if name in link]


def test_a_score_of_some_folds_is_told_from_a_whole_one(any_app: Flask) -> None:
    user = make_user()
    whole = make_succeeded_job(user, score=0.9)
    part = make_succeeded_job(user, score=0.95, partial=True)
    answer = PageClient(any_app, user).http.get("/jobs.csv?cols=score")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"), newline="")))
    assert list(rows[0])[:6] == ["id", "name", "dataset_id", "dataset", "version", "target"]
    data, row = whole.dataset, next(row for row in rows if row["id"] == str(whole.id))
    assert (row["dataset_id"], row["dataset"]) == (str(data.id), data.name)
    assert (row["version"], row["target"]) == (str(data.version), whole.target)
    told = {int(row["id"]): (row["score"], row["partial"]) for row in rows}
    assert told == {whole.id: ("0.9", "false"), part.id: ("0.95", "true")}
