"""A CSV file as a table of text cells, read as Trainyard reads it; types come from `schema`."""

import argparse
import codecs
import csv
import gzip
import io
import itertools
import re
import sys
import zlib

import pandas as pd

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
_SIGNS = f"a character or one of {', '.join(SEPARATORS)}"
SUGGESTED = ("semicolon", "tab", "pipe", "comma")
GZIP, SHOWN_CHARS, MOST_NOTES = b"\x1f\x8b", 300, 50  # no more lines of notes end a table
RAGGED = (
    "Trainyard may have mended it: use the dataset's table.csv, correct the line, or pass "
    "--ragged skip to leave such lines out, or --ragged pad to fill short ones up"
)
NOTE = re.compile(r"(foot|end)?notes?( \d+)?\s*:|sources?\s*:|remarks?\s*:", re.IGNORECASE)
NO_ROW = r"#+\s.*|(page|seite|p[aá]gina)\s+\d+(\s*(of|von|d[ei]|/)\s*\d+)?|[|+]?[-=]{2}[-=+|: ]*"
_Comment = type("_Comment", (list,), {})  # the cells of a line that may be no row
ESCAPED, DASHES = re.compile(r'\\(["\\])'), re.compile(r":?(-{2,}|={2,}):?|:-:?|-:")


class CsvError(ValueError):
    """The file is no table; the message says in which line."""


class _HeaderError(CsvError):
    """The first line is not what it should be; another separator may explain it."""


def print_warning(message):
    """Say something about the file that does not keep it from being read."""
    print(f"warning: {message}", file=sys.stderr)


def print_problem(source, problem):
    """Say why a file cannot be used."""
    if isinstance(problem, UnicodeError) and not isinstance(problem, UnicodeEncodeError):
        problem = f"{problem}. Pass the file's encoding, such as --encoding cp1252"
    print(f"{source}: {problem}", file=sys.stderr)


def add_options(parser):
    """Add the file's name and the options for a file that is not laid out as the training data."""
    parser.add_argument("source", help="a CSV file, plain or gzip, with the model's columns")
    parser.add_argument("--delimiter", type=_delimiter, help=f"of the file: {_SIGNS}")
    parser.add_argument("--encoding", type=_encoding, help="the file's encoding, such as cp1252")
    parser.add_argument("--decimal", choices=(".", ","), help="the file's decimal sign")
    words = "lines of another width; by default skip if the dataset's were skipped, else refuse"
    parser.add_argument("--ragged", choices=("refuse", "skip", "pad"), help=words)


def read_as_asked(arguments, schema, needed):
    """Read the file that a command line names: its text, and the schema as the options change it.

    Options that were not given are as the training data was; `needed` columns must be there.
    """
    decimal = {"decimal": arguments.decimal} if arguments.decimal else {}
    columns = [{**column, **decimal} for column in schema["columns"]]
    dialect = {**schema["dialect"], "note_line": schema.get("note_line"), **decimal}
    # Trainyard knows which short lines can be mended, or are no rows; nobody does here.
    is_skip = dialect.get("bad_lines") == "skip" and not schema.get("mended_lines")
    dialect["bad_lines"] = arguments.ragged or ("skip" if is_skip else "refuse")
    dialect["delimiter"] = arguments.delimiter or dialect["delimiter"]
    text = read_text_table(arguments.source, dialect, encoding=arguments.encoding, needed=needed)
    return text, {**schema, "dialect": dialect, "columns": columns}


