"""A leaderboard: who stands in it, in which order, and with which rank."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.auth.tokens import create_token
from dashboard.clock import now
from dashboard.db import Dataset, Job, JobFold, JobScore, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.service import delete_job
from dashboard.leaderboards.addresses import board_url
from dashboard.leaderboards.best_so_far import find_steps
from dashboard.leaderboards.board import Board, Place, Query, read_board
from dashboard.leaderboards.listing import list_leaderboards
from dashboard.leaderboards.ranks import give_ranks
from tasks.engine.estimators.catalogue import METRICS
from tests.factories import make_dataset, make_job, make_succeeded_job, make_version
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases

ROC_AUC = METRICS["classification"][0]
BEST = (0.840, 0.846, 0.843, 0.850, 0.851)
CLOSE = (0.841, 0.842, 0.845, 0.845, 0.847)
FAR = (0.80, 0.81, 0.80, 0.81, 0.80)
REGRESSION: dict[str, Any] = {"task": "regression", "metric": "rmse", "estimator": "Ridge",
                              "target": "income"}  # fmt: skip


@pytest.fixture
def dataset(any_app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


def read(dataset: Dataset, target: str = "churned", **query: Any) -> Board:
    board = read_board(dataset_id=dataset.id, target=target, query=Query(**query))
    assert board is not None
    return board


def ids(board: Board) -> list[int]:
    return [place.job.id for place in board.places]


def folds(scores: Sequence[float], metric: str = "roc_auc") -> list[JobFold]:
    return [
        JobFold(fold=n, scores={metric: score}, n_train=160, n_test=40)
        for n, score in enumerate(scores, start=1)
    ]


def test_the_best_stand_first_and_errors_the_other_way_round(dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.7, 0.9, 0.8)]
    assert ids(read(dataset)) == [jobs[1].id, jobs[2].id, jobs[0].id]
    errors = [
        make_succeeded_job(
            dataset=dataset, score=e, metrics={"rmse": {"mean": e, "std": 0.1}}, **REGRESSION
        )
        for e in (3.0, 1.0, 2.0)
    ]
    assert ids(read(dataset, "income")) == [errors[1].id, errors[2].id, errors[0].id]


def test_another_metric_is_another_order(dataset: Dataset) -> None:
    scores = {"a": (0.9, 0.7), "b": (0.8, 0.9)}
    jobs = {
        name: make_succeeded_job(
            dataset=dataset, name=name,
            metrics={"roc_auc": {"mean": one, "std": 0}, "accuracy": {"mean": other, "std": 0}},
        )
        for name, (one, other) in scores.items()
    }  # fmt: skip
    assert ids(read(dataset)) == [jobs["a"].id, jobs["b"].id]
    board = read(dataset, metric="accuracy")
    assert ids(board) == [jobs["b"].id, jobs["a"].id]
    assert [metric.name for metric in board.metrics] == ["roc_auc", "accuracy"]
    assert read(dataset, metric="nonsense").metric.name == "roc_auc"


def test_folds_and_versions_are_never_mixed(dataset: Dataset, member: User) -> None:
    three = [make_succeeded_job(dataset=dataset) for _ in range(3)]
    other = make_succeeded_job(dataset=dataset, score=0.99, split_hash="f" * 64)
    second = make_version(dataset, sha256="2" * 64)
    newest = make_succeeded_job(dataset=second)
    board = read(dataset)
    assert [group.n_jobs for group in board.groups] == [1, 3, 1]
    assert ids(board) == [newest.id]
    by_group = {group.id: ids(read(dataset, group_id=group.id)) for group in board.groups}
    assert list(by_group.values()) == [
        [newest.id], [job.id for job in reversed(three)], [other.id],
    ]  # fmt: skip
    assert ids(read(second)) == ids(board)


def test_who_was_stopped_early_or_failed_stands_nowhere(dataset: Dataset) -> None:
    whole = make_succeeded_job(dataset=dataset)
    make_succeeded_job(dataset=dataset, partial=True)
    make_job(dataset=dataset, state="failed")
    outer = {"scheme": "stratified", "folds": 5, "outer_fold": 1, "outer_folds": 5}
    make_succeeded_job(dataset=dataset, validation=outer)
    assert ids(read(dataset)) == [whole.id]
    assert read(dataset, "nothing").group is None


def test_how_many_jobs_of_some_folds_are_not_ranked_is_said(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    make_succeeded_job(member, dataset=dataset)
    page = PageClient(app, member).get(f"/leaderboards/{dataset.id}/churned")
    assert not page.select("#unranked")
    for name in ("a", "b", "c", "d"):
        make_succeeded_job(member, dataset=dataset, partial=True, name=name)
    left = PageClient(app, member).get(f"/leaderboards/{dataset.id}/churned").find("#unranked")
    assert words_of(left) == "4 jobs with some folds only are not ranked: d , c , b and 1 other ."
    mine = make_succeeded_job(dataset=dataset, partial=True)
    assert read(dataset).unranked.total == 5
    assert read(dataset, owner_id=mine.owner_id).unranked.total == 1


def test_in_a_board_of_very_many_jobs_none_is_looked_for(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.leaderboards.unranked.LOOKED_AT", 1)
    job = make_succeeded_job(member)
    make_succeeded_job(member, dataset=job.dataset)
    text = PageClient(app, member).get(f"/leaderboards/{job.dataset_id}/churned").text
    assert "Jobs with some folds only are not ranked." in text


def test_a_deleted_job_leaves_its_leaderboard(dataset: Dataset) -> None:
    gone, stays = (make_succeeded_job(dataset=dataset) for _ in range(2))
    with writing() as session:
        session.delete(session.get_one(Job, gone.id))
    assert ids(read(dataset)) == [stays.id]
    assert db.session.scalar(select(func.count()).select_from(JobScore)) == 2


def test_whose_and_the_best_of_each_estimator(dataset: Dataset, member: User) -> None:
    mine = make_succeeded_job(member, dataset=dataset, score=0.7)
    best = make_succeeded_job(dataset=dataset, score=0.9)
    ridge = make_succeeded_job(dataset=dataset, score=0.8, estimator="RandomForestClassifier")
    assert ids(read(dataset, owner_id=member.id)) == [mine.id]
    board = read(dataset, best_per_estimator=True)
    assert (ids(board), board.total) == ([best.id, ridge.id], 2)
    board = read(dataset, best_per_estimator=True, owner_id=member.id)
    assert (ids(board), board.total) == ([mine.id], 1)
    board = read(dataset, per=2)
    assert (ids(board), board.total) == ([best.id, ridge.id], 3)


def test_ranks_are_shared_by_the_tied_and_a_chain_has_an_end() -> None:
    small = [tuple(score - step for score in BEST) for step in (0.0, 0.004, 0.02)]
    ranks = give_ranks(
        [(n, folds(s)) for n, s in enumerate([BEST, CLOSE, *small[2:], FAR])], ROC_AUC
    )
    assert [rank.words for rank in ranks] == ["1=", "1=", "3", "4"]
    # With two folds nothing is told apart by them, so only equal scores are tied.
    ranks = give_ranks([(n, folds(s[:2])) for n, s in enumerate([BEST, BEST, CLOSE])], ROC_AUC)
    assert [rank.words for rank in ranks] == ["1=", "1=", "3"]
    # Each is tied with the one before it, the last not with the first.
    noisy = (0.0, 0.02, -0.02, 0.03, -0.03)
    chain = [[0.9 - 0.03 * n + (e if n % 2 else -e) for e in noisy] for n in range(4)]
    words = [rank.words for rank in give_ranks(list(enumerate(map(folds, chain))), ROC_AUC)]
    assert words[0] == words[1] == "1="
    assert words[-1] not in {"1=", "1"}


def test_a_board_says_among_which_jobs_its_ranks_are(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for _ in range(2):
        make_succeeded_job(member, dataset=dataset)
    pages, url = PageClient(app, member), f"/leaderboards/{dataset.id}/churned"
    assert "Ranks are among 2 jobs on these folds; a batch ranks" in pages.get(url).text
    own = pages.get(f"{url}?owner=me&best=1").text
    assert "of yours on these folds, the best of each estimator; a batch" in own


def test_of_those_that_share_a_rank_each_says_where_its_score_stands(dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.84, 0.839, 0.6)]
    with writing() as session:
        for job, scores in zip(jobs, (BEST, CLOSE, FAR), strict=True):
            for fold in session.scalars(select(JobFold).where(JobFold.job_id == job.id)):
                fold.scores = {"roc_auc": scores[fold.fold - 1]}
    places = read(dataset).places
    assert [place.rank.words for place in places] == ["1=", "1=", "3"]
    assert [place.noise for place in places] == [
        "1st by score, with others within noise", "2nd by score, within noise of the best", "",
    ]  # fmt: skip


def test_baselines_stand_in_their_places(dataset: Dataset) -> None:
    baselines = {
        "dummy": {"roc_auc": {"mean": 0.5, "std": 0.0}},
        "linear": {"roc_auc": {"mean": 0.8, "std": 0.01}},
    }
    details = {"baselines": baselines}
    high = make_succeeded_job(dataset=dataset, score=0.9, details=details)
    low = make_succeeded_job(dataset=dataset, score=0.7, details=details)
    lines = [line.job.id if isinstance(line, Place) else line.kind for line in read(dataset).lines]
    assert lines == [high.id, "linear", low.id, "dummy"]


def test_the_best_so_far_is_by_the_time_of_the_end(dataset: Dataset) -> None:
    scores = [0.7, 0.6, 0.8, 0.8, 0.75, 0.9]
    began = now()
    order = [3, 0, 2, 1, 5, 4]  # the ids are in another order than the ends
    jobs = {
        at: make_succeeded_job(
            dataset=dataset, score=scores[at], finished_at=began + timedelta(seconds=at)
        )
        for at in order
    }
    group = read(dataset).group
    assert group is not None
    steps = find_steps(group, "roc_auc")
    assert [(score, job.id) for _, score, job in steps] == [
        (0.7, jobs[0].id), (0.8, jobs[2].id), (0.9, jobs[5].id),
    ]  # fmt: skip
    assert [at for at, _, _ in steps] == sorted(at for at, _, _ in steps)


def test_the_best_so_far_follows_what_ends_and_what_is_deleted(dataset: Dataset) -> None:
    def steps() -> list[int]:
        group = read(dataset).group
        assert group is not None
        return [job.id for _, _, job in find_steps(group, "roc_auc")]

    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.7, 0.99, 0.8)]
    assert steps() == [jobs[0].id, jobs[1].id]
    delete_job(user=jobs[1].owner, job_id=jobs[1].id)
    assert steps() == [jobs[0].id, jobs[2].id]
    last = make_succeeded_job(dataset=dataset, score=0.9)
    assert steps() == [jobs[0].id, jobs[2].id, last.id]


def test_the_list_names_the_best_of_what_each_opens_with(dataset: Dataset, member: User) -> None:
    best = make_succeeded_job(dataset=dataset, score=0.9)
    make_succeeded_job(dataset=dataset, score=0.8)
    alone = make_succeeded_job(dataset=dataset, score=0.99, split_hash="f" * 64)
    other = make_dataset(member, name="others")
    last = make_succeeded_job(dataset=other, score=0.6)
    entries, total = list_leaderboards()
    assert total == 2
    assert [(e.best.id, e.n_jobs) for e in entries] == [(last.id, 1), (best.id, 3)]
    assert [(e.n_first, e.n_others) for e in entries] == [(1, 0), (2, 1)]
    (also,) = entries[1].others
    words = f"v1, 5 folds, stratified, seed 0, as job #{alone.id}"
    assert (also.words, also.n_jobs, also.score) == (words, 1, 0.99)
    assert [e.best.id for e in list_leaderboards(page=2, per=1)[0]] == [best.id]
    assert [e.best.id for e in list_leaderboards(dataset_id=dataset.id)[0]] == [best.id]


@pytest.mark.parametrize("target", ["churned", "a/b", "..", "/x", "a//b", "<b>&\"'", "ä?#%", "."])
def test_every_target_has_an_address(app: Flask, member: User, target: str) -> None:
    dataset = make_dataset(member, name="people")
    job = make_succeeded_job(dataset=dataset, target=target)
    with app.test_request_context():
        url = board_url(dataset.id, target)
    assert not {"", ".", ".."} & set(url.split("?")[0].split("/")[1:])
    page = PageClient(app, member).get(url)
    assert page.status == 200
    assert page.soup.select_one(f"#job-{job.id}") is not None
    assert url in {
        a["href"] for a in PageClient(app, member).get("/leaderboards").soup.select("a")
    }


def test_a_best_score_says_of_which_folds_it_is_wherever_it_stands(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    ten = {"scheme": "stratified", "folds": 10, "repeats": 1}
    for score in (0.763, 0.75):
        make_succeeded_job(member, dataset=dataset, score=score)
    make_succeeded_job(member, dataset=dataset, score=0.788, split_hash="f" * 64, validation=ten)
    pages = PageClient(app, member)
    wanted = {
        "/leaderboards": ("tr[data-dataset-id]", "on 5 folds, stratified 2 3 in all"),
        "/": ("#best", "on 10 folds, stratified"),
        "/datasets": (".best-cell", "on 10 folds, stratified"),
    }
    for path, (where, words) in wanted.items():
        assert words in words_of(pages.get(path).find(where)), path


def test_other_ways_of_splitting_stand_under_their_leaderboard(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for score in (0.7, 0.8):
        make_succeeded_job(member, dataset=dataset, score=score)
    for n in range(6):
        last = make_succeeded_job(member, dataset=dataset, score=0.6 + n / 100,
                                  split_hash=f"{n}" * 64)  # fmt: skip
    page = PageClient(app, member).get("/leaderboards")
    assert len(page.select("tr[data-dataset-id]")) == 1
    under = [words_of(row) for row in page.select("tr.under")]
    assert under[0] == f"also on v1, 5 folds, stratified, seed 0, as job #{last.id} 0.650 1"
    assert under[4:] == ["and 2 other ways of splitting, on its page"]
    board = PageClient(app, member).get(page.find("tr.under a")["href"])
    assert len(board.select("tr[data-job-id]")) == 1


def test_the_page_of_a_target_without_a_finished_job(app: Flask, member: User) -> None:
    job = make_job(member, state="running")
    page = PageClient(app, member).get(f"/leaderboards/{job.dataset_id}/{job.target}")
    assert "No finished jobs for this target yet" in page.text
    PageClient(app, member).get("/leaderboards/999/x", status=404)
    assert "No leaderboards yet" in PageClient(app, member).get("/leaderboards").text


def test_the_api_gives_what_the_page_shows(app: Flask, member: User) -> None:
    dataset = make_dataset(member, name="people")
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.7, 0.9)]
    token = create_token(user=member, name="t").text
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    listed = client.get("/api/v1/leaderboards", headers=headers).get_json()
    assert [(e["target"], e["jobs"], e["best_job_id"]) for e in listed["items"]] == [
        ("churned", 2, jobs[1].id)
    ]
    url = f"/api/v1/leaderboards/{dataset.id}/churned"
    board = client.get(url, headers=headers).get_json()
    assert [(p["rank"], p["job_id"]) for p in board["items"]] == [(1, jobs[1].id), (2, jobs[0].id)]
    assert board["groups"][0]["folds"] == board["folds"]
    assert client.get("/api/v1/leaderboards/999/x", headers=headers).status_code == 404


def test_scores_about_another_class_are_another_ranking(dataset: Dataset) -> None:
    def about(positive: str, f1: float, score: float) -> Job:
        metrics = {"f1": {"mean": f1, "std": 0.0}, "roc_auc": {"mean": score, "std": 0.0}}
        details = {"positive_class": positive}
        return make_succeeded_job(dataset=dataset, metrics=metrics, details=details, score=score)

    no, yes, better = about("no", 0.9, 0.8), about("yes", 0.4, 0.7), about("yes", 0.5, 0.6)
    board = read(dataset, metric="f1")
    assert (board.positives, board.positive) == (["yes", "no"], "yes")
    assert ids(board) == [better.id, yes.id]
    board = read(dataset, metric="f1", positive="no")
    assert (ids(board), board.total) == ([no.id], 1)
    assert board.group is not None
    assert [job.id for _, _, job in find_steps(board.group, "f1", "no")] == [no.id]
    # By what is about both classes all are ranked, and nothing about one stands beside it.
    board = read(dataset)
    assert (ids(board), board.positives) == ([no.id, yes.id, better.id], [])
    assert board.more_metrics == []


def test_the_fit_of_the_best_candidate_stands_before_it(dataset: Dataset) -> None:
    candidate = make_succeeded_job(dataset=dataset, score=0.8, score_only=True)
    final = make_succeeded_job(dataset=dataset, score=0.8)
    assert ids(read(dataset)) == [final.id, candidate.id]
    assert ids(read(dataset, best_per_estimator=True)) == [final.id]
    assert list_leaderboards()[0][0].best.id == final.id


def test_a_baseline_does_not_stand_in_for_jobs_that_are_not_shown(dataset: Dataset) -> None:
    details = {"baselines": {"dummy": {"roc_auc": {"mean": 0.5, "std": 0.0}}}}
    for score in (0.9, 0.8, 0.7):
        make_succeeded_job(dataset=dataset, score=score, details=details)
    assert [isinstance(line, Place) for line in read(dataset, per=2).lines] == [True, True]
    assert [isinstance(line, Place) for line in read(dataset).lines] == [True] * 3 + [False]


@pytest.mark.parametrize("target", ["churned", "a//b", ".", "..", "/x", "<b>&#?%"])
def test_the_api_has_an_address_for_every_target(app: Flask, member: User, target: str) -> None:
    dataset = make_dataset(member, name="people")
    jobs = [make_succeeded_job(dataset=dataset, target=target, score=s) for s in (0.7, 0.9)]
    token = create_token(user=member, name="t").text
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    url = f"/api/v1/leaderboards/{dataset.id}"
    asked = {"target": target, "limit": "1"}
    board = client.get(url, query_string=asked, headers=headers).get_json()
    assert board["target"] == target
    assert [place["job_id"] for place in board["items"]] == [jobs[1].id]
    unnamed = client.get(url, headers=headers)
    assert (unnamed.status_code, "target" in unnamed.text) == (422, True)
    gone = client.get("/api/v1/leaderboards/999", query_string=asked, headers=headers)
    assert gone.status_code == 404
