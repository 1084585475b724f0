"""The leaderboard of a batch that tries several: its first places, and the model's wherever."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.queries import list_folds_of
from dashboard.leaderboards.ranks import give_ranks
from dashboard.several.preset import Several
from dashboard.several.views import SHOWN, SeveralView, see_several
from tasks.engine.estimators.catalogue import METRICS
from tests.factories import make_dataset, make_succeeded_job

# The last one that is shown shares its rank with the one behind it.
SCORES = [0.9 - 0.01 * n for n in range(SHOWN - 1)] + [0.7, 0.7, 0.5, 0.4]


@pytest.fixture
def statements(user: User) -> Iterator[list[str]]:
    found: list[str] = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *a: found.append(a[2]))
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def tried(user: User, scores: list[float], model: int) -> tuple[SeveralView, list[int]]:
    """Return the view of a batch with scored jobs, of which one makes the model."""
    plan = Several("classification", 60, 2).as_plan()
    with writing() as session:
        batch = Batch(owner_id=user.id, name="b", n_jobs=len(scores), plan=plan, plan_state="over")
        session.add(batch)
    dataset = make_dataset(user)
    ids = [
        make_succeeded_job(
            user, dataset=dataset, batch_id=batch.id, score=score, parameters={"C": n}
        ).id
        for n, score in enumerate(scores)
    ]
    with writing() as session:
        session.get_one(Batch, batch.id).final_job_id = ids[model]
    view = see_several(db.session.get_one(Batch, batch.id))
    assert view is not None
    return view, ids


@pytest.mark.parametrize("model", [0, SHOWN, len(SCORES) - 1])
def test_ranks_of_what_is_shown_are_those_of_the_whole_ranking(user: User, model: int) -> None:
    view, ids = tried(user, SCORES, model)
    folds = list_folds_of(ids)
    ranks = give_ranks([(n, folds[n]) for n in ids], METRICS["classification"][0])
    whole = dict(zip(ids, ranks, strict=True))
    shown = [*ids[:SHOWN], *([ids[model]] if model >= SHOWN else [])]
    assert [(place.job.id, place.rank) for place in view.places] == [
        (job_id, whole[job_id]) for job_id in shown
    ]
    assert whole[ids[SHOWN - 1]].words == f"{SHOWN}="
    assert [place.job.id for place in view.places if place.is_model] == [ids[model]]
    assert view.n_more == len(ids) - len(shown)


def test_every_job_of_the_blend_is_shown_wherever_it_stands(user: User) -> None:
    view, ids = tried(user, SCORES, 0)
    shares = {ids[1]: 60, ids[2]: 30, ids[-1]: 10}
    members = [{"job_id": n, "title": "Ridge", "percent": part} for n, part in shares.items()]
    with writing() as session:
        session.get_one(Job, ids[0]).details = {"members": members}
    assert {place.job.id: place.share for place in view.places if place.share} == shares
    assert len(view.places) == SHOWN + 1


def test_only_what_is_shown_is_read_whole(user: User, statements: list[str]) -> None:
    view, _ = tried(user, SCORES, 0)
    db.session.expire_all()
    statements.clear()
    assert len(view.places) == SHOWN
    wide = [text for text in statements if "jobs.details" in text]
    (folds,) = [text for text in statements if "FROM job_folds" in text]
    marks = "%(" if db.engine.dialect.name == "postgresql" else "?"
    assert folds.count(marks) == SHOWN + 1
    assert len(wide) <= 2  # the places, and the model
