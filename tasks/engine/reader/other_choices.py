"""What a file looks like without what a person chose, told where the choice may be a mistake."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tasks.engine.reader.dialects import Dialect, ReadOptions
from tasks.engine.reader.encodings import read_sample
from tasks.engine.reader.layout import find_layout
from tasks.engine.reader.layout_words import name_sign
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.words import warn

# What becomes of a file that is split by a separator that it does not have.
BADLY_SPLIT = {"CSV_ONE_COLUMN", "CSV_RAGGED", "CSV_PREAMBLE"}


def weigh_choices(
    path: Path, dialect: Dialect, options: ReadOptions, problems: Sequence[Problem]
) -> list[Problem]:
    """Return the problems of a reading, with what speaks against the choices it was told.

    Parameters
    ----------
    path : Path
        The file.
    dialect : Dialect
        How it was read.
    options : ReadOptions
        What was chosen.
    problems : sequence of Problem
        What was found with these choices.
    """
    is_nameless = options.header is False and not options.one_column
    is_badly_split = options.delimiter is not None and any(map(_is_of_split, problems))
    if not (is_nameless or is_badly_split):
        return list(problems)
    text = read_sample(path, dialect.encoding)
    found = list(problems)
    if is_badly_split and (words := _of_separator(text, dialect, options)):
        found = [
            replace(p, message=f"{p.message}. {words}") if _is_of_split(p) else p for p in found
        ]
    return [*found, *(_of_names(text, dialect, options) if is_nameless else ())]


def _is_of_split(problem: Problem) -> bool:
    return problem.severity == "error" and problem.code in BADLY_SPLIT


def _of_separator(text: str, dialect: Dialect, options: ReadOptions) -> str:
    found = find_layout(text, dialect.encoding, replace(options, delimiter=None))
    other = found.dialect.delimiter
    if found.width < 2 or other == options.delimiter:
        return ""
    return (
        f"{name_sign(options.delimiter or '').capitalize()} was chosen; we would split the lines "
        f"by {name_sign(other)}, into {found.width:,} columns"
    )


def _of_names(text: str, dialect: Dialect, options: ReadOptions) -> Iterator[Problem]:
    header = find_layout(text, dialect.encoding, replace(options, header=None)).header
    if header.is_there and header.is_sure:
        message = (
            f"Line {header.line} looks like the names of the columns, but was read as a row, "
            'because it was chosen that there are no names. If there are, say so under "How we '
            'read the file"'
        )
        yield warn("HEADER_IGNORED", message, line=header.line)
