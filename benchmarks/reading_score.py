"""The published score of a reader over polluted files.

Source: Vitagliano et al., Pollock: A Data Loading Benchmark, VLDB 2023. A file gives 1 for being
read at all, and precision, recall and F1 of its header cells, of its records and of its cells,
each as a multiset: 10 is the most. The weighted score counts each kind of pollution by how often
it was met in the open data portals of governments.
"""

import re
from collections import Counter
from collections.abc import Sequence

Row = Sequence[str]
BEST = 10.0
# How often a kind was met: by the beginning of a file's name, the longest that fits.
WEIGHTS = {
    "source": 1,
    "file_no_payload": 15,
    "file_no_trailing_newline": 184,
    "file_double_trailing_newline": 5,
    "file_no_header": 470,
    "file_header_multirow_2": 47,
    "file_header_multirow_3": 47,
    "file_preamble": 282,
    "file_multitable_same": 62.67,
    "file_multitable_more": 62.67,
    "file_multitable_less": 62.67,
    "file_header_only": 3,
    "file_one_data_row": 4,
    "file_record_delimiter_0xD": 7,
    "file_record_delimiter_0xA": 1691,
    "file_field_delimiter_0x9": 4,
    "file_field_delimiter_0x3B": 834,
    "file_field_delimiter_0x20": 4,
    "file_field_delimiter_0x2C_0x20": 101,
    "file_quotation_char_0x27": 11,
    "file_escape_char_0x5C": 1,
    "file_escape_char_0x00": 7,
    "row_less_sep": 0.368,
    "row_more_sep": 0.368,
    "row_extra_quote": 0.0093,
    "row_field_delimiter": 0.0093,
}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def weight_of(name: str) -> float | None:
    """Return the weight of a file by its name; None where none was published."""
    stem = name.removesuffix(".csv")
    fitting = [kind for kind in WEIGHTS if stem == kind or stem.startswith(kind)]
    return WEIGHTS[max(fitting, key=len)] if fitting else None


def _normal(cell: str) -> str:
    cell = cell.strip()
    if NUMBER.fullmatch(cell):
        return repr(float(cell))
    return cell.lower()


def _overlap(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Return precision + recall + F1 of two multisets; 3 where nothing was wanted."""
    if not wanted:
        return 3.0
    common = sum((Counter(wanted) & Counter(got)).values())
    if not common:
        return 0.0
    precision, recall = common / len(got), common / len(wanted)
    return precision + recall + 2 * precision * recall / (precision + recall)


def _records(rows: Sequence[Row]) -> list[str]:
    return ["".join(_normal(cell) or "null" for cell in row) for row in rows]


def score(
    wanted_names: Row | None, wanted: Sequence[Row], names: Row | None, rows: Sequence[Row]
) -> float:
    """Score one file that was read.

    Parameters
    ----------
    wanted_names : sequence of str or None
        The column names of the clean twin; None or none at all where it has no header.
    wanted : sequence of sequence of str
        Its rows.
    names : sequence of str or None
        The column names as they were read; None where they were numbered.
    rows : sequence of sequence of str
        The rows as they were read.

    Returns
    -------
    float
        1 to 10; a file that was not read gives 0, except an empty one.
    """
    header = _overlap(list(map(_normal, wanted_names or ())), list(map(_normal, names or ())))
    records = _overlap(_records(wanted), _records(rows))
    cells = _overlap(
        [_normal(cell) for row in wanted for cell in row],
        [_normal(cell) for row in rows for cell in row],
    )
    return 1.0 + header + records + cells
