"""Names that are blank above an index, and rows that are like those below them."""

from collections.abc import Collection, Sequence

from tasks.engine.reader.cell_types import ABSENT, columns_of, is_typed, is_typed_column
from tasks.engine.reader.label_rows import MOST_WORDS, YEAR, Numbered, has_names
from tasks.engine.reader.short_rows import shape_of


def begins_with_index(records: Sequence[Numbered], width: int) -> bool:
    """Tell whether the first line has names, though blank above an index, as pandas writes it.

    It is like a title that stands in a later column, so rows must follow at once that are none.

    Parameters
    ----------
    records : sequence of (int, list of str)
        The first records that are not blank, each with its line.
    width : int
        How many cells most of them have.
    """
    if len(records) < 3:
        return False
    (line, first), (next_line, row) = records[:2]
    names = [cell.strip() for cell in first]
    n_blank = next((n for n, name in enumerate(names) if name), width)
    is_like_it = 0 < n_blank < width == len(first) == len(row) and all(names[n_blank:])
    are_short = all(len(name.split()) <= MOST_WORDS for name in names)
    if not is_like_it or not are_short or next_line != line + 1 or not all(row[:n_blank]):
        return False
    rows = [cells for _, cells in records[1:]]
    if _may_name(row, [r for r in rows[1:] if len(r) == width], n_blank):
        return False
    return not has_names(rows)[0] or is_like_those(row, rows[1:])


def names_one_of_two(records: Sequence[Numbered], width: int) -> bool:
    """Tell whether the first line names the first of two columns, and the other has no name.

    It is one word, as few titles are, and the rows that follow at once have no names.
    """
    if width != 2 or len(records) < 3:
        return False
    (line, first), (next_line, row) = records[:2]
    is_half = len(first) == 2 and not first[1].strip() and len(first[0].split()) == 1
    if not is_half or is_typed(first[0]) or next_line != line + 1 or not all(row):
        return False
    return not has_names([cells for _, cells in records[1:] if len(cells) == width])[0]


def _may_name(row: Sequence[str], body: Sequence[Sequence[str]], n_index: int) -> bool:
    """Tell whether a row may have names: its only values years above others, or words above some.

    Its first cells, above the index, are words then, and of another form than those below.
    """
    if all(map(is_typed, row[:n_index])) or is_like_those(
        row[:n_index], [r[:n_index] for r in body]
    ):
        return False
    columns = columns_of(body, len(row))
    cells = [(cell.strip(), column) for cell, column in zip(row, columns, strict=True)][n_index:]
    typed = [(cell, column) for cell, column in cells if is_typed(cell)]
    if typed and all(YEAR.fullmatch(cell) for cell, _ in typed):
        return not all(YEAR.fullmatch(below) for _, column in typed for below in column if below)
    return any(
        is_typed_column(column) and not is_typed(cell) and cell not in ABSENT
        for cell, column in cells
    )


def is_like_those(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a cell stands again in its column, or has the form of those: as S1 above S2.

    Words of one form may be names, if they are longer than a letter and have no digits.
    """
    rows = [r for r in body if len(r) == len(row) and list(r) != list(row)]
    columns = [{r[n].strip() for r in rows} - ABSENT for n in range(len(row))]
    return any(
        cell in column or _has_form_of(cell, column)
        for cell, column in zip(map(str.strip, row), columns, strict=True)
        if cell not in ABSENT
    )


def _has_form_of(cell: str, column: Collection[str]) -> bool:
    shape, shapes = shape_of(cell), set(map(shape_of, column))
    if len(cell) == 1:
        return shapes == {shape}
    return shape in shapes and all("9" in one for one in shapes)
