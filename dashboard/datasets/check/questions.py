"""What is asked about a column whose cells do not agree; `answers.py` has what an answer means.

The counts and the example of each question were made by the profile (`Dataset.columns`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

from dashboard.datasets.check.first_rows import Shown
from dashboard.filters import count, plural
from tasks.engine.profile.date_order import either_way

FIELD = "answer-"
TEXT, LEAVE_OUT = "text", "leave_out"
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Choice:
    """One answer: its value in the form, its title, and what it would do."""

    value: str
    title: str
    effect: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked about one column.

    `position` is the column's place in the file, from 0. `selected` is the answer that is given
    or, before that, what we propose; `is_open` says that nobody has answered yet. `cells` is how
    many cells it is about, `become` how many of them would be numbers. `decimal` is the decimal
    sign by which its cells would mean something else, and an example in words; None where they
    would not.
    """

    position: int
    column: str
    about: str
    summary: str
    choices: Sequence[Choice]
    selected: str
    is_open: bool
    cells: int
    become: int
    decimal: tuple[str, str] | None = None

    @property
    def field(self) -> str:
        """The name of its radio buttons."""
        return f"{FIELD}{self.position}"


class Asked(NamedTuple):
    """That something is asked about a column: what all questions are counted by.

    `position` is the column's place in the file, from 0; `is_open` says that nobody has answered
    yet. `cells` is how many cells it is about. A file may have a question about each of 20,000
    columns, so the words and choices of a `Question` are made for those that are shown.
    """

    position: int
    column: str
    about: str
    cells: int
    is_open: bool

    @property
    def field(self) -> str:
        """The name of its answer in a form."""
        return f"{FIELD}{self.position}"


def list_asked(upload: Shown) -> list[Asked]:
    """Return what is asked about an upload's columns, the open questions first, in file order."""
    given = upload.options.get("columns") or {}
    found = [
        Asked(n, column["name"], asked["about"], asked.get("of", 0),
              not _answer(given.get(column["name"])))
        for n, column in enumerate(upload.columns)
        if (asked := column.get("question")) and asked.get("about") in _MADE
    ]  # fmt: skip
    return sorted(found, key=lambda asked: not asked.is_open)


def make_questions(
    upload: Shown, asked: Sequence[Asked], sent: Mapping[str, Any] | None = None
) -> list[Question]:
    """Return some of an upload's questions in words, with what may be answered.

    Parameters
    ----------
    upload : Dataset or Beginning
        The upload.
    asked : sequence of Asked
        Some of `list_asked`.
    sent : Mapping, optional
        A form that was sent and could not be used: its answers stand there again.
    """
    given = upload.options.get("columns") or {}
    found = []
    for one in asked:
        column = upload.columns[one.position]
        answer = _answer(given.get(one.column))
        found.append(_MADE[one.about](one.position, column, _present(column), answer))
    if (upload.dialect or {}).get("format", "csv") != "csv":  # others have no decimal sign
        found = [replace(question, decimal=None) for question in found]
    if sent and sent.get("asked_of") == mark_columns(upload):
        found = [_with_answer(question, sent.get(question.field)) for question in found]
    return found


def _with_answer(question: Question, answer: str | None) -> Question:
    is_offered = answer in {choice.value for choice in question.choices}
    return replace(question, selected=answer) if answer and is_offered else question


def _present(column: Mapping[str, Any]) -> int:
    """Return how many cells of a column hold something, whether it can be read or not."""
    return int(column["count"]) + int(column.get("unreadable", 0))


def _answer(choice: Mapping[str, Any] | None) -> str | None:
    """Return the answer that a choice for a column came from; None where there is none."""
    if not choice:
        return None
    if choice.get("use") is False:
        return LEAVE_OUT
    kind = choice.get("kind")
    return "number" if kind == "number" else choice.get("format") or TEXT


def _about_number(
    position: int, column: Mapping[str, Any], present: int, answer: str | None
) -> Question:
    asked = column["question"]
    verb = "is" if asked["of"] == 1 else "are"
    return Question(
        position=position,
        column=column["name"],
        about="number",
        summary=_ambiguous(column["name"], asked)
        or f"“{cut(column['name'])}” looks like a number column, "
        f"but {count(asked['of'])} of {plural(present, 'cell')} {verb} text",
        choices=(
            Choice("number", "Read it as a number", "; ".join(_effects(asked))),
            Choice(TEXT, "Keep it as text", "It can be a category, but not a number to predict"),
            Choice(LEAVE_OUT, "Leave the column out"),
        ),
        # A proposal loses nothing: where cells would be lost, or mean another number, the person
        # decides.
        selected=answer or (TEXT if asked["left"] or "or" in asked else "number"),
        is_open=not answer,
        cells=asked["of"],
        become=asked["become"],
        decimal=_other_decimal(asked),
    )


