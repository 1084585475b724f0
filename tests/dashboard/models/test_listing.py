"""The list of models: its order, filters, pages and file."""

import csv
import io
from threading import BoundedSemaphore

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.clock import now
from dashboard.db import Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.models import changes
from dashboard.models.listing import ModelFilters, list_models, read_query
from tests.factories import make_dataset, make_model, make_succeeded_job, make_user, make_version
from tests.page import Page, PageClient, words_of

pytestmark = pytest.mark.both_databases


def names(user: User, sort: str = "starred", **filters: object) -> list[str]:
    asked = ModelFilters(user.id, **filters)  # type: ignore[arg-type]
    return [model.name for model in list_models(filters=asked, sort=sort).items]


def made(user: User, name: str, score: float, *, archived: bool = False, **job: object) -> Model:
    moment = now() if archived else None
    job_row = make_succeeded_job(user, name=name, score=score, **job)
    return make_model(job_row, archived_at=moment)


def test_starred_models_stand_first_and_then_the_newest(
    any_app: Flask, member: User, admin: User
) -> None:
    made(member, "good", 0.9)
    poor = made(member, "poor", 0.6)
    other = made(member, "other", 0.7)
    made(member, "error", 12.5, metric="rmse", task="regression")
    changes.star_model(user=member, model_id=poor.id, starred=True)
    changes.star_model(user=member, model_id=poor.id, starred=True)
    changes.star_model(user=admin, model_id=other.id, starred=True)
    # Scores of several metrics have no order among each other.
    assert names(member) == ["poor", "error", "other", "good"]
    assert names(admin) == ["other", "error", "poor", "good"]
    assert names(member, starred=True) == ["poor"]
    # Of an error the least is the best, so it stands behind every score that is better high.
    assert names(member, "-score") == ["good", "other", "poor", "error"]
    assert names(member, "name") == ["error", "good", "other", "poor"]
    assert names(member, "made") == ["good", "poor", "other", "error"]
    changes.star_model(user=member, model_id=poor.id, starred=False)
    assert names(member) == ["error", "other", "poor", "good"]


def test_pages_go_on_behind_the_starred_ones(any_app: Flask, member: User) -> None:
    models = [made(member, f"m{n}", 0.5 + n / 100) for n in range(7)]
    for model in models[:3]:
        changes.star_model(user=member, model_id=model.id, starred=True)
    asked = ModelFilters(member.id)
    pages = [list_models(filters=asked, page=n, per=2) for n in range(1, 6)]
    assert [page.total for page in pages] == [7] * 5
    found = [model.name for page in pages for model in page.items]
    assert found == ["m2", "m1", "m0", "m6", "m5", "m4", "m3"]


def test_filters_narrow_the_list(any_app: Flask, member: User, admin: User) -> None:
    dataset = make_dataset(member)
    made(member, "first", 0.9, dataset=dataset)
    made(admin, "Ärger", 0.8, dataset=make_version(dataset), estimator="Ridge", target="y%")
    gone = made(member, "gone", 0.7)
    changes.archive_model(user=member, model_id=gone.id)
    assert names(member) == ["Ärger", "first"]
    assert names(member, archived=True) == ["gone"]
    assert names(member, archived=None) == ["gone", "Ärger", "first"]
    assert names(member, dataset_id=dataset.id) == ["Ärger", "first"]
    assert names(member, dataset_id=gone.job.dataset_id) == []
    assert names(member, estimator="Ridge") == ["Ärger"]
    assert names(member, target="y%") == ["Ärger"]
    assert names(member, owner_id=admin.id) == ["Ärger"]
    assert names(member, q="ÄRG") == ["Ärger"]
    assert names(member, q="y%") == ["Ärger"]
    assert names(member, q="100%") == []


def test_unknown_filters_are_named_and_left_out(app: Flask, member: User) -> None:
    made(member, "one", 0.9)
    page = PageClient(app, member).get("/models?sort=luck&dataset_id=x&owner=0&page=99")
    assert "There is no filter like sort=luck" in page.text
    filters, sort, ignored = read_query(
        {"sort": "luck", "dataset_id": "9" * 30, "owner": "me"}, user_id=4
    )
    assert (filters.owner_id, filters.dataset_id, sort) == (4, None, "starred")
    assert ignored == [f"dataset_id={'9' * 30}", "sort=luck"]


