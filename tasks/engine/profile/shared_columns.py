"""Columns of a small table that are made ready together, so that thousands of them are quick."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.profile.many_tallies import tally_many
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.table.cells import as_text, present, trim
from tasks.engine.table.picked import Picked, Question, Texts


class SharedColumns:
    """Some columns with as many rows each, whose different texts are looked at once for all.

    Parameters
    ----------
    columns : sequence of ChunkedArray
        The cells of each.
    missing : collection of str
        The markers of missing cells.
    """

    def __init__(self, columns: Sequence[pa.ChunkedArray], missing: Collection[str]) -> None:
        self.n_rows = len(columns[0])
        self.tallies: dict[tuple[Any, ...], dict[int, NumberTally]] = {}
        self.ruled_out: dict[tuple[Any, ...], list[bool]] = {}
        chunks = [chunk for column in columns for chunk in column.chunks]
        coded = trim(as_text(pa.chunked_array(chunks, pa.string())).fill_null(""))
        coded = coded.dictionary_encode()
        self.texts = Texts(coded.dictionary)
        self.every = Picked(self.texts, np.arange(len(coded.dictionary)))
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        self.codes = codes.reshape(len(columns), self.n_rows)
        self._count(missing)

    def _count(self, missing: Collection[str]) -> None:
        """Find the different values of each column, the most frequent first, as they first stand.

        `places` are those of all columns, one behind the other; `starts` where each begins.
        """
        n_texts, n_rows = len(self.texts.cells), self.n_rows
        where = present(self.every, missing)[1]
        is_known = np.ones(n_texts, bool) if where is None else where
        keys = (self.codes + np.arange(len(self.codes))[:, None] * n_texts).ravel()
        at = np.flatnonzero(is_known[self.codes.ravel()])
        found, first, counts = np.unique(keys[at], return_index=True, return_counts=True)
        column, text = np.divmod(found, n_texts)
        rank = (column * (n_rows + 1) + n_rows - counts) * n_rows + at[first] % n_rows
        order = np.argsort(rank)
        self.places, self.counts = text[order], counts[order]
        self.starts = np.searchsorted(column, np.arange(len(self.codes) + 1))

    def values(self, n: int) -> tuple[Picked, np.ndarray]:
        """Return the values of a column that are not missing, and how often each stands."""
        part = slice(self.starts[n], self.starts[n + 1])
        return Picked(self.texts, self.places[part]), self.counts[part]

    def rows(self, n: int, step: int = 1) -> Picked:
        """Return the cells of every n-th row of a column."""
        return Picked(self.texts, self.codes[n, ::step])

    def rules_out(self, n: int, question: Question, *how: Any) -> bool:
        """Tell whether no value of a column passes a question."""
        key = (question, *how)
        if key not in self.ruled_out:
            passed = question(self.every, *how)[self.places]
            totals = np.append(0, np.cumsum(passed))[self.starts]
            self.ruled_out[key] = (np.diff(totals) == 0).tolist()
        return self.ruled_out[key][n]

    def tally(self, n: int, read: Question, *how: Any) -> NumberTally | None:
        """Return the numbers of a column as a question reads them; None where a cell is none."""
        if (read, *how) not in self.tallies:
            self.tallies[read, *how] = dict(self._tallies(read(self.every, *how)))
        return self.tallies[read, *how].get(n)

    def _tallies(self, values: np.ndarray) -> Iterator[tuple[int, NumberTally]]:
        """Yield the numbers of each column that holds nothing else; `values` are of the texts."""
        numbers = values[self.places]
        n_bad = np.append(0, np.cumsum(~np.isfinite(numbers)))[self.starts]
        sizes = np.diff(self.starts)
        fit = (np.diff(n_bad) == 0) & (sizes > 0)
        for size in np.unique(sizes[fit]):
            at = np.flatnonzero(fit & (sizes == size))
            where = self.starts[at][:, None] + np.arange(size)
            tallies = tally_many(numbers[where], self.counts[where], self.n_rows)
            yield from zip(at.tolist(), tallies, strict=True)
