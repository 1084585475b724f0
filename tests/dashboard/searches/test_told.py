"""What is told of a search agrees with what was scored."""

import pytest

from dashboard.batches.keeping import keep_best
from dashboard.batches.queries import summarise
from dashboard.batches.service import cancel_batch
from dashboard.db import User
from dashboard.searches.service import extend_search
from dashboard.searches.views import view_search
from tasks.cautions import find_cautions
from tests.dashboard.searches.acts import (
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    run,
    search_to_end,
    submit,
    take,
    tell_folds,
)

pytestmark = pytest.mark.usefixtures("no_broker")


def test_the_best_is_called_that_of_those_that_were_scored(user: User) -> None:
    batch = submit(user, 6)
    run(0.7)
    run(0.8)
    fail(take())
    keep_best(user=user, batch_id=batch.id)
    winner = jobs_of(batch)[-1]
    assert winner.name.endswith(" (best of 2)")
    assert find_cautions(winner)[0]["message"].startswith("Chosen as the best of 2 candidates")
    found = view_search(summarise(read(batch)))
    assert "chosen out of 2 candidates" in found.caution


def test_who_keeps_the_best_of_a_finished_search_changes_nothing(user: User) -> None:
    batch = search_to_end(user, 0.7, 0.8)
    keep_best(user=user, batch_id=batch.id)
    go_on(batch)
    found = read(batch)
    assert "stopped" not in found.plan
    assert (found.plan_state, found.plan_message) == (
        "over", "2 candidates were scored. The best one was fitted on all rows",
    )  # fmt: skip


def test_who_keeps_the_best_while_it_is_being_fitted_stopped_nothing(user: User) -> None:
    batch = submit(user, 2)
    run(0.7)
    run(0.8)
    go_on(batch)
    claim = take()
    keep_best(user=user, batch_id=batch.id)
    finish(claim, 0.8)
    go_on(batch)
    found = read(batch)
    assert (found.plan_state, found.plan_message) == (
        "over", "2 candidates were scored. The best one was fitted on all rows",
    )  # fmt: skip


def test_the_best_of_an_extension_that_was_cancelled_can_be_kept(user: User) -> None:
    batch = search_to_end(user, 0.7)
    extend_search(user=user, batch_id=batch.id, jobs=2, limit=10)
    go_on(batch)
    run(0.8)
    cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    keep_best(user=user, batch_id=batch.id)
    assert jobs_of(batch)[-1].name.endswith("(best of 2)")


def test_a_fold_that_was_scored_after_the_stop_is_told_of(user: User) -> None:
    batch = submit(user, 2)
    run(0.9)
    claim = take()
    assert tell_folds(claim, [0.5, 0.52]) == "enough"
    assert "after 2 of 5 folds: ROC AUC 0.510, the best has" in jobs_of(batch)[1].stopped_because
    tell_folds(claim, [0.6], first=3)
    finish(claim, 0.54, partial=True)
    words = "Stopped after 3 of 5 folds: ROC AUC 0.540, the best has 0.900 on these 3 folds"
    assert jobs_of(batch)[1].stopped_because == words
