"""The compare page: what its address asks for, who is left out, and what it hands out."""

import csv
import io
import itertools

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.clock import now
from dashboard.db import Dataset, Job, JobFold, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.factories import make_dataset, make_job, make_succeeded_job, make_version
from tests.page import Page, PageClient, words_of


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def address(*jobs: Job, more: str = "") -> str:
    return f"/compare?jobs={','.join(str(job.id) for job in jobs)}{more}"


def heads_of(page: Page) -> list[str]:
    return [words_of(link) for link in page.select(".compare-table th .job-name")]


def row_of(page: Page, name: str) -> list[str]:
    """Return the cells of a line of the table."""
    for head in page.select(".compare-table th[scope=row]"):
        if words_of(head).startswith(name):
            return [words_of(cell) for cell in head.parent.select("td")]  # type: ignore[union-attr]
    raise AssertionError(f"no line {name}")


def test_no_job_and_one_job_say_what_is_missing(pages: PageClient, dataset: Dataset) -> None:
    assert "Choose jobs to compare" in pages.get("/compare").text
    job = make_succeeded_job(dataset=dataset)
    page = pages.get(address(job))
    assert "Add at least one more job" in page.text
    assert job.name in page.text
    other = make_succeeded_job(dataset=dataset, name="looked for")
    found = pages.submit_get(page, {"q": "looked"}, form="#add-job form")
    assert heads_of(pages.get(str(found.find("#add-job li a")["href"]))) == [job.name, other.name]


def test_a_job_is_looked_for_added_and_removed_without_javascript(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    first, second = (make_succeeded_job(dataset=dataset) for _ in range(2))
    elsewhere = make_succeeded_job(member, name="churn-a")
    same = make_succeeded_job(dataset=dataset, name="churn-b")
    newest = make_succeeded_job(member, name="churn-c")
    page = pages.get(address(first, second, more=f"&metric=accuracy&base={second.id}"))
    found = pages.submit_get(page, {"q": "churn"}, form="#add-job form")
    names = [words_of(link) for link in found.select("#add-job li a.strong")]
    assert names == [same.name, newest.name, elsewhere.name]  # of the same question first
    added = pages.get(str(found.find("#add-job li a")["href"]))
    assert heads_of(added) == [first.name, second.name, same.name]
    assert added.find("#filter-metric option[selected]")["value"] == "accuracy"
    assert added.find("#filter-base option[selected]")["value"] == str(second.id)
    away = added.find(f"th[data-job-id='{second.id}'] [title=Remove]")
    left = pages.get(str(away["href"]))
    assert heads_of(left) == [first.name, same.name]
    assert "is not among these" not in left.text
    nothing = pages.get(address(first, second, more="&q=nothing"))
    assert "No other job matches" in nothing.text


def test_a_job_that_is_not_comparable_is_added_all_the_same(
    pages: PageClient, dataset: Dataset
) -> None:
    first, second = (make_succeeded_job(dataset=dataset) for _ in range(2))
    other = make_succeeded_job(dataset=dataset, name="ten", split_hash="f" * 64)
    page = pages.get(address(first, second, more="&q=ten"))
    assert "; not comparable: other folds" in words_of(page.find("#add-job li.otherwise"))
    added = pages.get(str(page.find("#add-job li a")["href"]))
    assert heads_of(added) == [first.name, second.name, other.name]
    alone = pages.get(f"/compare?jobs={first.id}&q=ten")
    assert "; not comparable: other folds" in words_of(alone.find("#add-job li.otherwise"))


def test_a_job_that_was_stopped_early_is_told_so_and_not_of_other_folds(
    pages: PageClient, dataset: Dataset
) -> None:
    first = make_succeeded_job(dataset=dataset)
    make_succeeded_job(dataset=dataset, name="early", partial=True)
    make_succeeded_job(dataset=dataset, name="early and other", partial=True, split_hash="f" * 64)
    page = pages.get(f"/compare?jobs={first.id}&q=early")
    said = [words_of(one).rpartition("; ")[2] for one in page.select("#add-job li.otherwise")]
    assert sorted(said) == [
        "not comparable: other folds",
        "not comparable: stopped early, some folds only",
    ]


def test_an_id_itself_is_found_and_those_that_are_there_are_not(
    pages: PageClient, dataset: Dataset
) -> None:
    first, second, third = (make_succeeded_job(dataset=dataset) for _ in range(3))
    page = pages.get(address(first, second, more=f"&q=%23{third.id}"))
    assert [words_of(link) for link in page.select("#add-job li a.strong")] == [third.name]
    assert not pages.get(address(first, second, more=f"&q=%23{first.id}")).select("#add-job li")


def test_what_an_address_asks_for_and_cannot_have_is_told(
    pages: PageClient, dataset: Dataset
) -> None:
    first, second = (make_succeeded_job(dataset=dataset) for _ in range(2))
    odd = f"{'9' * 30},{LARGEST_ID},{LARGEST_ID + 1},-1,abc,<b>"
    page = pages.get(address(first, second, more=f",{odd}&metric=nonsense&base={first.id + 77}"))
    assert heads_of(page) == [first.name, second.name]
    assert f"Job #{LARGEST_ID} does not exist any more" in page.text
    assert f"no job has such a number: {'9' * 30}, {LARGEST_ID + 1}, -1, abc, <b>" in page.text
    assert "None of these jobs has the metric nonsense; ROC AUC is shown" in page.text
    assert f"Job #{first.id + 77} is not among these" in page.text
    gone = pages.get(address(first, second, more=",991,992"))
    assert "2 of these jobs do not exist any more: #991, #992" in gone.text


def test_more_than_200_are_too_many(pages: PageClient, dataset: Dataset) -> None:
    first, second = (make_succeeded_job(dataset=dataset) for _ in range(2))
    many = "".join(f",{n}" for n in range(1000, 1199))
    page = pages.get(address(first, second, more=many), status=422)
    assert "Choose up to 200" in page.text
    assert "These are 201 jobs" in page.text
    assert heads_of(pages.get(str(page.find(".empty a")["href"]))) == [first.name, second.name]


@pytest.mark.parametrize(("n", "by_job"), [(12, False), (13, True)])
def test_more_than_12_have_a_row_each_and_no_charts(
    n: int, by_job: bool, pages: PageClient, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=0.8 + i / 100) for i in range(n)]
    page = pages.get(address(*jobs))
    assert heads_of(page) == [job.name for job in jobs]
    assert bool(page.select("tbody .job-name")) is by_job
    assert bool(page.select("[data-chart-url]")) is not by_job
    assert "scores best" in page.text
    colours = [mark["data-colour"] for mark in page.select(".compare-table .swatch")]
    assert colours == ["muted"] * (n - 6) + ["c6", "c5", "c4", "c3", "c2", "c1"]