def _ambiguous(name: str, asked: Mapping[str, Any]) -> str:
    if "or" not in asked:
        return ""
    both = f"{cut(asked['to'])} or {cut(asked['or'])}"
    return f"“{cut(name)}” has numbers such as {cut(asked['from'])}, which may mean {both}"


def _other_decimal(asked: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the sign by which an ambiguous number has decimals, and what it means then."""
    if "or" not in asked:
        return None
    sign = "," if "," in asked["from"] else "."
    return sign, f"{cut(asked['from'])} is {cut(asked['or'])}"


def _effects(asked: Mapping[str, Any]) -> list[str]:
    """Return what reading a column as a number does to its cells, with exact counts."""
    effects = []
    if n := asked["become"]:
        verb = "becomes a number" if n == 1 else "become numbers"
        effects.append(f"{plural(n, 'cell')} {verb}")
        if asked.get("from"):
            effects[0] += f" ({cut(asked['from'])} becomes {cut(asked['to'])})"
    if n := asked["missing"]:
        cell = f"“{cut(asked['hidden'])}” cell" if asked.get("hidden") else "other cell"
        effects.append(f"{plural(n, cell)} {'becomes' if n == 1 else 'become'} missing")
    if n := asked["left"]:
        verb = "is no number and becomes" if n == 1 else "are no numbers and become"
        effects.append(f"{plural(n, 'cell')} {verb} missing")
    return effects


def _about_dates(
    position: int, column: Mapping[str, Any], present: int, answer: str | None
) -> Question:
    asked = column["question"]
    lefts = asked.get("left") or [0] * len(asked["formats"])
    formats = [
        Choice(date_format, _order_of(date_format), _date_effect(asked["example"], meaning, left))
        for date_format, meaning, left in zip(
            asked["formats"], asked["meanings"], lefts, strict=False
        )
    ]
    return Question(
        position=position,
        column=column["name"],
        about="date",
        summary=_date_summary(column, present),
        choices=(
            *formats,
            Choice(TEXT, "Keep it as text", "It is no date then"),
            Choice(LEAVE_OUT, "Leave the column out"),
        ),
        selected=answer or TEXT,
        is_open=not answer,
        cells=asked.get("of", 0),
        become=0,
    )


def _date_summary(column: Mapping[str, Any], present: int) -> str:
    asked, name = column["question"], cut(column["name"])
    if len(asked["formats"]) > 1:
        return f"“{name}” has dates in which {either_way(asked['formats'])}"
    verb = "is no date" if asked["of"] == 1 else "are no dates"
    return (
        f"“{name}” looks like a column of dates, "
        f"but {count(asked['of'])} of {plural(present, 'cell')} {verb}"
    )


def _date_effect(example: str, meaning: str, left: int) -> str:
    effect = f"{cut(example)} means {cut(meaning)}"
    if not left:
        return effect
    return f"{effect}; {plural(left, 'cell')} {'becomes' if left == 1 else 'become'} missing"


_MADE = {"number": _about_number, "date": _about_dates}


def _order_of(date_format: str) -> str:
    """Say in which order a format has day and month; one that begins with the year says so."""
    if date_format == "ISO8601" or re.match("%[Yy]", date_format):
        return "Year first, then month"
    is_day_first = re.search("%d.*%[mbB]", date_format)
    return "Day first, then month" if is_day_first else "Month first, then day"


def text_kind(column: Mapping[str, Any]) -> str:
    """Return what a column is that stays text: a category where it was found to be one."""
    return column["kind"] if column["kind"] in {"category", "identifier"} else TEXT


def cut(text: Any) -> str:
    """Return a person's own value, cut where it is long."""
    text = str(text)
    return f"{text[:LONGEST_VALUE]}…" if len(text) > LONGEST_VALUE else text


def mark_columns(upload: Shown) -> str:
    """Return a mark of the columns' names and order, by which a form's answers know theirs."""
    names = json.dumps(upload.column_names)
    return sha256(names.encode()).hexdigest()[:12]
