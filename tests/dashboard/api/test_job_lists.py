"""The list of jobs in the API: the page's filters and sorts, and what people make of a job."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import User
from tests.dashboard.api.test_api import Api, api
from tests.factories import make_dataset, make_job, make_succeeded_job

__all__ = ["api"]


def ids(api: Api, query: str) -> list[int]:
    return [job["id"] for job in api.call("GET", f"/jobs{query}", 200)["items"]]


def test_filters_are_those_of_the_page(api: Api, member: User) -> None:
    old = make_job(member, state="failed", created_at=now() - timedelta(days=9), tags=["a"])
    new = make_job(state="succeeded", failure={"code": "X", "message": "odd"})
    day = (now() - timedelta(days=5)).date().isoformat()
    for query, wanted in {
        "?owner=me": [old.id], f"?owner={new.owner_id}": [new.id], "?tag=a": [old.id],
        "?tag=a,b": [], f"?from={day}&zone=Asia/Tokyo": [new.id],
        f"?from={day}": [new.id], f"?to={day}": [old.id], "?q=ODD": [new.id],
        "?state=failed&tag=a": [old.id], "?archived=true": [],
    }.items():  # fmt: skip
        assert ids(api, query) == wanted, query


def test_a_list_in_any_order_goes_on_behind_its_cursor(api: Api, member: User) -> None:
    dataset = make_dataset(member)
    made = [
        make_succeeded_job(member, dataset_id=dataset.id, score=n / 10, parameters={"C": 9 - n}).id
        for n in range(5)
    ]
    none = make_job(member, dataset, state="failed", estimator="Ridge", parameters={}).id
    for sort in ("-score", "-metric:roc_auc", "param:C"):
        found: list[int] = []
        cursor = ""
        while True:
            page = api.call("GET", f"/jobs?sort={sort}&limit=2{cursor}", 200)
            found += [job["id"] for job in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == [*reversed(made), none], sort


@pytest.mark.parametrize("query", ["state=nowhere", "owner=you", "from=soon", "sort=price",
                                   "estimator=Magic", "archived=maybe",
                                   "zone=Nowhere"])  # fmt: skip
def test_what_is_unknown_is_refused_by_name(query: str, api: Api) -> None:
    answer = api.call("GET", f"/jobs?{query}", 422)
    assert query.partition("=")[0] in answer["error"]["fields"]


def test_tags_note_and_archive_change_together_or_not_at_all(api: Api, member: User) -> None:
    job = make_job(member, state="failed", tags=["old"])
    given = {"tags": ["b", " a "], "note": "The best so far", "archived": True}
    found = api.call("PATCH", f"/jobs/{job.id}", 200, json=given)
    assert (found["tags"], found["note"]) == (["b", "a"], "The best so far")
    assert found["archived_at"].endswith("Z")
    assert ids(api, "") == []
    found = api.call("PATCH", f"/jobs/{job.id}", 200, json={"note": None, "archived": False})
    assert (found["tags"], found["note"], found["archived_at"]) == (["b", "a"], None, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"tags": "a"}, "tags"), ({"tags": [1]}, "tags"), ({"note": 1}, "note"),
     ({"archived": "yes"}, "archived"), ({"score": 1}, "score")],
    ids=["tags", "tag", "note", "archived", "unknown"],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_by_name(
    given: dict[str, Any], field: str, api: Api, member: User
) -> None:
    job = make_job(member, state="failed", tags=["old"])
    answer = api.call("PATCH", f"/jobs/{job.id}", 422, json={"note": "x"} | given)
    assert field in answer["error"]["fields"]
    assert api.call("GET", f"/jobs/{job.id}", 200)["tags"] == ["old"]


def test_only_jobs_of_ones_own_that_are_over_are_archived(
    api: Api, member: User, app: Flask
) -> None:
    api.call("PATCH", f"/jobs/{make_job(member).id}", 409, json={"archived": True})
    api.call("PATCH", f"/jobs/{make_job(state='failed').id}", 403, json={"archived": True})
    api.call("PATCH", f"/jobs/{10**20}", 404, json={"note": "x"})


def test_a_result_says_by_what_and_on_how_many_threads_it_was_made(api: Api, member: User) -> None:
    made = {"versions": {"python": "3.11.7"}, "threads": {"openmp": 2}}
    job = make_succeeded_job(member, details=made)
    found = api.call("GET", f"/jobs/{job.id}")
    assert {name: found[name] for name in made} == made
    waiting = api.call("GET", f"/jobs/{make_job(member).id}")
    assert (waiting["versions"], waiting["threads"]) == (None, None)
