"""Lists, structs and maps of a Parquet file as JSON text, their plain values written exactly."""

from itertools import pairwise
from json.encoder import encode_basestring as quoted
from typing import Any

import pyarrow as pa

from tasks.engine.reader.arrow_text import stored_as, to_text

types = pa.types
NO_JSON = {"nan", "inf", "-inf"}  # JSON has no such numbers, so they stand there as texts
NULL = "null"


def to_json(column: pa.Array) -> pa.Array:
    """Write the values of a nested column.

    Parameters
    ----------
    column : Array
        Of lists, structs or maps, of a kind that `find_unfit` passed.

    Returns
    -------
    Array of string
        Compact JSON, null where there is no value. A map whose keys are texts is an object, any
        other one a list of pairs.

    Raises
    ------
    ArrowException
        For bytes that are no UTF-8.
    """
    return pa.array(_write(column), pa.string())


def count_leaves(kind: pa.DataType) -> int:
    """Return in how many columns Parquet keeps the values of a type."""
    kind = stored_as(kind)
    if types.is_map(kind):
        return count_leaves(kind.key_type) + count_leaves(kind.item_type)
    if types.is_struct(kind):
        return sum(count_leaves(kind.field(n).type) for n in range(kind.num_fields))
    return count_leaves(kind.value_type) if types.is_nested(kind) else 1


def _write(column: pa.Array) -> list[str | None]:
    if isinstance(column, pa.ExtensionArray) and types.is_nested(column.type.storage_type):
        column = column.storage
    if not types.is_nested(column.type):
        return _plain(column)
    if types.is_struct(column.type):
        found = _structs(column)
    elif types.is_map(column.type):
        found = _maps(column)
    else:
        found = _lists(column)
    missing = column.is_null().to_pylist()
    return [None if gone else text for gone, text in zip(missing, found, strict=True)]


def _plain(column: pa.Array) -> list[str | None]:
    texts: list[str | None] = to_text(column, column.type, None).to_pylist()
    kind = stored_as(column.type)
    if types.is_integer(kind) or types.is_boolean(kind) or types.is_decimal(kind):
        return texts
    is_number = types.is_floating(kind)
    return [
        text if text is None or (is_number and text not in NO_JSON) else quoted(text)
        for text in texts
    ]


def _structs(column: pa.StructArray) -> list[str]:
    names = [quoted(column.type.field(n).name) for n in range(column.type.num_fields)]
    parts = [_write(part) for part in column.flatten()]
    if not parts:
        return ["{}"] * len(column)
    return [
        f"{{{','.join(f'{name}:{part or NULL}' for name, part in zip(names, row, strict=True))}}}"
        for row in zip(*parts, strict=True)
    ]


def _lists(column: Any) -> list[str]:
    if types.is_fixed_size_list(column.type):
        column = column.cast(pa.list_(column.type.value_field))
    first, ends = _ends(column)
    parts = _write(column.values.slice(first, ends[-1]))
    return [f"[{','.join(part or NULL for part in parts[a:b])}]" for a, b in pairwise(ends)]


def _maps(column: pa.MapArray) -> list[str]:
    first, ends = _ends(column)
    keys, items = (
        _write(part.slice(first, ends[-1])) for part in (column.keys, column.items)
    )  # fmt: skip
    is_object = types.is_string(column.type.key_type) or types.is_large_string(
        column.type.key_type
    )
    start, sign, end = ("{", ":", "}") if is_object else ("[", ",", "]")
    pairs = [f"{key}{sign}{item or NULL}" for key, item in zip(keys, items, strict=True)]
    if not is_object:
        pairs = [f"[{pair}]" for pair in pairs]
    return [f"{start}{','.join(pairs[a:b])}{end}" for a, b in pairwise(ends)]


def _ends(column: Any) -> tuple[int, list[int]]:
    """Return where the parts of a column begin, and where each of its values ends from there."""
    offsets = column.offsets.to_pylist() or [0]
    return offsets[0], [offset - offsets[0] for offset in offsets]
