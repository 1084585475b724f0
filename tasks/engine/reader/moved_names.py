"""Rows that are the names of the columns in another order, as where files were put together."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.reader.refusals import Problem

FIRST_COLUMNS = 3  # that tell nearly every row to be none
MOST_PLACES = 1_000
SHOWN_CHARS = 60


class MovedNames:
    """Counts them; what stands below one may be in its order, in the wrong columns.

    Parameters
    ----------
    labels : sequence of str
        The names as they stand in the file; none where the columns have none.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = sorted(labels)
        is_clear = len(labels) > 1 and all(labels) and len(set(labels)) == len(labels)
        self.known = pa.array(self.labels if is_clear else [], pa.string())
        self.n = self.line = 0
        self.text = ""

    def look(self, lines: np.ndarray, columns: Sequence[pa.Array]) -> None:
        """Look at rows, each with its line."""
        if not len(self.known):
            return
        rows = np.arange(len(lines))
        for column in columns[:FIRST_COLUMNS]:
            found = pc.is_in(column.take(pa.array(rows)), self.known)
            rows = rows[found.to_numpy(zero_copy_only=False)]
            if not len(rows):
                return
        for at in rows[:MOST_PLACES].tolist():
            cells = [(column[at].as_py() or "").strip() for column in columns]
            if sorted(cells) == self.labels:
                self.n += 1
                self.line = self.line or int(lines[at])
                self.text = self.text or ", ".join(cells)[:SHOWN_CHARS]

    def problems(self) -> Iterator[Problem]:
        """Yield what is to be said."""
        if self.n:
            message = (
                f'Line {self.line} has the names of the columns in another order: "{self.text}". '
                "The rows below it were read in the order of the first names; if they are in that "
                "of their own, their cells are in the wrong columns. Put them into one order"
            )
            yield Problem("warning", "NAMES_REORDERED", message, line=self.line, count=self.n)
