"""Folders of damaged files, each file with what is known of its right reading.

Three shapes of folder are known: `csv` beside `clean` and `parameters` (Pollock), `csvs` beside
`json` (csv-spectrum), and any folder beside a file ``NAME_expectations.json`` (frictionless).
"""

import ast
import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# What a refusal may name in a file whose rows were broken on purpose; the line must be right, too.
BROKEN_ROW = ("CSV_RAGGED", "CSV_QUOTES", "CSV_ONE_COLUMN")
RIGHT_REASONS = {
    "file_no_payload": ("FILE_EMPTY",),
    "file_header_only": ("CSV_NO_ROWS",),
    "file_multitable": ("CSV_RAGGED", "SECOND_TABLE"),
    "row_": BROKEN_ROW,
}
# What must be said of a damage, as a warning or as an error.
SAID_AS = {
    "blank-label": {"NAME_BLANK", "CSV_HEADER_EMPTY"},
    "duplicate-label": {"NAME_REPEATED", "CSV_HEADER_DUP"},
    "missing-cell": {"CSV_RAGGED"},
    "extra-cell": {"CSV_RAGGED"},
    "blank-row": {"BLANK_LINES", "ROWS_EMPTY"},
}
BROKEN_LINE = re.compile(r"row_(?:less_sep_row|more_sep_row|extra_quote|field_delimiter_)(\d+)")
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Twin:
    """The right reading of a file; `has_header` is None where nobody knows."""

    rows: Sequence[Sequence[str]]
    has_header: bool | None = True


@dataclass(frozen=True)
class Case:
    """A file and what is known of it.

    `reasons` are the codes with which it may be refused, `line` the line that such a refusal must
    name, `damages` what has to be said of it in any case.
    """

    path: Path
    family: str
    twin: Twin | None
    reasons: tuple[str, ...] = ()
    line: int | None = None
    damages: frozenset[str] = frozenset()


def load_cases(folder: Path) -> list[Case]:
    """Return the cases of a folder and of those directly in it, by family and name."""
    found: list[Case] = []
    for place in [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]:
        if (place / "csv").is_dir() and (place / "clean").is_dir():
            found += _polluted(place)
        elif (place / "csvs").is_dir() and (place / "json").is_dir():
            found += _spectrum(place)
        elif (expected := place.parent / f"{place.name}_expectations.json").exists():
            found += _damaged(place, expected)
    return found


def _polluted(place: Path) -> Iterator[Case]:
    for path in sorted((place / "csv").iterdir()):
        clean = place / "clean" / path.name
        parameters = place / "parameters" / f"{path.name}_parameters.json"
        twin = None
        if clean.exists():
            lines = 1
            if parameters.exists():
                lines = json.loads(parameters.read_text(encoding="utf-8")).get("header_lines", 1)
            with clean.open(encoding="utf-8", newline="") as file:
                twin = Twin(list(csv.reader(file)), has_header=lines > 0)
        reasons = next((r for kind, r in RIGHT_REASONS.items() if path.name.startswith(kind)), ())
        broken = BROKEN_LINE.match(path.name)
        line = int(broken[1]) + 1 if broken else None
        yield Case(path, place.name, twin, reasons, line)


def _spectrum(place: Path) -> Iterator[Case]:
    for path in sorted((place / "csvs").iterdir()):
        answer = place / "json" / f"{path.stem}.json"
        try:
            items = json.loads(answer.read_bytes().decode("utf-8"))
        except (OSError, ValueError):
            yield Case(path, place.name, None)
            continue
        items = items if isinstance(items, list) else [items]
        rows = [list(items[0]), *(list(item.values()) for item in items)]
        twin = Twin(rows) if _is_of(rows, path.read_bytes()) else None
        yield Case(path, place.name, twin)


def _is_of(rows: list[list[str]], content: bytes) -> bool:
    """Tell whether an answer is about a file at all: not each that was published is."""
    ends_in_cells = any("\r\n" in cell for row in rows for cell in row)
    if ends_in_cells and b"\r\n" not in content:  # its line ends were changed on the way
        return False
    return all(cell.encode() in content for row in rows for cell in row if cell.isalnum())


def _damaged(place: Path, expected: Path) -> Iterator[Case]:
    told: dict[str, set[tuple[int | None, str]]] = {}
    for entry in json.loads(expected.read_text(encoding="utf-8")):
        if isinstance(entry["file"], str) and entry["fields"].startswith("rowNumber"):
            told.setdefault(entry["file"], set()).update(_claims(entry["expected"]))
    for path in sorted(place.iterdir()):
        rows = _plain_rows(path)
        damages = {kind for line, kind in told.get(path.name, ()) if _is_so(rows, line, kind)}
        twin = Twin(rows, has_header=None) if rows and not damages and _is_regular(rows) else None
        reasons = tuple(sorted({code for kind in damages for code in SAID_AS[kind]}))
        if twin and len(rows) == 1:
            reasons = ("CSV_NO_ROWS",)
        yield Case(path, place.name, twin, reasons, damages=frozenset(damages))


def _claims(text: str) -> set[tuple[int | None, str]]:
    try:
        claims = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return set()
    return {(claim[0], claim[2]) for claim in claims if claim[2] in SAID_AS}


def _is_so(rows: list[list[str]], line: int | None, kind: str) -> bool:
    """Tell whether a file has a damage: what is told of it may be about other settings."""
    if not rows or (line or 1) > len(rows):
        return False
    header, row = [cell.strip() for cell in rows[0]], rows[(line or 1) - 1]
    checks = {
        "blank-label": "" in header,
        "duplicate-label": len(set(filter(None, header))) < len([n for n in header if n]),
        "missing-cell": 0 < len(row) < len(header),
        "extra-cell": len(row) > len(header),
        "blank-row": not any(row),
    }
    return checks[kind]


def _is_regular(rows: list[list[str]]) -> bool:
    names = [name.strip() for name in rows[0]]
    widths = set(map(len, rows))
    return len(widths) == 1 and len(names) > 1 and all(names) and len(set(names)) == len(names)


def _plain_rows(path: Path) -> list[list[str]]:
    """Read a file as the csv module does, where one separator alone makes a table of it."""
    try:
        text = _bytes_of(path).decode("utf-8-sig")
    except (ValueError, OSError, zipfile.BadZipFile):
        return []
    found = []
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            continue
        # A quote that is left in a cell was not understood, so this is no right reading.
        has_quotes = any(cell.strip().startswith('"') for row in rows for cell in row)
        if rows and max(map(len, rows)) > 1 and not has_quotes:
            found.append(rows)
    return found[0] if len(found) == 1 else []


def _bytes_of(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            return archive.read(names[0]) if len(names) == 1 else b""
    return path.read_bytes()
