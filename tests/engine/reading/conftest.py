"""Files made of a few bytes, read by the one reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.engine.profile.profiling import ProfileResult, profile_table
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.reading import ReadLimits, ReadResult
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table


class Reader:
    """Reads bytes by way of two files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.source, self.table = folder / "source", folder / "table.parquet"

    def read(
        self,
        content: bytes | str,
        name: str = "file.csv",
        limits: ReadLimits | None = None,
        **options: Any,
    ) -> ReadResult:
        """Read a file of this content."""
        self.source.write_bytes(content.encode() if isinstance(content, str) else content)
        self.table.unlink(missing_ok=True)
        return read_table(
            self.source,
            self.table,
            file_name=name,
            options=ReadOptions(**options),
            limits=limits,
        )

    def rows(self, content: bytes | str, **options: Any) -> list[list[str | None]]:
        """Read a file that must not be refused; return its rows."""
        result = self.read(content, **options)
        assert not result.refused, result.problems
        return tables.read_rows(self.table, 0, 1_000_000)[1]

    def refusal(self, content: bytes | str, **options: Any) -> tuple[str, str, int | None]:
        """Read a file that must be refused; return the first error's code, message and line."""
        result = self.read(content, **options)
        errors = [problem for problem in result.problems if problem.severity == "error"]
        assert errors, "the file was not refused"
        assert result.refused
        assert not self.table.exists()
        return errors[0].code, errors[0].message, errors[0].line

    def profile(self, content: bytes | str, **options: Any) -> ProfileResult:
        """Read a file that must not be refused; return its profile."""
        result = self.read(content, **options)
        assert not result.refused, result.problems
        assert result.dialect
        return profile_table(self.table, result.dialect.as_dict())


def warnings_of(result: ReadResult | ProfileResult) -> list[str]:
    """Return the codes of the warnings."""
    return [problem.code for problem in result.problems if problem.severity == "warning"]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Give a reader with a folder of its own."""
    return Reader(tmp_path)


@pytest.fixture
def profile_of(reader: Reader) -> Callable[..., tuple[dict[str, Any], list[Any]]]:
    """Profile one column of cells, beside one that is of no interest."""

    def profile(cells: list[str], name: str = "x") -> tuple[dict[str, Any], list[Any]]:
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        text = f"other,{name}\n" + "".join(f"w,{cell}\n" for cell in quoted)
        result = reader.profile(text, header=True, delimiter=",")
        found = [problem for problem in result.problems if problem.column == name]
        return result.columns[1], found

    return profile
