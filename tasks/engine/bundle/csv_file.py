"""A CSV file as a table of text cells, read as Trainyard reads it; types come from `schema`."""

import csv

import pandas as pd


class CsvError(ValueError):
    """The file is no table; the message says in which line."""


def read_text_table(path, dialect):
    """Read a CSV file as text cells.

    Parameters
    ----------
    path : str or Path
        The file.
    dialect : dict
        How the training data was read: ``delimiter``, ``quote``, ``encoding``, ``header`` (bool).
        A file in UTF-8 is read as such, whatever the encoding of the training data was.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Object cells of str, exactly as in the file.

    Raises
    ------
    CsvError
        When quotes are broken, a line has a different number of cells, or two columns have the
        same name.
    UnicodeError
        When the file is in neither encoding.
    """
    rows = _read_rows(path, dialect)
    if not rows:
        raise CsvError("the file is empty")
    width = len(rows[0][1])
    for line, row in rows:
        if len(row) != width:
            raise CsvError(f"line {line} has {len(row)} cells, the first line has {width}")
    cells = [row for _line, row in rows]
    if dialect["header"]:
        names = [name.strip() for name in cells.pop(0)]
    else:
        names = [f"column_{n}" for n in range(1, width + 1)]
    if len(set(names)) < width:
        raise CsvError("two columns have the same name")
    return pd.DataFrame(cells, columns=pd.Index(names, dtype=object), dtype=object)


def _read_rows(path, dialect):
    """Return every row that is not blank, with the line on which it starts."""
    csv.field_size_limit(2**31 - 1)
    rows, line = [], 1
    with open(path, encoding=_find_encoding(path, dialect["encoding"]), newline="") as file:
        reader = csv.reader(
            file, delimiter=dialect["delimiter"], quotechar=dialect["quote"], strict=True
        )
        try:
            for row in reader:
                if row:
                    rows.append((line, row))
                line = reader.line_num + 1
        except csv.Error as broken:
            raise CsvError(f"line {line} cannot be read: {broken}") from None
    return rows


def _find_encoding(path, trained_on):
    if trained_on.startswith("utf-16"):  # its bytes can pass for UTF-8
        return trained_on
    try:
        with open(path, encoding="utf-8") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        return trained_on
    return "utf-8-sig"
