"""What is tried when a person asks for several, and how it stands in the batch's plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.asking.choices import Choice
from dashboard.several import KIND

DEFAULT_S = 60
SHORTEST_S, LONGEST_S = 10, 86_400
TIME_FIELD = "several.time_limit_s"  # of the form, and of errors

# Says which rows are used, not how they are split.
OF_ROWS = frozenset({"drop_copies", "targets_left_out", "note"})


def says_how_to_split(validation: Mapping[str, Any]) -> bool:
    """Tell whether a request chooses folds; else they suit the table and the time."""
    return any(value is not None for name, value in validation.items() if name not in OF_ROWS)


@dataclass(frozen=True)
class Several:
    """Estimators to try, in order.

    `slots` is how many jobs could train at a time when it was asked for.
    """

    task: str
    time_limit_s: int
    slots: int
    choices: tuple[Choice, ...] = ()

    def as_plan(self) -> dict[str, Any]:
        """Return what the batch keeps of it."""
        kept = {name: getattr(self, name) for name in ("task", "time_limit_s", "slots")}
        return {"kind": KIND, **kept}

    @classmethod
    def from_plan(cls, plan: Mapping[str, Any]) -> "Several":
        """Return what a batch keeps."""
        return cls(plan["task"], plan["time_limit_s"], plan["slots"])