def test_transposed_the_same_cells_stand_in_rows(pages: PageClient, dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, parameters={"C": c}) for c in (1.0, 2.0)]
    side = pages.get(address(*jobs))
    link = next(a for a in side.select("a.btn") if words_of(a) == "Transpose")
    turned = pages.get(str(link["href"]))
    columns = [words_of(head) for head in turned.select(".compare-table thead th")]
    cells = [words_of(cell) for cell in turned.select(".compare-table tbody tr")[1].select("td")]
    assert dict(zip(columns[1:], cells, strict=True))["C"] == row_of(side, "C")[1] == "2.0"
    assert words_of(turned.select(".compare-table tbody tr")[1].th).startswith(jobs[1].name)


def test_where_jobs_have_rows_what_was_chosen_stands_beside_the_score(
    pages: PageClient, dataset: Dataset
) -> None:
    jobs = [
        make_succeeded_job(
            dataset=dataset, parameters={"C": c}, peak_memory_bytes=int(c),
            metrics={"roc_auc": {"mean": c / 10, "std": 0.1}, "f1": {"mean": c / 20, "std": 0.1}},
        )
        for c in (1.0, 2.0)
    ]  # fmt: skip
    heads = pages.get(address(*jobs, more="&transpose=1")).select(".compare-table thead th")
    names = [words_of(head).split(" \N{UPWARDS ARROW}")[0] for head in heads]
    assert names == ["Job", "ROC AUC", "C", "Peak memory", "F1"]


