"""What the form of a new job offers where rows belong together: each group in one fold."""

from dataclasses import dataclass
from typing import Any

from dashboard.filters import number
from dashboard.jobs.changing.changed import say_change
from dashboard.jobs.form.change import apply_change
from dashboard.jobs.form.fields import VALIDATION, JobForm
from tasks.engine.sentinel.group_names import LEAST_GROUPS, LEAST_SIZE, is_named_like_a_group

KEEP_TOGETHER = "keep_together"
NO_GROUPS = frozenset({"constant", "date", "boolean"})
# What rows are split by already is left alone.
CHOSEN = frozenset({"group", "time"})


@dataclass(frozen=True)
class Groups:
    """A column whose values are likely what rows belong to, and how many rows one has."""

    column: str
    rows_each: float

    @property
    def change(self) -> dict[str, Any]:
        """What keeps each of them in one fold."""
        return {"validation": {"scheme": "group", "group_column": self.column}}

    @property
    def words(self) -> str:
        """Why one may want that."""
        return (
            f"{self.column} has about {number(self.rows_each, 2)} rows for each value. Where rows "
            f"of one {self.column} are both learned from and scored, scores are too good for one "
            "that is new."
        )

    @property
    def press(self) -> str:
        """What the button says that does it."""
        return say_change(self.change)


def find_groups(form: JobForm) -> Groups | None:
    """Return what rows likely belong to, by name and profile; None where nothing is offered."""
    rows = form.dataset.rows if form.dataset else None
    if not rows or form.target is None or form.values.get(f"{VALIDATION}scheme") in CHOSEN:
        return None
    for column in form.columns:
        distinct = column.get("distinct") or 0
        if (
            column["name"] != form.target_name
            and column["kind"] not in NO_GROUPS
            and LEAST_GROUPS <= distinct <= rows / LEAST_SIZE
            and is_named_like_a_group(column)
        ):
            return Groups(column["name"], rows / distinct)
    return None


def keep_together(form: JobForm) -> bool:
    """Put what was pressed into the form; False where nothing was."""
    name = form.values.pop(KEEP_TOGETHER, None)
    found = find_groups(form)
    if name is None or found is None or found.column != name:
        return name is not None
    apply_change(form, found.change)
    return True
