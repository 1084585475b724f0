"""Keeps the first rows of an order while all of them pass by."""

import pyarrow as pa
import pyarrow.compute as pc


class Best:
    """The first rows of an order; those without a value come last, ties in file order.

    Parameters
    ----------
    size : int
        How many rows are kept.
    descending : bool
        Whether the greatest come first.
    after : tuple, optional
        The key and the row after which they begin, from `last`.
    """

    def __init__(
        self, size: int, descending: bool, after: tuple[pa.Scalar, int] | None = None
    ) -> None:
        self.size, self.descending, self.after = size, descending, after
        self.kept: pa.Table | None = None
        self.waiting: list[pa.Table] = []  # what came since `kept` was put in order
        self.n_waiting = 0
        self.worst: pa.Scalar | None = None  # of a full house: what is not before it is late
        self.missing: list[int] = []

    def add(self, keys: pa.Array, rows: pa.Array) -> None:
        """Take in some rows, later in the file than all before.

        Parameters
        ----------
        keys : Array
            What they are ordered by; null where there is no value.
        rows : Array of int64
            Which rows they are.
        """
        room = self.size - len(self.missing)
        if room and keys.null_count:
            self.missing += rows.filter(pc.is_null(keys)).slice(0, room).to_pylist()
        before = pc.greater if self.descending else pc.less
        mask = pc.is_valid(keys) if self.worst is None else before(keys, self.worst)
        if self.after is not None:
            key, row = self.after
            same = pc.and_(pc.equal(keys, key), pc.greater(rows, row))
            mask = pc.and_(mask, pc.or_(before(key, keys), same))
        piece = pa.table({"key": keys.filter(mask), "row": rows.filter(mask)})
        if piece.num_rows:
            self.waiting.append(piece)
            self.n_waiting += piece.num_rows
        if self.n_waiting >= self.size:  # so many at once cost as much to put in order as one
            self._keep()

    def _keep(self) -> None:
        if not self.waiting:
            return
        table = pa.concat_tables([*([] if self.kept is None else [self.kept]), *self.waiting])
        self.waiting, self.n_waiting = [], 0
        by = [("key", "descending" if self.descending else "ascending"), ("row", "ascending")]
        order = pc.sort_indices(table, sort_keys=by).slice(0, self.size)
        self.kept = table.take(order).combine_chunks()
        if self.kept.num_rows == self.size and self.size:
            self.worst = self.kept["key"][-1]

    @property
    def last(self) -> tuple[pa.Scalar, int] | None:
        """The key and the row that come last of those kept, without the missing ones."""
        self._keep()
        if self.kept is None or not self.kept.num_rows:
            return None
        return self.kept["key"][-1], self.kept["row"][-1].as_py()

    def present(self) -> list[int]:
        """Return the rows that have a value, in their order."""
        self._keep()
        return self.kept["row"].to_pylist() if self.kept is not None else []

    def rows(self) -> list[int]:
        """Return the rows in their order."""
        return [*self.present(), *self.missing][: self.size]
