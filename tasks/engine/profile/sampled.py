"""Some rows of a table, typed: what checks and relations are made from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.profile.date_formats import days_of
from tasks.engine.table.cells import objects, parse_numbers, present
from tasks.engine.table.coercion import booleans, how_written
from tasks.engine.table.picked import Picked

MEASURED = frozenset({"number", "date"})


@dataclass(frozen=True)
class Sampled:
    """A column's cells of some rows.

    `values` are numbers (days, for dates; NaN where missing) where `is_number`, else codes (-1
    where missing) of `labels`.
    """

    name: str
    kind: str
    values: np.ndarray
    labels: Sequence[str] | pa.StringArray

    @property
    def is_number(self) -> bool:
        """Whether values are measured, not counted."""
        return self.kind in MEASURED

    @property
    def known(self) -> np.ndarray:
        """Which rows have a value."""
        return np.isfinite(self.values) if self.is_number else self.values >= 0

    def as_classes(self, most: int) -> tuple[np.ndarray, list[str]]:
        """Return codes of at most so many classes, the most frequent first, and their names."""
        if self.is_number:
            found, codes = np.unique(self.values, return_inverse=True)
            labels: Sequence[str] = [f"{value:g}" for value in found]
            codes = np.where(self.known, codes, -1)
        else:
            codes, labels = self.values, self.labels
        counts = np.bincount(codes[codes >= 0], minlength=len(labels))
        order = np.argsort(-counts, kind="stable")
        places = np.empty(len(labels) + 1, int)
        places[order], places[-1] = np.minimum(np.arange(len(labels)), most - 1), -1
        names = [str(labels[n]) for n in order[:most]]
        if len(labels) > most:
            names[-1] = "others"
        return places[codes], names


def sampled_column(cells: pa.Array, facts: Mapping[str, Any], missing: Collection[str]) -> Sampled:
    """Type some cells of a column by its schema; what cannot be read counts as missing."""
    kept, where = present(cells, missing)
    kind = facts["kind"]
    if kind == "number":
        values = parse_numbers(kept, how_written(dict(facts)))
        return Sampled(facts["name"], kind, _spread(values, where), [])
    if kind == "date":
        days = days_of(kept, facts["format"], facts.get("offset") or 0)
        return Sampled(facts["name"], kind, _spread(days, where), [])
    if kind == "boolean":
        truth = booleans(objects(kept), dict(facts))
        codes = np.where(np.isnan(truth), -1, truth == 1).astype(np.int32)
        return Sampled(facts["name"], kind, _codes(codes, where), [facts["false"], facts["true"]])
    if isinstance(kept, Picked):
        codes, labels = kept.encode()
        return Sampled(facts["name"], kind, _codes(codes, where), labels)
    coded = kept.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return Sampled(facts["name"], kind, _codes(codes, where), coded.dictionary)


def _spread(values: np.ndarray, where: np.ndarray | None) -> np.ndarray:
    if where is None:
        return values
    spread = np.full(len(where), np.nan)
    spread[where] = values
    return spread


def _codes(codes: np.ndarray, where: np.ndarray | None) -> np.ndarray:
    if where is None:
        return codes
    spread = np.full(len(where), -1, np.int32)
    spread[where] = codes
    return spread
