"""Cells picked from texts that several columns share: each text is looked at once for all of them.

In a table of thousands of columns and few rows, each call of Arrow's for one column costs more
than the work itself. A question about the cells of one is therefore answered for all at once; one
to which all digits are alike only for each *shape*, the text with its digits as 1.
"""

from collections import Counter
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

import numpy as np
import pyarrow as pa

ALONE = 2  # so many times a question is answered for the cells alone that it was asked of
DIGITS = bytes.maketrans(b"023456789", b"1" * 9)
SHAPED = str.maketrans("023456789", "1" * 9)
Question = Callable[..., np.ndarray]


class Texts:
    """Different texts, trimmed, and what was found out about them.

    Parameters
    ----------
    cells : Array of string
        The texts; a cell that is missing is an empty one.
    """

    def __init__(self, cells: pa.Array) -> None:
        self.cells = cells
        self.known: dict[tuple[Any, ...], np.ndarray] = {}
        self.asked: Counter[tuple[Any, ...]] = Counter()

    @cached_property
    def objects(self) -> np.ndarray:
        """The texts as Python's."""
        return np.asarray(self.cells.to_numpy(zero_copy_only=False), dtype=object)

    @cached_property
    def shapes(self) -> tuple["Texts", np.ndarray]:
        """The different shapes, and which of them each text has."""
        _valid, ends, data = self.cells.buffers()
        shaped = pa.py_buffer((data.to_pybytes() if data else b"").translate(DIGITS))
        cells, start = self.cells, self.cells.offset
        coded = pa.Array.from_buffers(cells.type, len(cells), [None, ends, shaped], 0, start)
        coded = coded.dictionary_encode()
        return Texts(coded.dictionary), coded.indices.to_numpy(zero_copy_only=False)

    def answer(self, question: Question, how: tuple[Any, ...]) -> np.ndarray:
        """Return what a question about single cells gives for each text."""
        key = (question, *how)
        if key not in self.known:
            self.known[key] = question(self.cells, *how)
        return self.known[key]

    def answer_likely(
        self, question: Question, how: tuple[Any, ...], likely: Question
    ) -> np.ndarray:
        """Return what a question gives for each text; NaN or False where its shape says so."""
        key = (question, *how)
        if key not in self.known:
            shapes, codes = self.shapes
            at = np.flatnonzero(likely(shapes.cells, *how)[codes])
            answers = question(self.cells.take(pa.array(at)), *how)
            found = np.full(len(codes), False if answers.dtype == bool else np.nan)
            found[at] = answers
            self.known[key] = found
        return self.known[key]


class Picked:
    """Some of the texts, by their places; takes the part of an array of strings.

    Parameters
    ----------
    texts : Texts
        The texts.
    places : ndarray of int
        Which of them are the cells.
    """

    def __init__(self, texts: Texts, places: np.ndarray) -> None:
        self.texts, self.places = texts, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, which: slice) -> "Picked":
        return Picked(self.texts, self.places[which])

    @cached_property
    def array(self) -> pa.Array:
        """The cells as Arrow has them."""
        return self.texts.cells.take(pa.array(self.places))

    @cached_property
    def shapes(self) -> np.ndarray:
        """Which shape each cell has."""
        return np.asarray(self.texts.shapes[1][self.places])

    def filter(self, mask: Any) -> "Picked":
        """Return the cells that a mask has."""
        return Picked(self.texts, self.places[np.asarray(mask, dtype=bool)])

    def to_numpy(self, *, zero_copy_only: bool = False) -> np.ndarray:
        """Return the cells as Python's texts."""
        return np.asarray(self.texts.objects[self.places])

    def encode(self) -> tuple[np.ndarray, pa.StringArray]:
        """Return codes of the cells, and the texts in the order in which they first stand."""
        found, first, codes = np.unique(self.places, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        return rank[codes], self.texts.cells.take(pa.array(found[order]))

    def answer(self, question: Question, how: tuple[Any, ...]) -> np.ndarray:
        """Return what a question about single cells gives for these."""
        texts, key = self.texts, (question, *how)
        if key not in texts.known and len(self) < len(texts.cells):
            texts.asked[key] += 1
            if texts.asked[key] <= ALONE:
                return question(self.array, *how)
        return np.asarray(texts.answer(question, how)[self.places])


def of_each_cell(question: Question) -> Question:
    """Let a question about single cells be asked of picked ones too."""

    @wraps(question)
    def asked(cells: Any, *how: Any) -> np.ndarray:
        if isinstance(cells, Picked):
            return cells.answer(question, how)
        return question(cells, *how)

    return asked


def of_each_shape(question: Question) -> Question:
    """Let a question to which all digits are alike be asked of picked cells, shape by shape."""

    @wraps(question)
    def asked(cells: Any, *how: Any) -> np.ndarray:
        if isinstance(cells, Picked):
            return np.asarray(cells.texts.shapes[0].answer(question, how)[cells.shapes])
        return question(cells, *how)

    return asked


def of_likely_cells(likely: Question) -> Callable[[Question], Question]:
    """Let a question be asked of picked cells whose answer is NaN, or False, for most.

    `likely` is asked, with the same arguments, which shapes may have another answer.
    """

    def decorate(question: Question) -> Question:
        @wraps(question)
        def asked(cells: Any, *how: Any) -> np.ndarray:
            if isinstance(cells, Picked):
                return np.asarray(cells.texts.answer_likely(question, how, likely)[cells.places])
            return question(cells, *how)

        return asked

    return decorate


def plain_array(cells: Any) -> pa.Array:
    """Return cells as an array of Arrow's, also picked ones."""
    return cells.array if isinstance(cells, Picked) else cells
