"""What the form of a new job says of rows whose target is no value of one row, and offers.

They hold a text among numbers, or sum up other rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.look.row_views import find_cell
from dashboard.filters import number, plural
from dashboard.jobs.changing.changed import say_change
from dashboard.jobs.form.change import apply_change
from dashboard.jobs.form.fields import VALIDATION, JobForm
from dashboard.jobs.form.texts import read_texts
from tasks.engine.table.target_texts import say_texts

PRESSED = "leave_out"
SUMS = frozenset({"ROWS_TOTAL", "LAST_ROWS"})


@dataclass(frozen=True)
class LeftOut:
    """Rows that one may not want to learn from, why, and what leaves them out if it is known."""

    of: str
    words: str
    change: Mapping[str, Any]

    @property
    def press(self) -> str:
        """What the button says that does it."""
        return say_change(self.change) if self.change else ""


def find_left_out(form: JobForm) -> list[LeftOut]:
    """Return what is to be said of such rows, but for those that the form leaves out already."""
    column, chosen = form.target, form.values.get("task")
    if form.dataset is None or column is None or chosen == "classification":
        return []
    known = read_texts(form.values.get(f"{VALIDATION}targets_left_out", ""))
    known = known if isinstance(known, list) else []
    found = [_find_texts(form, column, known)]
    if form.task == "regression":
        found += [_find_sum(form, told, known) for told in form.dataset.problems or ()]
    return [one for one in found if one]


def _find_texts(form: JobForm, column: Mapping[str, Any], known: list[str]) -> LeftOut | None:
    texts = [(one["value"], one["count"]) for one in column.get("texts") or ()]
    texts = [(text, n) for text, n in texts if text not in known]
    if not texts:
        return None
    rows, name = sum(n for _, n in texts), form.target_name
    words = (
        f'"{name}" holds numbers, but text in {plural(rows, "row")}: {say_texts(texts)}. '
        "A job that predicts numbers fails by them"
    )
    left_out = {"targets_left_out": [*known, *(text for text, _ in texts)]}
    task = {} if form.task == "regression" else {"task": "regression"}
    return LeftOut("texts", words, {**task, "validation": left_out})


def _find_sum(form: JobForm, told: Mapping[str, Any], known: list[str]) -> LeftOut | None:
    line, column = told.get("line"), form.target
    if told["code"] not in SUMS or not line or form.dataset is None or column is None:
        return None
    cell = (find_cell(form.dataset, line, form.target_name) or "").strip()
    if not cell or cell in known:
        return None
    median = column.get("median")
    beside = f", where the median is {number(median)}" if isinstance(median, int | float) else ""
    words = (
        f'{told["message"].partition(". ")[0]}. In line {line} "{form.target_name}" is '
        f"{cell}{beside}. Kept, it counts as a row like the others"
    )
    if (told.get("count") or 1) > 1:  # Check first finds the others
        return LeftOut(told["code"], f"{words}, and so do those after it", {})
    change = {"validation": {"targets_left_out": [*known, cell]}}
    return LeftOut(told["code"], words, change)


def leave_out(form: JobForm) -> bool:
    """Put what was pressed into the form; False where nothing was."""
    of = form.values.pop(PRESSED, None)
    found = next((one for one in find_left_out(form) if one.of == of), None) if of else None
    if found and found.change:
        apply_change(form, found.change)
    return of is not None
