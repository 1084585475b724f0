"""The winner of a search stands on a leaderboard once, whatever it was made of."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import select

from dashboard.db import Batch, Job, JobScore, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.leaderboards.best_of_boards import find_best_on_boards
from dashboard.leaderboards.best_so_far import find_steps
from dashboard.leaderboards.board import Board, Query, read_board
from dashboard.leaderboards.listing import list_leaderboards
from dashboard.leaderboards.standing import find_rival, find_standing
from tests.dashboard.searches.acts import finish, go_on, jobs_of, submit, take, tell_folds
from tests.factories import make_succeeded_job
from tests.page import PageClient, words_of
from tests.test_migrations import find_config

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]
SCORES = (0.7, 0.9, 0.8)


def end(score: float) -> None:
    claim = take()
    if db.session.get_one(Job, claim.job_id).score_only:
        tell_folds(claim, [score] * 5)
    metrics = {"roc_auc": {"mean": score, "std": 0.01}}
    finish(claim, score, metrics=metrics, split_hash="e" * 64)


def search(user: User) -> Batch:
    """Search three candidates, of which the second one is the best."""
    batch = submit(user, len(SCORES))
    for score in SCORES:
        end(score)
    go_on(batch)
    end(max(SCORES))
    go_on(batch)
    return batch


def read(job: Job) -> Board:
    board = read_board(dataset_id=job.dataset_id, target=job.target, query=Query())
    assert board is not None
    return board


def ids(board: Board) -> list[int]:
    return [place.job.id for place in board.places]


def test_a_winner_stands_in_place_of_its_candidate(any_app: Flask, member: User) -> None:
    batch = search(member)
    first, best, third, winner = jobs_of(batch)
    board = read(winner)
    assert ids(board) == [winner.id, third.id, first.id]
    assert [place.rank.words for place in board.places] == ["1", "2", "3"]
    assert board.total == board.groups[0].n_jobs == list_leaderboards()[0][0].n_jobs == 3
    assert [p.won.id if p.won else None for p in board.places] == [batch.id, None, None]
    # Its fit time is that of the candidate, whose folds it has.
    assert [p.has_folds_of_another for p in board.places] == [True, False, False]
    standing = find_standing(winner)
    assert (standing.place, standing.total, standing.tied) == (1, 3, [])  # type: ignore[union-attr]
    assert find_standing(best) == standing
    assert find_best_on_boards(jobs_of(batch)) == {winner.id}
    # Neither is held against the copy of its own folds.
    assert find_rival(best) == find_rival(winner) == third.id


def test_the_best_so_far_are_jobs_of_the_board(any_app: Flask, member: User) -> None:
    first, _, third, winner = jobs_of(search(member))
    steps = find_steps(read(winner).group, "roc_auc")
    assert [(job.id, score) for _, score, job in steps] == [
        (first.id, 0.7), (third.id, 0.8), (winner.id, 0.9)]  # fmt: skip


def test_another_job_with_the_same_score_is_tied_all_the_same(
    any_app: Flask, member: User
) -> None:
    batch = search(member)
    winner = jobs_of(batch)[-1]
    other = make_succeeded_job(member, dataset_id=winner.dataset_id, score=0.9)
    ranks = {place.job.id: place.rank.words for place in read(winner).places}
    assert len(ranks) == 4
    assert (ranks[winner.id], ranks[other.id]) == ("1=", "1=")


def test_without_its_winner_a_candidate_stands_there_again(any_app: Flask, member: User) -> None:
    batch = search(member)
    first, best, third, winner = jobs_of(batch)
    with writing() as session:
        session.delete(session.get_one(Job, winner.id))
    assert ids(read(best)) == [best.id, third.id, first.id]


def test_its_row_says_which_search_it_won(app: Flask, member: User) -> None:
    batch = search(member)
    winner = jobs_of(batch)[-1]
    page = PageClient(app, member).get(f"/leaderboards/{winner.dataset_id}/{winner.target}")
    assert f"Winner of search #{batch.id}" in words_of(page.find(f"#job-{winner.id}"))
    assert page.text.count("Winner of") == 1


def test_winners_that_were_there_before_stand_once(any_app: Flask, member: User) -> None:
    _, best, _, winner = jobs_of(search(member))
    made_of, of_winner = best.id, winner.id
    found = select(JobScore.job_id, JobScore.winner_id).where(JobScore.winner_id.is_not(None))
    assert db.session.execute(found).all() == [(made_of, of_winner)]
    config = find_config()
    db.session.remove()
    command.downgrade(config, "0019")
    command.upgrade(config, "head")
    assert db.session.execute(found).all() == [(made_of, of_winner)]