def test_a_row_says_what_a_model_is_worth_and_where_it_comes_from(
    app: Flask, member: User
) -> None:
    model = made(member, "best", 0.84)
    changes.change_model(user=member, model_id=model.id, alias="champion")
    with writing() as session:
        session.add(Prediction(model_id=model.id, owner_id=member.id, kind="file", token="t"))
    pages = PageClient(app, member)
    row = pages.get("/models").find(f'[data-model-id="{model.id}"]')
    words = words_of(row)
    for said in ("best champion", "0.840 ± 0.004 ROC AUC", "churned of customers", member.name):
        assert said in words
    assert words_of(row.select_one(f'a[href="/models/{model.id}/predict/file"]')) == "1"
    button = row.select_one(".star")
    assert button is not None
    assert button["aria-pressed"] == "false"
    page = pages.get("/models")
    pages.submit(page, {}, form=f'[data-model-id="{model.id}"] .star-form', status=303)
    starred = pages.get("/models").find(f'[data-model-id="{model.id}"] .star')
    assert starred["aria-pressed"] == "true"


def test_a_row_tells_the_model_file_from_the_bundle(app: Flask, member: User) -> None:
    files = {
        "joblib": {"key": "jobs/1/a/joblib", "size_bytes": 36_000},
        "bundle": {"key": "jobs/1/a/bundle", "size_bytes": 297_000},
    }
    model = make_model(make_succeeded_job(member), files=files)
    make_model(make_succeeded_job(member))
    page = PageClient(app, member).get("/models")
    row = words_of(page.find(f'tr[data-model-id="{model.id}"]'))
    assert "297 KB model 36 KB" in row
    assert any(words_of(head) == "Bundle" for head in page.select("th"))


def test_the_list_is_a_file_with_the_same_filters(app: Flask, member: User) -> None:
    made(member, "=cmd", 0.9)
    made(member, "plain", 0.8)
    pages = PageClient(app, member)
    link = pages.get("/models?sort=name&q=c").find('a[href^="/models.csv"]')["href"]
    assert link == "/models.csv?sort=name&q=c"
    answer = pages.http.get(str(link))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="models.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == ["'=cmd", "plain"]
    assert [(row["score"], row["metric"], row["starred"]) for row in rows] == [
        ("0.9", "roc_auc", "false"), ("0.8", "roc_auc", "false"),
    ]  # fmt: skip
    raw = pages.http.get("/models.csv?raw=true&sort=name").get_data(as_text=True)
    assert "=cmd" in raw.splitlines()[1]
    assert "'=cmd" not in raw
    assert "'=cmd" in pages.http.get("/models.csv?raw=false&q=cmd").text


def test_the_file_takes_one_of_the_places_and_holds_no_session(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(member, "one", 0.9)
    pages = PageClient(app, member)
    monkeypatch.setattr("dashboard.downloads._places", BoundedSemaphore(1))
    first = pages.http.get("/models.csv", buffered=False)
    pages.get("/models.csv", status=503)
    assert ",one," in first.text
    first.close()
    assert ",one," in pages.http.get("/models.csv").text


def test_empty_lists_say_what_to_do(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    assert "No models yet" in pages.get("/models").text
    assert "Nothing is archived" in pages.get("/models?archived=true").text
    made(member, "one", 0.9)
    assert "No model matches “two”" in pages.get("/models?q=two").text


@pytest.mark.parametrize("n", [1, 12])
def test_the_page_asks_the_database_equally_often(app: Flask, member: User, n: int) -> None:
    for number in range(n):
        made(member, f"m{number}", 0.5)
    pages, asked = PageClient(app, member), []
    pages.get("/models")
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    pages.get("/models")
    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(selects) <= 16, "\n".join(selects)


def choices(page: Page, name: str) -> list[str]:
    return [words_of(option) for option in page.select(f"#filter-{name} option")]


def test_filters_offer_only_what_there_are_models_of(app: Flask, member: User) -> None:
    other = make_user(name="Ben")
    made(other, "one", 0.9)
    made(other, "two", 0.8, estimator="RandomForestClassifier")
    made(other, "old", 0.8, estimator="GaussianNB", archived=True)
    make_succeeded_job(other, estimator="SVC", dataset=make_dataset(other, name="unused"))
    pages = PageClient(app, member)
    page = pages.get("/models")
    titles = ["Logistic regression", "Random forest"]
    assert choices(page, "estimator") == ["Estimator: all", *titles]
    assert choices(page, "owner") == ["Owner: all", "Ben"]
    assert len(choices(page, "dataset_id")) == 3
    assert not page.select("#filter-starred")
    page = pages.get("/models?archived=true")
    assert choices(page, "estimator") == ["Estimator: all", "Naive Bayes"]
    # What an address chose stays visible, though there is none.
    page = pages.get("/models?estimator=SVC")
    assert words_of(page.find("#filter-estimator option[selected]")) == "SVM with a kernel"
    mine = made(member, "mine", 0.7)
    changes.star_model(user=member, model_id=mine.id, starred=True)
    page = pages.get("/models")
    assert choices(page, "owner")[:2] == ["Owner: all", "Mine"]
    assert choices(page, "starred") == ["Stars: all", "Starred"]