def read_text_table(path, dialect, *, encoding=None, needed=(), warn=print_warning):
    """Read a CSV file, plain or gzip, as a frame of text cells; None where a line was filled up.

    Parameters
    ----------
    path, dialect : str or Path, dict
        The file, and how the training data was read; its ``bad_lines`` says whether lines of
        another width ``refuse`` the file, are left out (``skip``), or short ones filled (``pad``).
    encoding, needed, warn : optional
        By default UTF-8, or else the training data's; columns it must have; what is told of lines.
    """
    try:
        encoding = encoding or _find_encoding(path, dialect["encoding"])
        with _open_text(path, encoding) as file:
            return _read_table(_records(file, dialect), dialect, needed, warn)
    except _HeaderError as wrong:
        raise CsvError(f"{wrong}{_suggest(path, dialect, encoding, needed)}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as broken:
        raise CsvError(f"the file is a damaged gzip file: {broken}") from None


def _read_table(records, dialect, needed, warn):
    names, read = _read_header(records, dialect, needed)
    cells, ragged = [], []
    for line, row in _above_notes(itertools.chain(read, records), names, dialect, warn):
        fitting = _fit(line, row, len(names), dialect.get("bad_lines", "refuse"))
        cells += [fitting] if fitting else []
        ragged += [line] if fitting is not row else []
    if ragged:
        kept = "" if dialect["bad_lines"] == "skip" else "short ones filled up, long ones "
        count = f"{len(ragged)} line{'s have' if len(ragged) > 1 else ' has'}"
        warn(f"{count} a different number of cells, first line {ragged[0]}; {kept}left out")
    return pd.DataFrame(cells, columns=pd.Index(names, dtype=object), dtype=object)


def _below_line(records, names, may_be, warn):
    """Yield the records but a line that is drawn below the names."""
    for line, row in records:
        if may_be and _is_drawn(row, names):
            warn(f"line {line} is a line of dashes; left out")
        else:
            yield line, row
        may_be = may_be and isinstance(row, _Comment) and len(row) != len(names)


def _is_drawn(row, names):
    cells = [(cell.strip(), len(name)) for cell, name in zip(row, names) if cell.strip()]
    n = sum(bool(DASHES.fullmatch(cell)) for cell, _ in cells)  # below a letter stands one dash
    return len(row) == len(names) and n > 0 and 1 < n + cells.count(("-", 1)) == len(cells)


def _above_notes(records, names, dialect, warn):
    """Yield the rows but comments, and a note below the table, as that of the training data."""
    odd, comments, has_rows, width = [], set(), False, len(names)
    may_comment = width > 1 and not any(name.startswith("#") for name in names)
    for line, row in _below_line(records, names, dialect["header"], warn):
        is_comment = may_comment and isinstance(row, _Comment) and len(row) != width
        told = [] if is_comment else [*(row for _, row in odd), row]
        is_known = (odd or [(line,)])[0][0] == dialect.get("note_line") and len(told) <= MOST_NOTES
        is_note = is_known and len(row) != width or len(row) < width and told and _is_note(told)
        if is_comment or has_rows and is_note:
            odd.append((line, row))
            comments |= {line} if is_comment else set()
        else:
            yield from (found for found in (*odd, (line, row)) if found[0] not in comments)
            odd, has_rows = [], True
    if odd and (odd[0][0] == dialect.get("note_line") or _is_note([row for _, row in odd])):
        warn(f"line {odd[0][0]} and what follows stands below the table; left out")
        comments -= {line for line, _row in odd}
    else:
        yield from (found for found in odd if found[0] not in comments)
    if comments:
        warn(f"line {min(comments)} is a comment; {len(comments)} such left out")


def _is_note(rows):
    filled = [sum(map(bool, map(str.strip, row))) for row in rows]
    behind = "".join(itertools.chain(rows[0][1:], *rows[1:]))
    is_told = NOTE.match(rows[0][0].strip()) and not any(map(str.isdigit, behind))
    return len(rows) <= MOST_NOTES and max(filled[1 if is_told else 0 :], default=0) <= 1


def _read_header(records, dialect, needed):
    above = _read_above(records, dialect)
    for names, rest in _ways_to_name(above, dialect, needed):
        if set(needed) <= set(names):
            return names, rest
    raise _HeaderError(_lacking(*above[0], dialect, needed))


def _ways_to_name(above, dialect, needed):
    rows, n_lines = [row for _, row in above], dialect.get("header_lines", 1)
    if not dialect["header"]:
        yield _names([[""] * len(rows[-1])]), above[-1:]
    else:
        yield _names(rows[-n_lines:]), []
        for end in range(1, len(rows) + 1):  # names of several lines may stand in one now
            yield _names(rows[end - 1 : end]), above[end:]
            yield _names(rows[max(0, end - n_lines) : end]), above[end:]


def _read_above(records, dialect):
    last = dialect.get("header_line", 1) + dialect.get("header_lines", 1) - 1
    above = []
    try:
        for line, row in records:
            above.append((line, row))
            if line >= last:
                break
    except CsvError as broken:
        if not above:
            raise _HeaderError(str(broken)) from None
    if not above:
        raise CsvError("the file is empty")
    return above


def _lacking(line, first, dialect, needed):
    names = _names([first if dialect["header"] else [""] * len(first)])
    lacking = ", ".join(f'"{name}"' for name in needed if name not in names)
    shown = ", ".join(f'"{cell}"' for cell in first)
    shown = shown if len(shown) <= SHOWN_CHARS else shown[:SHOWN_CHARS] + "..."
    sign = dialect["delimiter"]
    by = next((f"{name}s" for name, one in SEPARATORS.items() if one == sign), f'"{sign}"')
    return f"these columns are missing: {lacking}; split by {by}, line {line} reads {shown}"


def _suggest(path, dialect, encoding, needed):
    def count(delimiter):
        try:
            with _open_text(path, encoding) as file:
                _line, first = next(_records(file, {**dialect, "delimiter": delimiter}))
        except CsvError:
            return 0
        return len({*needed} & {*_names([first if dialect["header"] else [""] * len(first)])})

    best = max(SUGGESTED, key=lambda name: count(SEPARATORS[name]))
    if count(SEPARATORS[best]) <= count(dialect["delimiter"]):
        return ""
    value = best if best == "tab" else f"'{SEPARATORS[best]}'"
    return f". This file seems to be separated by {best}s: pass --delimiter {value}"


def _delimiter(text):
    character = SEPARATORS.get(text.lower(), "\t" if text == "\\t" else text)
    if len(character) != 1 or character in '"\r\n\0':
        raise argparse.ArgumentTypeError(f"must be {_SIGNS}")
    return character


def _encoding(text):
    try:
        "a".encode(text)
    except (LookupError, UnicodeError, ValueError):
        raise argparse.ArgumentTypeError("must be one that Python knows, such as utf-8") from None
    return codecs.lookup("utf-8-sig" if codecs.lookup(text).name == "utf-8" else text).name


def _names(rows):
    """Join names that go over several lines; number what has none, or that of another column."""
    cells = [[cell.strip() for cell in row] for row in rows]
    for at in range(len(cells) - 1):
        carried, above = "", None  # a name stands for the blank ones right of it, above others
        for n, names in enumerate(zip(*cells)):
            carried = names[at] or carried * (names[:at] == above) if any(names[at + 1 :]) else ""
            cells[at][n], above = names[at] or carried, names[:at]
    labels = [" ".join(filter(None, column)) for column in zip(*cells)]
    names, taken = [], set(labels)
    for n, label in enumerate(labels, start=1):
        name = label or f"column_{n}"
        if not label or label in names:
            ways = itertools.chain([name], (f"{name}_{k}" for k in itertools.count(2)))
            name = next(way for way in ways if way not in taken)
            taken.add(name)
        names.append(name)
    return names


def _fit(line, row, width, bad_lines):
    short = width - len(row)
    if bad_lines == "refuse" and short:
        raise CsvError(f"line {line} has {len(row)} cells, the first line has {width}. {RAGGED}")
    filled = [*row, *[None] * short] if bad_lines == "pad" and short > 0 else None
    return filled if short else row


def _records(file, dialect):
    csv.field_size_limit(2**31 - 1)
    line, quote, last = 1, dialect.get("quote", '"'), [""]
    lines = (last.__setitem__(0, text) or text for text in file)
    doubled = (ESCAPED.sub(lambda m: '""' if m[1] == '"' else "\\", text) for text in lines)
    reader = csv.reader(
        doubled if dialect.get("escape") else lines, quotechar=quote or '"', strict=True,
        delimiter=dialect["delimiter"] or "\x1f",  # a table of one column
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        skipinitialspace=dialect.get("skip_space", False),
    )  # fmt: skip
    try:
        for row in reader:
            if row:
                is_odd = reader.line_num == line and re.fullmatch(NO_ROW, last[0].strip(), re.I)
                yield line, _Comment(row) if is_odd else row
            line = reader.line_num + 1
    except csv.Error as broken:
        raise CsvError(f"line {line} cannot be read: {broken}") from None


def _open_text(path, encoding):
    with open(path, "rb") as file:
        is_packed = file.read(len(GZIP)) == GZIP
    raw = gzip.open(path) if is_packed else open(path, "rb")
    mark = raw.read(4)  # what is no text in other encodings, or UTF-32 with two zeros behind it
    is_utf_16 = mark[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and mark[2:] != b"\0\0"
    raw.seek(3 if mark[:3] == codecs.BOM_UTF8 and not encoding.startswith("utf") else 0)
    return io.TextIOWrapper(raw, encoding="utf-16" if is_utf_16 else encoding, newline="")


def _find_encoding(path, trained_on):
    if trained_on.startswith(("utf-16", "utf-32")):  # their bytes can pass for UTF-8
        return trained_on
    try:
        with _open_text(path, "utf-8") as file:
            any(line is None for line in file)  # reads it to its end
    except UnicodeError:
        return trained_on
    return "utf-8-sig"
