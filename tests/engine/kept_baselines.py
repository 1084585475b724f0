"""Training as a worker does it: baselines are kept for the next request on the same data.

They take as long as the rest of a small training, and many tests train on the same table.
`test_baselines.py` holds that they depend on nothing but data, target and folds.
"""

import json
from typing import Any

from tasks.engine import training
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec


class Kept:
    """Keeps baselines as long as the process lives."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return what was kept, or None."""
        return json.loads(self.found.get(digest, "null"))

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        """Keep it."""
        self.found[digest] = json.dumps(found)


_KEPT = Kept()


def train(spec: TrainingSpec, columns: dict[str, Any], *how: Any, **more: Any) -> TrainingResult:
    """Train with the baselines that are kept."""
    return training.train(spec, columns, *how, **{"store": _KEPT, **more})
