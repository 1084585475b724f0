"""The name of a job that is made from another one: "pears 2" after "pears"."""

import re

from sqlalchemy import func, select

from dashboard.db import Job, JobEntry, User
from dashboard.extensions import db
from dashboard.searches.naming import BEST_OF, NAME_LENGTH

NAMES_TRIED = 20
NUMBERED = re.compile(r"(.*\S) ([1-9]\d{0,5})", re.DOTALL)


def find_next_name(user: User, name: str) -> str:
    """Return the name with the next number that no job of a person has.

    Parameters
    ----------
    user : User
        Whose job it becomes.
    name : str
        That of the job that it is made from, with or without a number.
    """
    stem, number = _part(user, name)
    first, at_once = number + 1, NAMES_TRIED
    while True:
        names = [_with_number(stem, n) for n in range(first, first + at_once)]
        taken = _find_taken(user, names)
        for one in names:
            if one not in taken:
                return one
        first, at_once = first + at_once, 2 * at_once


def find_stem(user: User, name: str) -> str:
    """Return a name without the number that tells it from others of a person."""
    return _part(user, name)[0]


def is_taken(user: User, name: str) -> bool:
    """Tell whether a job of a person has a name."""
    return bool(_find_taken(user, [name]))


def _part(user: User, name: str) -> tuple[str, int]:
    """Return what a name says, and its number; 1 where it has none."""
    stem = BEST_OF.sub("", name)  # a job like a winner was not chosen among others
    found = NUMBERED.fullmatch(stem)
    # Else the number is the name's own: a year, or a setting.
    if found and int(found[2]) > 1 and _find_taken(user, [found[1]]):
        return found[1], int(found[2])
    return stem, 1


def _with_number(stem: str, number: int) -> str:
    end = f" {number}"
    return stem[: NAME_LENGTH - len(end)] + end


def _find_taken(user: User, names: list[str]) -> set[str]:
    """Return which names a person's jobs have, by the index of names in small letters."""
    fold = func.fold if db.engine.dialect.name == "sqlite" else func.lower
    small = [fold(name) for name in names]
    found = (
        select(Job.name)
        .join(JobEntry, JobEntry.job_id == Job.id)
        .where(JobEntry.name.in_(small), Job.owner_id == user.id)
    )
    return set(db.session.scalars(found))
