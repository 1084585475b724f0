"""Which columns of the table the typed columns come from: a date becomes several."""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def columns_of(schema: Mapping[str, Any], X: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns of the table that are learned from, each with those of X it became."""
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    features = dict.fromkeys(schema["features"])
    parts: dict[str, list[str]] = {name: [] for name in features}
    for name in X.columns:
        if name in features:
            parts[name].append(name)
        else:
            whole = str(name).rsplit("__", 1)[0]
            if kinds.get(whole) == "date":
                parts[whole].append(name)
    return {name: made for name, made in parts.items() if made}


def origins_of(schema: Mapping[str, Any], X: pd.DataFrame) -> dict[str, str]:
    """Return the table's column that each typed column comes from."""
    return {part: whole for whole, parts in columns_of(schema, X).items() for part in parts}
