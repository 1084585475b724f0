"""The best so far of a batch with a plan is one that a model may be made of."""

import pytest
from flask import Flask

from dashboard.batches.queries import summarise
from tests.dashboard.searches.acts import finish, read, run, submit, take, tell_folds
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("no_broker")


def test_a_candidate_without_every_fold_is_not_the_best_so_far(any_app: Flask) -> None:
    batch = submit(make_user(name="Ana"), 2)
    claim = take()
    tell_folds(claim, [0.95] * 2)
    finish(claim, 0.95, partial=True)
    assert summarise(read(batch)).best is None
    whole = run(0.7)
    found = summarise(read(batch)).best
    assert found is not None
    assert found.id == whole
