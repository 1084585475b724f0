"""What the answers mean that a form gives to the questions about columns."""

from collections.abc import Mapping
from typing import Any

from dashboard.datasets.check.questions import LEAVE_OUT, TEXT, cut, list_asked, text_kind
from dashboard.db import Dataset
from dashboard.errors import ValidationFailed


def read_answers(upload: Dataset, form: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a form's answers mean for the columns they are about.

    Parameters
    ----------
    upload : Dataset
        The upload that the form was about.
    form : Mapping
        ``answer-N`` for the column at position N. ``only`` names the one that counts; ``all``
        is one answer to every open question that offers it. Other fields are not looked at.

    Returns
    -------
    dict of str to dict
        Choices by column name, as `column_choices.parse_columns` returns them.

    Raises
    ------
    ValidationFailed
        When an answer is none of those that were offered.
    """
    chosen: dict[str, dict[str, Any]] = {}
    problems: dict[str, str] = {}
    only, for_all = form.get("only"), form.get("all")
    for asked in list_asked(upload):
        answer = form.get(asked.field) if only in {None, asked.field} else None
        column = upload.columns[asked.position]
        if for_all:
            answer = for_all if asked.is_open and for_all in _offered(column) else None
        if answer is None:
            continue
        if answer not in _offered(column):
            words = f"“{cut(answer)}” is none of the answers about “{cut(asked.column)}”"
            problems[asked.field] = words
        else:
            chosen[asked.column] = _meaning(column, asked.about, str(answer))
    if problems:
        raise ValidationFailed(problems)
    return chosen


def _offered(column: Mapping[str, Any]) -> set[str]:
    """Return the answers to the question about a column."""
    question = column["question"]
    ways = question["formats"] if question["about"] == "date" else ["number"]
    return {*ways, TEXT, LEAVE_OUT}


def _meaning(column: Mapping[str, Any], about: str, answer: str) -> dict[str, Any]:
    if answer == LEAVE_OUT:
        return {"use": False}
    if answer == TEXT:
        return {"kind": text_kind(column)}
    if about == "date":
        return {"kind": "date", "format": answer}
    return {"kind": "number"}
