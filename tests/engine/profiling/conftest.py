"""Tables to be profiled; whole results, with details and problems."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.engine.profile.profiling import ProfileResult, profile_table
from tests.engine.reading.conftest import Reader, profile_of, reader
from tests.engine.tables import write_rows

__all__ = ["profile_of", "reader"]


@pytest.fixture
def profile_cells(reader: Reader) -> Callable[..., ProfileResult]:
    """Profile a column `x` of cells, beside one that is of no interest; with any choices."""

    def profile(cells: list[str], name: str = "x", **options: Any) -> ProfileResult:
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        text = f"{name},other\n" + "".join(f"{cell},w\n" for cell in quoted)
        result = reader.read(text, header=True, delimiter=",")
        assert result.dialect, result.problems
        dialect = result.dialect.as_dict() | options.pop("dialect", {})
        return profile_table(reader.table, dialect, **options)

    return profile


def write_table(path: Path, columns: dict[str, list[str | None]]) -> Path:
    """Write a table of text cells, its rows in lines 2, 3, ..."""
    return write_rows(path, list(columns), [*zip(*columns.values(), strict=True)])
