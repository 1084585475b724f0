"""What each fold predicted is stored while the next fold is fitted.

To wait until a disk or a bucket has a file takes no time of a core, so the fit does not wait too.
"""

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from dashboard.storage import Storage, keys
from tasks.child import Send
from tasks.engine.progress import FoldOutcome


class FoldKeeper:
    """Stores folds one after the other, and tells of each once it is stored.

    Leaving its block waits until all are.

    Parameters
    ----------
    job_id, lease : int, str
        Whose folds they are.
    storage : Storage
        Where they go.
    send : callable
        Hears of each.
    """

    def __init__(self, job_id: int, lease: str, storage: Storage, send: Send) -> None:
        self.job_id, self.lease, self.storage, self.send = job_id, lease, storage, send
        self.pool = ThreadPoolExecutor(1)
        self.last: Future[None] | None = None
        self.told: Future[None] | None = None

    def keep(self, outcome: FoldOutcome) -> None:
        """Begin to store a fold. Raises what the one before it could not be stored for."""
        self._wait()
        self.last = self.pool.submit(self._store, outcome)

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event behind the fold that is being stored: what a log says is so by then."""
        if all(one is None or one.done() for one in (self.last, self.told)):
            self.send(event)
        else:
            self.told = self.pool.submit(self.send, event)

    def _store(self, outcome: FoldOutcome) -> None:
        key = keys.job_fold(self.job_id, self.lease, outcome.score.fold)
        _put_frame(self.storage, key, outcome.out_of_fold)
        curve = outcome.curve.as_dict() if outcome.curve else None
        fold = outcome.score.as_dict() | {"key": key, "curve": curve}
        self.send({"type": "fold", "fold": fold})

    def _wait(self) -> None:
        if self.last is not None:
            self.last.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self.pool.shutdown()
        if error is None:
            self._wait()


def _put_frame(storage: Storage, key: str, frame: pd.DataFrame) -> None:
    """Store a table as Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.parquet"
        frame.to_parquet(path, index=False)
        storage.put_file(key, path)
