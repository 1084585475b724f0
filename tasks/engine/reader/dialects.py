"""How a text file is laid out: what a person may decide about it, and what was decided."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

DELIMITERS = (",", ";", "\t", "|")
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar (|)", " ": "space"}
# No text has this character: a table of one column is split by it, that is, not at all.
NO_DELIMITER = "\x1f"
BadLines = Literal["refuse", "skip", "pad"]
Compression = Literal["gzip", "zip", "zstd"]


@dataclass(frozen=True)
class ReadOptions:
    """What the person decided about a file; None means: find out.

    Parameters
    ----------
    delimiter, quote, escape, encoding, decimal : str, optional
        One character each, or the name of an encoding. An empty `quote` means that no character
        quotes, an empty `escape` that quotes inside quotes are doubled.
    header : bool, optional
        Whether the columns have names in the file.
    header_line : int, optional
        The line, from 1, in which the names begin; or the first row, where there are none.
    header_lines : int, optional
        Over how many lines the names go.
    missing : list of str, optional
        What stands for a missing cell.
    bad_lines : {"refuse", "skip", "pad"}, default "refuse"
        What becomes of lines with a different number of cells: ``refuse`` the file, ``skip`` them,
        or ``pad`` the short ones with missing cells (longer ones are skipped).
    columns : dict, optional
        What was decided about columns, by name.
    one_column : bool, default False
        Expect a table of a single column, as rows for a model of one feature are.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    encoding: str | None = None
    header: bool | None = None
    header_line: int | None = None
    header_lines: int | None = None
    decimal: str | None = None
    missing: list[str] | None = None
    bad_lines: BadLines = "refuse"
    columns: dict[str, Any] = field(default_factory=dict)
    one_column: bool = False


@dataclass(frozen=True)
class Dialect:
    """How a file was read, so that it is read so again; fields as in `ReadOptions`.

    `delimiter` is empty in a table of one column. With `skip_space`, spaces that follow the
    delimiter are no part of a cell.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True
    decimal: str = "."
    bad_lines: BadLines = "refuse"
    escape: str = ""
    skip_space: bool = False
    header_line: int = 1
    header_lines: int = 1
    missing: list[str] | None = None
    format: Literal["csv", "parquet", "jsonl"] = "csv"
    compression: Compression | None = None

    @property
    def splits_at(self) -> str:
        """The character that ends a cell."""
        return self.delimiter or NO_DELIMITER

    def as_dict(self) -> dict[str, Any]:
        """Return the dialect as the API publishes it."""
        return asdict(self)


def often_because(dialect: Dialect | None, *, is_short: bool) -> str:
    """Say what often makes a line of another width; no sign is named where none is known."""
    sign = SIGNS.get(dialect.delimiter if dialect else "", "separator")
    return f"Often a {sign} is missing" if is_short else f"Often this is an unquoted {sign}"


def complete(dialect: Dialect, compression: Compression | None, options: ReadOptions) -> Dialect:
    """Return a dialect with what its reader did not know.

    Parameters
    ----------
    dialect : Dialect
        As the reader of CSV, Parquet or JSON lines found it.
    compression : Compression or None
        How the file was packed.
    options : ReadOptions
        What the person decided: of Parquet and JSON lines, which cells mean missing.
    """
    missing = dialect.missing if dialect.format == "csv" else options.missing
    return replace(dialect, compression=compression, missing=missing)