def test_a_job_that_runs_joins_with_its_folds_so_far(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    first, second = (make_succeeded_job(dataset=dataset, score=s) for s in (0.8, 0.9))
    running = make_job(member, dataset, state="running", heartbeat_at=now(), name="new one")
    waiting = make_job(member, dataset, name="later one")
    failed = make_job(member, dataset, state="failed", name="broken one")
    with writing() as session:
        for fold, auc in ((1, 0.98), (2, 0.99)):
            session.add(JobFold(job_id=running.id, fold=fold, attempt=1, fit_seconds=1.0,
                                scores={"roc_auc": auc}))  # fmt: skip
    jobs = (first, second, running, waiting, failed)
    page = pages.get(address(*jobs, more=f"&base={first.id}"))
    assert row_of(page, "ROC AUC")[2:] == ["0.985 ± 0.007 so far", "– no value", "– no value"]
    assert row_of(page, "ROC AUC")[1].startswith("0.900 ± 0.004 best +0.100")
    assert "new one runs still: its scores are those of its folds so far" in page.text
    assert "later one waits in the queue" in page.text
    assert "broken one has no result" in page.text
    assert f"{second.name} scores best" in page.text
    assert "so the scores are comparable" not in page.text


def test_differences_have_the_sign_of_the_metric_and_only_where_they_mean_something(
    pages: PageClient, dataset: Dataset
) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, task="regression", estimator="Ridge", metric="rmse",
                           metrics={"rmse": {"mean": rmse, "std": 0.1},
                                    "r2": {"mean": r2, "std": 0.1}})
        for rmse, r2 in ((3.0, 0.7), (2.5, 0.8))
    ]  # fmt: skip
    page = pages.get(address(*jobs, more=f"&base={jobs[0].id}"))
    assert row_of(page, "RMSE ↓ , lower is better") == [
        "3.000 ± 0.100",
        "2.500 ± 0.100 best \u22120.500",
    ]
    assert row_of(page, "R² ↑ , higher is better")[1] == "0.800 ± 0.100 best +0.100"
    page = pages.get(address(*jobs, more=f"&base={jobs[1].id}"))
    assert row_of(page, "RMSE")[0] == "3.000 ± 0.100 +0.500"
    other = make_succeeded_job(dataset=dataset, split_hash="f" * 64, score=0.9)
    page = pages.get(address(make_succeeded_job(dataset=dataset), other))
    assert row_of(page, "ROC AUC") == ["0.840 ± 0.004", "0.900 ± 0.004"]


def test_differences_only_hides_equal_rows_and_counts_them(
    pages: PageClient, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, parameters={"C": c}) for c in (1.0, 2.0)]
    page = pages.get(address(*jobs))
    names = [words_of(head) for head in page.select(".compare-table th[scope=row]")]
    every = pages.get(address(*jobs, more="&diff=0"))
    all_names = [words_of(head) for head in every.select(".compare-table th[scope=row]")]
    assert "C" in names
    assert "Seed" in all_names
    assert "Seed" not in names
    assert f"{len(all_names) - len(names)} identical rows are hidden" in page.text
    assert "identical" not in every.text
    shown = pages.submit_get(page, {"diff": ["0"]}, form=".compare-controls")
    assert len(shown.select(".compare-table th[scope=row]")) == len(all_names)


def test_columns_that_differ_are_named(pages: PageClient, dataset: Dataset) -> None:
    first = make_succeeded_job(dataset=dataset)
    second = make_succeeded_job(dataset=dataset, features=["age", "income"])
    page = pages.get(address(first, second))
    assert row_of(page, "Columns") == ["3", "2, without city"]


def test_reasons_name_what_is_different(pages: PageClient, dataset: Dataset) -> None:
    first = make_succeeded_job(dataset=dataset)
    folds = {"scheme": "stratified", "folds": 10, "repeats": 1}
    other = make_succeeded_job(dataset=dataset, split_hash="f" * 64, validation=folds, seed=3)
    page = pages.get(address(first, other))
    assert "5 folds, stratified, seed 0; 10 folds, stratified, seed 3" in page.text
    version = make_version(dataset, sha256="c" * 64)
    third = make_succeeded_job(dataset=version)
    page = pages.get(address(first, third))
    assert "trained on different data: people v1, people v2" in page.text
    assert "scores best" not in page.text


