"""What a person chose under Settings, as pages need it. What is unknown or odd is the default."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask import Flask, g, has_request_context
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from dashboard.db import User
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.filters import MINUS, delta, score

DIGITS = (3, 4, 5, 6)
SMALL_SCORE = 0.01  # below it three decimals say little
ZONES = ("browser", "UTC")  # and the names of `zone_names`


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of time zones that may be chosen: those of places."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/",
             "Indian/", "Pacific/")  # fmt: skip
    return tuple(sorted(name for name in available_timezones() if name.startswith(areas)))


@dataclass(frozen=True)
class Preferences:
    """What follows a person to every browser; theme, density and motion are a browser's own."""

    zone: str = "browser"
    digits: int = 3
    shortcuts: bool = True

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Preferences":
        """Read what an account keeps."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in (kept or {}).items() if name in known})


def init_app(app: Flask) -> None:
    """Register the filter by which templates show scores."""
    app.add_template_filter(score_for_reader, "score")


def score_for_reader(amount: float | None, digits: int | None = None) -> str:
    """Show a score with as many decimals as the person chose, unless a page needs its own."""
    return score(amount, digits or current().digits)


def score_cell(amount: float | None) -> str | None:
    """Show a score in a figure's table, in which what is not known stays so."""
    return None if amount is None else score_for_reader(amount)


def delta_for_reader(amount: float | None, beside: float | None = None) -> str:
    """Show a difference of scores, with its sign and as many decimals as the person chose.

    One that is less than what these decimals show is a zero with a sign where the score `beside`
    it is none of those that need more of them.
    """
    digits = current().digits
    is_plain = beside is not None and abs(beside) >= SMALL_SCORE
    if amount is not None and is_plain and 0 < abs(amount) < 0.5 * 10**-digits:
        return f"{'+' if amount > 0 else MINUS}{0:.{digits}f}"
    return delta(amount, digits)


def current() -> Preferences:
    """Return what the person of this request chose; the defaults for who is not signed in."""
    if not has_request_context():
        return Preferences()
    if "preferences" not in g:
        g.preferences = _read_current()
    found: Preferences = g.preferences
    return found


def _read_current() -> Preferences:
    try:
        return Preferences.read(current_user.preferences if current_user.is_authenticated else {})
    except SQLAlchemyError:  # the database is away, and a page says so
        return Preferences()


def change_preferences(*, user: User, zone: str, digits: str, shortcuts: bool) -> Preferences:
    """Keep what a person chose.

    Parameters
    ----------
    user : User
        Who.
    zone : str
        ``browser``, ``UTC`` or the name of a time zone, such as ``Europe/Rome``.
    digits : str
        How many decimals scores have: ``3`` to ``6``.
    shortcuts : bool
        Whether single keys do something.

    Raises
    ------
    ValidationFailed
        When there is no such zone, or no such number of digits.
    """
    faults = {}
    if zone not in ZONES and zone not in zone_names():
        faults["zone"] = f"There is no time zone {zone[:100]!r}. Choose one of the list"
    if digits not in map(str, DIGITS):
        faults["digits"] = f"Choose from {DIGITS[0]} to {DIGITS[-1]} decimals"
    if faults:
        raise ValidationFailed(faults)
    chosen = Preferences(zone, int(digits), shortcuts)
    with writing() as session:
        session.get_one(User, user.id).preferences = asdict(chosen)
    return chosen
