"""What a person asked a model before, one row each: how the answer changes with the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import select

from dashboard.db import Prediction, User
from dashboard.extensions import db
from dashboard.filters import number, percent

SHOWN = 10
CLASSES_SHOWN = 5


@dataclass(frozen=True)
class Answer:
    """What a model says about one row: a class with its probabilities, or a number."""

    label: str
    probabilities: Sequence[tuple[str, float]]

    @property
    def words(self) -> str:
        """The answer in a few words: ``Yes, 71%``."""
        share = dict(self.probabilities).get(self.label)
        return self.label if share is None else f"{self.label}, {percent(share)}"


@dataclass(frozen=True)
class Try:
    """One row that was asked about; `changes` is what the one before had otherwise."""

    prediction: Prediction
    answer: Answer
    changes: Sequence[str]


def read_answer(answer: Mapping[str, Any]) -> Answer:
    """Return the answer about the first row."""
    label = answer["predictions"][0]
    shares = (answer.get("probabilities") or [{}])[0]
    ordered = sorted(shares.items(), key=lambda pair: -pair[1])[:CLASSES_SHOWN]
    return Answer(label if isinstance(label, str) else number(label, 6), ordered)


def list_tries(*, user: User, model_id: int) -> list[Try]:
    """List the last rows that a person asked a model about, the newest first."""
    found = db.session.scalars(
        select(Prediction)
        .where(
            Prediction.model_id == model_id, Prediction.owner_id == user.id,
            Prediction.kind == "rows", Prediction.state == "ready", Prediction.n_rows == 1,
        )
        .order_by(Prediction.id.desc())
        .limit(SHOWN + 1)
    ).all()  # fmt: skip
    tries = [
        Try(one, read_answer(one.answer or {}), _changes(one, before))
        for one, before in zip_longest(found, found[1:])
    ]
    return tries[:SHOWN]


def _changes(one: Prediction, before: Prediction | None) -> list[str]:
    if before is None:
        return []
    row, former = (one.rows or [{}])[0], (before.rows or [{}])[0]
    return [f"{name} {_shown(row[name])}" for name in row if row[name] != former.get(name)]


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    return number(value, 6) if isinstance(value, int | float) else str(value)
