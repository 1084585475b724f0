"""What the intervals of a job's scores mean, in words."""

from collections.abc import Mapping
from typing import Any

from dashboard.filters import count


def say_interval(drawn: Mapping[str, Any], task: str) -> str:
    """Say what an interval means, from how often was drawn what, and which score has none."""
    part = f" A part of them was looked at, {count(drawn['units'])}."
    part = part if drawn["units"] < drawn["of"] else ""
    kind = "largest" if task == "regression" else "calibration"
    return (
        "Small below each score: its 95% interval by "
        f"{drawn['unit']}. If other {drawn['unit']} like these had been scored, "
        "the score would lie there in about 95 of 100 cases. It comes from a bootstrap: "
        f"the {count(drawn['of'])} scored {drawn['unit']} are resampled {count(drawn['draws'])} "
        f"times, each time scored fold by fold.{part} Nothing was fitted again for it: what other "
        f"training rows would change is in the spread over folds (±). The {kind} error has no "
        "interval, as resampling distorts it."
    )
