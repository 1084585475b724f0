"""Many cells at once, as Arrow arrays: trimmed, tested, parsed, hashed.

What `coercion` says of one cell, said of millions. Both must agree on every cell; a test holds
them against each other.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.table.cell_text import (
    OTHER_DIGITS,
    PLAIN_NUMBER,
    THOUSANDS,
    around,
    grouped,
    number_of,
)
from tasks.engine.table.picked import SHAPED, Picked, of_each_cell, of_each_shape, of_likely_cells
from tasks.engine.table.plain_signs import with_plain_signs

Written = tuple[str, str, bool | str]
PROMISING = 200
PLAIN: Written = (".", "", False)
_TURN = np.uint64(0x9E3779B97F4A7C15)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


def as_text(cells: pa.Array | pa.ChunkedArray | Picked) -> pa.Array:
    """Return cells as one array of strings, whatever they are encoded as."""
    if isinstance(cells, Picked):
        return cells
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks == 1 else cells.combine_chunks()
    if isinstance(cells, pa.ChunkedArray):  # too long for one array of strings
        cells = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in cells.chunks])
    return cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells


@of_each_cell
def match(cells: pa.Array, pattern: str) -> np.ndarray:
    """Tell which cells match a pattern of RE2's; a null does not."""
    found = pc.fill_null(pc.match_substring_regex(cells, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


@of_each_shape
def fits(cells: pa.Array, pattern: str) -> np.ndarray:
    """Tell which cells match a pattern to which all digits are alike, as `match` does it."""
    return match(cells, pattern)


def trim(cells: pa.Array) -> pa.Array:
    """Return cells without the space around them, as `str.strip` takes it away."""
    return pc.utf8_trim_whitespace(cells) if _has_space_outside(cells) else cells


def _has_space_outside(cells: pa.Array) -> bool:
    """Tell whether any cell may begin or end with space: by its first and last byte."""
    starts, data = _buffers(cells)
    ends = starts[1:] - 1
    starts = starts[:-1]
    filled = ends >= starts
    if not filled.all():
        starts, ends = starts[filled], ends[filled]
    if not len(starts):
        return False
    edges = data[starts], data[ends]
    return any(bool(((edge <= 0x20) | (edge >= 0x80)).any()) for edge in edges)


def _buffers(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return where each cell starts, with the end of the last, and the bytes of all."""
    size = np.int64 if pa.types.is_large_string(cells.type) else np.int32
    _valid, offsets, data = cells.buffers()
    if not len(cells) or offsets is None:
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    begin = cells.offset
    starts = np.frombuffer(offsets, size)[begin : begin + len(cells) + 1]
    empty = data is None or not data.size
    return starts, np.zeros(0, np.uint8) if empty else np.frombuffer(data, np.uint8)


def present(cells: pa.Array, missing: Collection[str]) -> tuple[pa.Array, np.ndarray | None]:
    """Return the trimmed cells that are not missing, and which they are; None: all of them."""
    if isinstance(cells, Picked):
        absent = _are_absent(cells, frozenset(missing))
        return (cells, None) if not absent.any() else (cells.filter(~absent), ~absent)
    trimmed = trim(cells)
    absent = pc.is_in(trimmed, pa.array([*missing, None], trimmed.type))
    if not pc.any(absent).as_py():
        return trimmed, None
    kept = pc.invert(absent)
    return trimmed.filter(kept), kept.to_numpy(zero_copy_only=False)


@of_each_cell
def _are_absent(cells: pa.Array, missing: Collection[str]) -> np.ndarray:
    found = pc.is_in(cells, pa.array([*missing], cells.type))
    return np.asarray(found.to_numpy(zero_copy_only=False))


def _may_be_numbers(shapes: pa.Array, written: Written = PLAIN) -> np.ndarray:
    """Tell which shapes a number may have that is written in one way."""
    decimal, thousands, symbols = written
    if isinstance(symbols, str):  # of m2 as well, the digit is as any other in a shape
        symbols = symbols.translate(SHAPED)
    plain = _plain_text(shapes, decimal, thousands, symbols)
    return match(plain, PLAIN_NUMBER) | match(plain, OTHER_DIGITS)


@of_likely_cells(_may_be_numbers)
def parse_numbers(cells: pa.Array, written: Written = PLAIN) -> np.ndarray:
    """Turn trimmed cells without nulls into float64; NaN where one is no finite number.

    Parameters
    ----------
    cells : Array of shape (n_cells,)
        Text.
    written : tuple of (str, str, bool or str)
        Decimal sign, thousands sign, and whether signs of money and percent are left out; or the
        unit that is.
    """
    if not len(cells):
        return np.zeros(0)
    plain = cells if written == PLAIN else _plain_text(cells, *written)
    parsed = _cast(plain)
    if parsed is None and written == PLAIN:
        plain = with_plain_signs(plain, ".")
    return _parse_some(plain) if parsed is None else parsed


def plain_numbers(cells: pa.Array, missing: Collection[str]) -> np.ndarray | None:
    """Return the numbers of cells if all are plain ones, none missing; None where one is not.

    Much faster than to look for space and missing cells first, so it is tried where the first
    cells promise it.
    """
    if cells.null_count or any(np.isfinite(number_of(marker)) for marker in missing):
        return None
    return None if _cast(cells[:PROMISING]) is None else _cast(cells)


def without_signs(cells: pa.Array, symbols: bool | str) -> pa.Array:
    """Return cells without signs of money and percent, or without a unit."""
    for pattern, kept in around(symbols):
        cells = pc.replace_substring_regex(cells, pattern, kept)
    return cells


def _plain_text(cells: pa.Array, decimal: str, thousands: str, symbols: bool | str) -> pa.Array:
    """Return cells with their numbers as Python writes them; what is none stays none."""
    cells = without_signs(with_plain_signs(cells, decimal), symbols)
    if thousands:
        plain = pc.replace_substring_regex(cells, f"[{THOUSANDS[thousands]}]", "")
        cells = pc.if_else(match(cells, grouped(thousands, decimal)), plain, cells)
    if decimal == ",":
        cells = pc.replace_substring(pc.replace_substring(cells, ".", "x"), ",", ".")
    return cells


def _cast(cells: pa.Array) -> np.ndarray | None:
    try:
        parsed = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    # Arrow reads "inf" and "nan" as well: then each cell is looked at.
    return parsed if np.isfinite(parsed).all() else None


def _parse_some(cells: pa.Array) -> np.ndarray:
    values = np.full(len(cells), np.nan)
    is_plain = match(cells, PLAIN_NUMBER)
    if is_plain.any():
        plain = cells.filter(pa.array(is_plain))
        unsigned = pc.replace_substring_regex(plain, r"^\+", "")
        found = _cast(unsigned)
        if found is None:  # beyond the ends of float64
            found = unsigned.to_numpy(zero_copy_only=False).astype(np.float64)
            found[~np.isfinite(found)] = np.nan
        values[is_plain] = found
    others = ~is_plain & match(cells, OTHER_DIGITS)
    for at in np.flatnonzero(others):
        values[at] = number_of(cells[at].as_py())
    return values


def first_bytes(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return each cell's first and second byte, 0 where there is none, leaving out a sign."""
    starts, data = _buffers(cells)
    starts, ends = starts[:-1].astype(np.int64), starts[1:]
    data = np.append(data, np.zeros(4, np.uint8)) if len(data) < 1 << 16 else data
    last = max(len(data) - 1, 0)

    def at(places: np.ndarray) -> np.ndarray:
        return np.where(places < ends, data[np.minimum(places, last)], 0)

    first = at(starts)
    signed = (first == ord("+")) | (first == ord("-"))
    if signed.any():
        starts = starts + signed
        first = at(starts)
    return first, at(starts + 1)


def have_shape(cells: pa.Array, shape: str) -> bool:
    """Tell whether all cells are as long as a shape and have its signs; 0 stands for any byte."""
    starts, data = _buffers(cells)
    if not (np.diff(starts) == len(shape)).all() or not len(cells):
        return False
    begin = int(starts[0])
    table = data[begin : begin + len(cells) * len(shape)].reshape(len(cells), len(shape))
    signs = [(n, ord(sign)) for n, sign in enumerate(shape) if sign != "0"]
    return all(bool((table[:, n] == sign).all()) for n, sign in signs)


@of_each_cell
def hash_cells(cells: pa.Array) -> np.ndarray:
    """Return 64 bits for each cell: the same for the same text, else almost surely others.

    Eight bytes at a time, each mixed with what the bytes before them gave.
    """
    starts, data = _buffers(cells)
    lengths = np.diff(starts).astype(np.int64)
    hashes = mix(lengths.astype(np.uint64) + _TURN)
    padded = np.concatenate([data, np.zeros(8, np.uint8)])
    words = np.ndarray(len(data) + 1, np.dtype("<u8"), padded.data, strides=(1,))
    rows = np.flatnonzero(lengths)
    places, lengths = starts[:-1].astype(np.int64)[rows], lengths[rows]
    while len(rows):
        word, left = words[places], lengths - 8
        short = left < 0
        if short.any():  # what follows the cell is no part of it
            word[short] &= _MASKS[lengths[short]]
        hashes[rows] = mix((hashes[rows] ^ word) * _TURN)
        more = left > 0
        rows, places, lengths = rows[more], places[more] + 8, left[more]
    return hashes


@of_each_shape
def text_lengths(cells: pa.Array) -> np.ndarray:
    """Return how many characters each cell has."""
    return np.asarray(pc.utf8_length(cells).to_numpy(zero_copy_only=False))


def edge_bits(cells: pa.Array) -> np.ndarray:
    """Return 64 bits for each cell, made of its first and last bytes only: quick, and uneven."""
    starts, data = _buffers(cells)
    lengths = np.diff(starts).astype(np.uint64)
    if len(data) < 8:
        return mix(lengths)
    words = np.ndarray(len(data) - 7, np.dtype("<u8"), data.data, strides=(1,))
    last = np.clip(starts[1:].astype(np.int64) - 8, starts[:-1], None)
    short = lengths < 8
    firsts, lasts = (words[np.minimum(at, len(words) - 1)] for at in (starts[:-1], last))
    bits = (firsts * _TURN) ^ lasts ^ lengths
    bits[short] = lengths[short]
    if short.any():
        bits[short] = hash_cells(cells.filter(pa.array(short)))
    return mix(bits)


def mix(values: np.ndarray) -> np.ndarray:
    """Spread every bit of 64-bit values over all others, in place (MurmurHash3's finisher)."""
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


def objects(cells: Any) -> np.ndarray:
    """Return cells as an object array of str and None."""
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=object)
