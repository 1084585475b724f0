"""Out-of-fold rows: of a fold or of a cell of the confusion, and by how far they are off.

The file is read in one look, piece by piece; of each piece only the columns that decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.order import Best

# A page beyond so many rows of an order would need as many to be kept.
ORDERED_AT_MOST = 1_000_000
TENTHS = 10
KINDS = ("probability", "margin")
KEPT = ("row", "line", "fold", "actual", "prediction")
DESCENDING = {"worst": True, "best": False, "row": False}


@dataclass(frozen=True)
class ScoredQuery:
    """Which out-of-fold rows; None means all.

    Parameters
    ----------
    predicted, actual : str, optional
        What was predicted, and what was true.
    fold : int, optional
        The fold, from 1.
    wrong : bool
        Only rows whose class was not predicted.
    least_error : float, optional
        Only rows that are off by so much or more.
    tenth : int, optional
        Of numbers: the tenth of the rows by what was predicted, from 1.
    order : {"stored", "row", "worst", "best"}
        One fold after the other, as in the dataset, or by error.
    """

    predicted: str | None = None
    actual: str | None = None
    fold: int | None = None
    wrong: bool = False
    least_error: float | None = None
    tenth: int | None = None
    order: str = "stored"

    @property
    def needs_errors(self) -> bool:
        """Whether it takes the error of each row."""
        return self.least_error is not None or self.order in {"worst", "best"}

    @property
    def needs_values(self) -> bool:
        """Whether it takes what was true and what was predicted."""
        given = (self.predicted, self.actual, self.tenth)
        return self.wrong or self.needs_errors or any(one is not None for one in given)


@dataclass(frozen=True)
class FoundScored:
    """A page of rows: where they stand in the file, and how many match of how many."""

    positions: Sequence[int]
    matched: int
    total: int


class ScoredRows:
    """A file of out-of-fold rows.

    Parameters
    ----------
    parquet : Path or file
        From `TrainingResult.out_of_fold`.
    classes : sequence of str
        In the order of the columns of probabilities; none where numbers are predicted.
    """

    def __init__(self, parquet: Path | BinaryIO, classes: Sequence[str]) -> None:
        self.table = OpenTable(parquet)
        self.classes = list(classes)
        index = self.table.index
        found = [kind for kind in KINDS if f"{kind}_0" in index]
        self.kind = found[0] if found and self.classes else None
        self.ranks = [f"{self.kind}_{n}" for n in range(len(self.classes))] if self.kind else []
        self.of_numbers = pa.types.is_floating(self.table.file.schema_arrow.field("actual").type)

    def find(self, query: ScoredQuery, *, offset: int, limit: int) -> FoundScored:
        """Find a page of rows; of an order none beyond `ORDERED_AT_MOST`."""
        total = self.table.total
        if query == ScoredQuery():
            return FoundScored(range(total)[offset : offset + limit], total, total)
        matched = 0
        found: list[int] = []
        if query.order == "stored":
            for _keys, rows in self._matches(query):
                found += rows[max(0, offset - matched) :][: limit - len(found)].tolist()
                matched += len(rows)
            return FoundScored(found, matched, total)
        end = min(offset + limit, ORDERED_AT_MOST)
        best = Best(end, DESCENDING[query.order])
        for keys, rows in self._matches(query):
            best.add(pa.array(keys), pa.array(rows))
            matched += len(rows)
        return FoundScored(best.present()[offset:end], matched, total)

    def rounds(self, query: ScoredQuery, size: int) -> Iterator[list[int]]:
        """Yield where all rows that match stand, so many at once; each round is a look at all."""
        after = None
        while True:
            best = Best(size, DESCENDING[query.order], after)
            for keys, rows in self._matches(query):
                best.add(pa.array(keys), pa.array(rows))
            found, after = best.present(), best.last
            if found:
                yield found
            if len(found) < size:
                return

    def take(self, positions: Sequence[int]) -> pa.RecordBatch:
        """Return some rows, one at least, in the order in which they are given."""
        asked = np.asarray(positions, np.int64)
        wanted, pieces = np.unique(asked), []
        groups = self.table.groups_of(wanted.tolist())
        for first, batch in self.table.batches([*KEPT, *self.ranks], groups):
            start, end = np.searchsorted(wanted, [first, first + len(batch)])
            if start < end:
                pieces.append(batch.take(pa.array(wanted[start:end] - first)))
            if end == len(wanted):
                break
        found = pa.Table.from_batches(pieces).take(pa.array(np.searchsorted(wanted, asked)))
        return found.combine_chunks().to_batches()[0]

    def describe(self, batch: pa.RecordBatch) -> list[dict[str, Any]]:
        """Return rows that were taken as values of Python.

        Returns
        -------
        list of dict
            ``row``, ``line``, ``fold``, ``actual``, ``prediction``; ``ranks``, the probability or
            margin of each class, or None; and ``error``.
        """
        columns = [batch.column(name).to_pylist() for name in KEPT]
        ranks = [batch.column(name).to_pylist() for name in self.ranks]
        told = (
            [dict(zip(self.classes, row, strict=True)) for row in zip(*ranks, strict=True)]
            if ranks
            else [None] * len(batch)
        )
        errors = self._errors(batch).tolist()
        return [
            {**dict(zip(KEPT, row, strict=True)), "ranks": rank, "error": error}
            for row, rank, error in zip(zip(*columns, strict=True), told, errors, strict=True)
        ]

    def edges(self) -> list[float]:
        """Return what divides the rows into tenths by what was predicted."""
        pieces = [batch.column(0).to_numpy() for _, batch in self.table.batches(["prediction"])]
        return find_edges(np.concatenate(pieces)) if pieces else []

    def _matches(self, query: ScoredQuery) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield, piece by piece, what matching rows are ordered by, and where they stand."""
        names = ["row", *(["fold"] if query.fold is not None else [])]
        names += ["actual", "prediction"] if query.needs_values else []
        names += self.ranks if query.needs_errors else []
        edges = self.edges() if query.tenth is not None else []
        for first, batch in self.table.batches(names):
            errors = self._errors(batch) if query.needs_errors else None
            mask = self._mask(query, batch, errors, edges)
            keys = batch.column("row").to_numpy() if errors is None else errors
            if query.order == "row":
                keys = batch.column("row").to_numpy()
            rows = np.flatnonzero(mask)
            yield keys[rows], rows + first

    def _mask(
        self,
        query: ScoredQuery,
        batch: pa.RecordBatch,
        errors: np.ndarray | None,
        edges: Sequence[float],
    ) -> np.ndarray:
        mask = np.ones(len(batch), bool)
        for name, text in (("prediction", query.predicted), ("actual", query.actual)):
            if text is not None:
                mask &= self._equal(batch.column(name), text)
        if query.fold is not None:
            mask &= batch.column("fold").to_numpy() == query.fold
        if query.wrong:
            mask &= ~self._agree(batch)
        if query.least_error is not None and errors is not None:
            mask &= errors >= query.least_error
        if query.tenth is not None:
            mask &= tenth_of(batch.column("prediction").to_numpy(), edges) == query.tenth - 1
        return mask

    def _equal(self, cells: pa.Array, text: str) -> np.ndarray:
        if self.of_numbers:
            try:
                return np.asarray(cells.to_numpy() == float(text))
            except ValueError:
                return np.zeros(len(cells), bool)
        sought = text.encode(errors="replace").decode()  # half a character is in no table
        equal = pc.equal(cells.cast(pa.string()), sought)
        return np.asarray(pc.fill_null(equal, False).to_numpy(zero_copy_only=False))

    def _agree(self, batch: pa.RecordBatch) -> np.ndarray:
        equal = pc.equal(batch.column("actual"), batch.column("prediction"))
        return np.asarray(pc.fill_null(equal, False).to_numpy(zero_copy_only=False))

    def _errors(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return how far each row is off.

        Of numbers the distance; of classes what is missing from the probability of what was true
        to 1, or by how much its margin is below the greatest other one.
        """
        if self.of_numbers:
            actual, told = (batch.column(n).to_numpy() for n in ("actual", "prediction"))
            return np.asarray(np.abs(told - actual))
        if not self.ranks:
            return np.asarray(~self._agree(batch), float)
        known = pa.array(self.classes, pa.string())
        codes = pc.fill_null(pc.index_in(batch.column("actual").cast(pa.string()), known), 0)
        ranks = np.column_stack([batch.column(name).to_numpy() for name in self.ranks])
        places = (np.arange(len(batch)), codes.to_numpy())
        own = ranks[places].copy()
        if self.kind == "probability":
            return np.asarray(1 - own)
        ranks[places] = -np.inf
        return np.asarray(ranks.max(axis=1) - own)


def find_edges(predictions: np.ndarray) -> list[float]:
    """Return the nine numbers that divide predictions into tenths, and both ends."""
    return [float(edge) for edge in np.quantile(predictions, np.linspace(0, 1, TENTHS + 1))]


def tenth_of(predictions: np.ndarray, edges: Sequence[float]) -> np.ndarray:
    """Return the tenth of each prediction, from 0; equal ones are in the same."""
    return np.asarray(np.searchsorted(np.asarray(edges[1:-1]), predictions, side="right"))
