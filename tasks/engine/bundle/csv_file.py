"""A CSV file as a table of text cells, read as Trainyard reads it; types come from `schema`."""

import csv
import gzip
import io
import sys
import zlib

import pandas as pd

GZIP = b"\x1f\x8b"


class CsvError(ValueError):
    """The file is no table; the message says in which line."""


def print_warning(message):
    """Say something about the file that does not keep it from being read."""
    print(f"warning: {message}", file=sys.stderr)


def read_text_table(path, dialect, warn=print_warning):
    """Read a CSV file, plain or gzip, as text cells.

    Parameters
    ----------
    path : str or Path
        The file.
    dialect : dict
        How the training data was read: ``delimiter``, ``quote``, ``encoding``, ``header`` (bool),
        and ``bad_lines``: whether lines with a different number of cells ``refuse`` the file (the
        default), are left out (``skip``), or are filled up where they are short (``pad``).
        A file in UTF-8 is read as such, whatever the encoding of the training data was.
    warn : callable, optional
        Called with a message when there are such lines and the file is read all the same; it is
        written to standard error by default.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Object cells of str, exactly as in the file; None where a line was filled up.

    Raises
    ------
    CsvError
        When quotes are broken, a line has a different number of cells, two columns have the
        same name, or a gzip file is damaged.
    UnicodeError
        When the file is in neither encoding.
    """
    try:
        encoding = _find_encoding(path, dialect["encoding"])
        with _open_text(path, encoding) as file:
            return _read_table(_records(file, dialect), dialect, warn)
    except (EOFError, zlib.error, gzip.BadGzipFile) as broken:
        raise CsvError(f"the file is a damaged gzip file: {broken}") from None


def _read_table(records, dialect, warn):
    first = next(records, None)
    if first is None:
        raise CsvError("the file is empty")
    names, cells = _names(first[1], dialect["header"]), []
    if not dialect["header"]:
        cells.append(first[1])
    ragged = []
    for line, row in records:
        if len(row) == len(names):
            cells.append(row)
            continue
        ragged.append(line)
        row = _fit(line, row, len(names), dialect.get("bad_lines", "refuse"))
        if row:
            cells.append(row)
    if len(set(names)) < len(names):
        raise CsvError("two columns have the same name")
    if ragged:
        ends = {"skip": "they were left out", "pad": "short ones filled up, long ones left out"}
        count = f"{len(ragged)} line{'s have' if len(ragged) > 1 else ' has'}"
        first = f"a different number of cells, first line {ragged[0]}"
        warn(f"{count} {first}; as in training, {ends[dialect['bad_lines']]}")
    return pd.DataFrame(cells, columns=pd.Index(names, dtype=object), dtype=object)


def _names(first, is_header):
    if is_header:
        return [name.strip() for name in first]
    return [f"column_{n}" for n in range(1, len(first) + 1)]


def _fit(line, row, width, bad_lines):
    """Return a row of another width as the training data's were: filled up, or None."""
    if bad_lines == "refuse":
        raise CsvError(f"line {line} has {len(row)} cells, the first line has {width}")
    if bad_lines == "pad" and len(row) < width:
        return [*row, *[None] * (width - len(row))]
    return None


def _records(file, dialect):
    """Yield every row that is not blank, with the line on which it starts."""
    csv.field_size_limit(2**31 - 1)
    line = 1
    reader = csv.reader(
        file, delimiter=dialect["delimiter"], quotechar=dialect["quote"], strict=True
    )
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as broken:
        raise CsvError(f"line {line} cannot be read: {broken}") from None


def _open_text(path, encoding):
    with open(path, "rb") as file:
        is_packed = file.read(len(GZIP)) == GZIP
    raw = gzip.open(path) if is_packed else open(path, "rb")
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _find_encoding(path, trained_on):
    if trained_on.startswith(("utf-16", "utf-32")):  # their bytes can pass for UTF-8
        return trained_on
    try:
        with _open_text(path, "utf-8") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        return trained_on
    return "utf-8-sig"
