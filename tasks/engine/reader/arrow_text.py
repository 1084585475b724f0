"""Arrow's values as text: exactly, so that reading the text again gives the same value."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FRACTIONS = (("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000))
PER_SECOND = dict(FRACTIONS)
MOMENTS_AT_ONCE = 500_000
TYPE_CHARS = 100
types = pa.types


def find_unfit(schema: pa.Schema) -> str:
    """Say which column's values cannot be written as text, or return ""."""
    for field in schema:
        if not _can_be_written(field.type):
            return (
                f'Column "{field.name}" holds values of a type that cannot be written as text '
                f"({str(field.type)[:TYPE_CHARS]}). Change its type or leave it out"
            )
    return ""


def _can_be_written(kind: pa.DataType) -> bool:
    kind = stored_as(kind)
    if types.is_union(kind) or types.is_interval(kind):
        return False
    return all(_can_be_written(kind.field(n).type) for n in range(kind.num_fields))


def is_nested(kind: pa.DataType) -> bool:
    """Tell whether values are lists, structs or maps."""
    return bool(types.is_nested(stored_as(kind)))


def stored_as(kind: pa.DataType) -> pa.DataType:
    """Return the type by which values are kept, whatever they are called and encoded as."""
    if isinstance(kind, pa.BaseExtensionType):
        return stored_as(kind.storage_type)
    return stored_as(kind.value_type) if types.is_dictionary(kind) else kind


def find_fractions(
    file: pq.ParquetFile, schema: pa.Schema, leaves: Sequence[int]
) -> dict[int, str]:
    """Return for each column of moments the coarsest unit that holds them all, by position.

    So a column of whole seconds is written without a fraction, and all cells of a column alike.

    Parameters
    ----------
    file : ParquetFile
        The file.
    schema : Schema
        Of its columns.
    leaves : sequence of int
        Where Parquet keeps each column: one that is nested takes several places.
    """
    found: dict[int, str] = {}
    moments = [n for n, field in enumerate(schema)
               if types.is_timestamp(field.type) or types.is_time(field.type)]  # fmt: skip
    for n in moments:
        unit = "s"
        groups = [*range(file.metadata.num_row_groups)]
        for batch in file.reader.iter_batches(
            MOMENTS_AT_ONCE, groups, column_indices=[leaves[n]], use_threads=False
        ):
            unit = max(unit, _coarsest(batch.column(0)), key=PER_SECOND.__getitem__)
        found[n] = unit
    return found


def _coarsest(column: pa.Array) -> str:
    unit: str = column.type.unit
    counts = _counts(column)
    for coarser, per_second in FRACTIONS:
        step = PER_SECOND[unit] // per_second
        if step <= 1:
            return unit
        whole = pc.equal(pc.multiply(pc.divide(counts, step), step), counts)
        if pc.all(whole).as_py() is not False:
            return coarser
    return unit


def _counts(column: pa.Array) -> pa.Array:
    """Return moments or times as numbers of their unit."""
    if types.is_time32(column.type):
        column = column.cast(pa.int32())
    return column.cast(pa.int64())


def to_text(column: pa.Array, kind: pa.DataType, unit: str | None) -> pa.Array:
    """Write the values of a column.

    Parameters
    ----------
    column : Array
        Of a kind that `find_unfit` passed.
    kind : DataType
        What the file calls the column.
    unit : str, optional
        Of a column of moments, from `find_fractions`.

    Returns
    -------
    Array of string
        Integers and decimals in full, floating point numbers as the shortest text that gives
        them again, ``true`` and ``false``, dates and moments by ISO 8601 (those with a time zone
        in UTC), null where there is no value.

    Raises
    ------
    ArrowException
        For bytes that are no UTF-8.
    """
    if isinstance(column, pa.ExtensionArray):
        return _extension(column)
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_timestamp(column.type):
        return _moments(column, unit or column.type.unit)
    if types.is_floating(column.type):
        return _floats(column)
    texts = _plain(column, unit).cast(pa.string())
    texts.validate(full=True)
    return texts


def _plain(column: pa.Array, unit: str | None) -> pa.Array:
    """Return a column as a type of which Arrow itself writes the text that is wanted."""
    kind = column.type
    if types.is_date64(kind):
        return column.cast(pa.date32(), safe=False)
    if types.is_duration(kind):
        return column.cast(pa.int64())
    if types.is_fixed_size_binary(kind):
        return column.cast(pa.binary())
    if types.is_time(kind) and unit:
        return column.cast(pa.time32(unit) if unit in {"s", "ms"} else pa.time64(unit))
    return column


def _extension(column: pa.ExtensionArray) -> pa.Array:
    if column.type.extension_name == "arrow.uuid":
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    return to_text(column.storage, column.storage.type, None)


def _moments(column: pa.Array, unit: str) -> pa.Array:
    zone = column.type.tz
    # As counts, so that no database of time zones is asked.
    counts = _counts(column).cast(pa.timestamp(column.type.unit))
    texts = counts.cast(pa.timestamp(unit)).cast(pa.string())
    texts = pc.replace_substring(texts, " ", "T", max_replacements=1)
    return pc.binary_join_element_wise(texts, "Z", "") if zone else texts


def _floats(column: pa.Array) -> pa.Array:
    values: Any = column.fill_null(0).to_numpy(zero_copy_only=False)
    if types.is_float64(column.type):
        texts = list(map(repr, values.tolist()))
    else:
        texts = list(map(str, values))  # the shortest for their own precision
    nulls = column.is_null().to_numpy(zero_copy_only=False)
    return pa.array(texts, pa.string(), mask=nulls)