def test_the_csv_has_the_lines_of_the_page_with_all_digits(
    pages: PageClient, dataset: Dataset
) -> None:
    names = ("=1+1", "b")
    jobs = [
        make_succeeded_job(dataset=dataset, name=name, score=0.8123456789 + n / 10,
                           parameters={"C": float(n + 1)})
        for n, name in enumerate(names)
    ]  # fmt: skip
    answer = pages.http.get(address(*jobs).replace("/compare?", "/compare.csv?"))
    assert answer.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(answer.text)))
    assert lines[:2] == [["Job", f"#{jobs[0].id}", f"#{jobs[1].id}"], ["Name", "'=1+1", "b"]]
    by_name = {line[0]: line[1:] for line in lines}
    assert by_name["ROC AUC"] == ["0.8123456789", "0.9123456789"]
    assert by_name["C"] == ["1.0", "2.0"]
    assert "Seed" not in by_name
    turned = pages.http.get(address(*jobs, more="&transpose=1&diff=0").replace("?", ".csv?", 1))
    table = list(csv.reader(io.StringIO(turned.text)))
    assert table[0][:3] == ["Job", "Name", "State"]
    assert len(table) == 3
    assert "Seed" in table[0]


def test_questions_to_the_database_do_not_grow_with_the_jobs(
    pages: PageClient, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=0.8 + n / 100) for n in range(15)]
    asked: list[str] = []
    urls = [address(*jobs[:2]), address(*jobs)]
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    counts = []
    for url in urls:
        asked.clear()
        pages.http.get(url)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    whole = [text for text in asked if "FROM jobs" in text and "jobs.parameters" in text]
    assert len(whole) == 1  # the rows are wide: they are read once


@pytest.mark.parametrize("one_in", [4, pytest.param(1, marks=pytest.mark.long)])
def test_any_odd_address_is_answered(one_in: int, pages: PageClient, dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, parameters={"C": c}) for c in (1.0, 2.0)]
    ids = ",".join(str(job.id) for job in jobs)
    names = ("jobs", "base", "metric", "diff", "transpose", "parameter", "class", "q")
    odd = ("", "9" * 3000, "-1", str(2**63), "NaN", "[]", "\N{SUPERSCRIPT TWO}", "\0", "%" * 3000,
           "<script>", "roc_auc", "mae", ",,,,", "C", "Seed")  # fmt: skip
    ends = ("", ".csv", "/report.html", "/charts/parameter.json", "/charts/nothing.json")
    # One in four is each text with each name, at one or two of the addresses.
    for name, end, text in list(itertools.product(names, ends, odd))[::one_in]:
        answer = pages.http.get(f"/compare{end}", query_string={"jobs": ids, name: text})
        assert answer.status_code < 500, (end, name, text)
    for name in names:
        assert pages.http.get("/compare", query_string={"jobs": ids, name: "%"}).status_code == 200


def test_the_best_is_the_reference_unless_another_is_chosen(
    pages: PageClient, dataset: Dataset
) -> None:
    def reference(more: str = "") -> str:
        return str(pages.get(address(*jobs, more=more)).find("#filter-base [selected]")["value"])

    metrics = [{"roc_auc": {"mean": auc}, "log_loss": {"mean": loss}}
               for auc, loss in ((0.8, 0.3), (0.9, 0.5), (0.7, 0.1))]  # fmt: skip
    jobs = [make_succeeded_job(dataset=dataset, metrics=found, score=found["roc_auc"]["mean"])
            for found in metrics]  # fmt: skip
    assert reference() == str(jobs[1].id)
    assert reference("&metric=log_loss") == str(jobs[2].id)
    assert reference(f"&base={jobs[0].id}") == str(jobs[0].id)
    other = make_succeeded_job(dataset=dataset, score=0.99, split_hash="f" * 64)
    jobs.append(other)  # nothing is the best of what cannot be compared
    assert reference() == str(jobs[0].id)


def test_a_very_long_name_shows_its_beginning_and_end(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    long = "churn: gradient boosting, " + "max_features 0.5, " * 9 + "alpha 3"
    jobs = [make_succeeded_job(member, dataset=dataset, name=name) for name in (long, "short")]
    page = pages.get(f"/compare?jobs={jobs[0].id},{jobs[1].id}")
    links = page.select(".compare-table thead .job-name")
    shown = words_of(links[0])
    assert len(shown) <= 121
    assert shown.startswith("churn: gradient boosting, max_features")
    assert shown.endswith("max_features 0.5, alpha 3")
    assert [link.get("title") for link in links] == [long, None]
