"""What was found in an upload, as the check page tells it: by column, each with its place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboard.datasets.check.bad_lines import is_about_lines
from dashboard.datasets.check.first_rows import Shown
from dashboard.datasets.check.options import write_markers
from dashboard.datasets.check.questions import Question, cut
from dashboard.datasets.look.alike import Alike, gather
from dashboard.datasets.words import markers_of
from dashboard.filters import count, plural

GROUPS_AT_ONCE = 30
NOTES_AT_ONCE = 5
# What spoils the rows themselves: a sum among them is learned from as they are.
PLAIN = {"ROWS_TOTAL", "LAST_ROWS"}
# Where on the page that is which a problem is about.
PLACES = {
    "CSV_ONE_COLUMN": "field-delimiter",
    "ONE_COLUMN": "field-delimiter",
    "SEPARATOR_LONG": "field-delimiter",
    "CSV_ENCODING": "field-encoding",
    "ENCODING_ASSUMED": "field-encoding",
    "ENCODING_DAMAGED": "field-encoding",
    "MISSING_DOCUMENTED": "field-missing",
    "MISSING_NAMED": "field-missing",
    "HIDDEN_MISSING": "field-missing",
    "ENCODING_DOUBTFUL": "field-encoding",
    "HEADER_ABSENT": "field-header",
    "HEADER_ASSUMED": "field-header",
    "HEADER_IGNORED": "field-header",
    "HEADER_LINES": "field-header_lines",
    "PREAMBLE": "field-header_line",
    "CSV_PREAMBLE": "field-header_line",
    "CSV_QUOTES": "field-quote",
    "QUOTE_APOSTROPHE": "field-quote",
    "ESCAPE_BACKSLASH": "field-escape",
}


@dataclass(frozen=True)
class Remedy:
    """Another reading that a press asks for: the words of the button, and the form's fields."""

    text: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Note:
    """One thing that was found: its words, its line, and where on the page it is, if there.

    `is_plain` where it stands above the rows, as nobody may overlook it.
    """

    message: str
    is_error: bool
    anchor: str | None
    remedy: Remedy | None = None
    is_plain: bool = False


@dataclass(frozen=True)
class Group:
    """What was found about one column, or about the file as a whole.

    `anchor` is where the page shows the column: its question, or its head among the rows. `alike`
    says of which other columns the same was found.
    """

    column: str | None
    anchor: str | None
    notes: Sequence[Note]
    more: int
    alike: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether something of it stops the file from being saved."""
        return any(note.is_error for note in self.notes)


class Places:
    """Where on the page lines and columns are."""

    def __init__(
        self,
        upload: Shown,
        *,
        lines: Collection[int],
        positions: Sequence[int],
        questions: Sequence[Question],
    ) -> None:
        self.lines, self.dialect = lines, upload.dialect
        self.are_lines = partial(is_about_lines, upload)
        self.columns = {upload.columns[n]["name"]: f"column-{n}" for n in positions}
        self.questions = {question.column: question for question in questions}

    def of_column(self, column: str | None) -> str | None:
        """Return the anchor of a column."""
        asked = self.questions.get(column or "")
        return f"question-{asked.position}" if asked else self.columns.get(column or "")

    def of_problem(self, problem: Mapping[str, Any]) -> str | None:
        """Return the anchor of what a problem is about."""
        line = problem["line"]
        if self.are_lines(problem):
            return "bad-lines"
        return PLACES.get(problem["code"]) or (f"line-{line}" if line in self.lines else None)

    def remedy_of(self, problem: Mapping[str, Any]) -> Remedy | None:
        """Return what a press may do about a problem; None where a person must choose."""
        if problem["code"] == "CHOICE_UNUSABLE":
            name = str(problem["column"])
            return Remedy(f"Read “{cut(name)}” as what it was found to be", {"forget": name})
        value = problem.get("value")
        if problem["code"] == "HIDDEN_MISSING" and value:
            markers = write_markers([*markers_of(self.dialect), value])
            return Remedy(f"Count “{cut(value)}” as missing", {"missing": markers})
        return None


def list_groups(upload: Shown, places: Places) -> tuple[list[Group], int]:
    """Return what was found, by column, and of how many; first what stops the saving.

    After that comes the file, then its columns. All that stops it is there; of the rest as much as
    the page shows.
    """
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for problem in upload.problems:
        found.setdefault(problem["column"], []).append(problem)
    stopped = {p["column"] for p in upload.problems if p["severity"] == "error"}
    names = sorted(found, key=lambda name: (name not in stopped, name is not None))
    # What is asked about a column is answered at its own place.
    gathered = gather(
        (name, found[name] if name not in places.questions else ()) for name in names
    )
    shown = gathered[: max(GROUPS_AT_ONCE, len(stopped))]
    return [_group(one, found[one.column], places) for one in shown], len(gathered)


def _group(one: Alike, problems: Sequence[Mapping[str, Any]], places: Places) -> Group:
    column = one.column
    ordered = sorted(problems, key=lambda p: p["severity"] != "error")
    notes = [_note(problem, places) for problem in ordered[:NOTES_AT_ONCE]]
    notes += _effect(places.questions.get(column or ""))
    more = max(0, len(problems) - NOTES_AT_ONCE)
    return Group(column, places.of_column(column), notes, more, one.words)


def _note(problem: Mapping[str, Any], places: Places) -> Note:
    words, line = problem["message"], problem["line"]
    if line is not None and f"{line}" not in words and f"{line:,}" not in words:
        words = f"{words} (line {line})"
    is_error, is_plain = problem["severity"] == "error", problem["code"] in PLAIN
    return Note(words, is_error, places.of_problem(problem), places.remedy_of(problem), is_plain)


def _effect(question: Question | None) -> list[Note]:
    """Return what would become of a column that looks like numbers."""
    if question is None or question.about != "number":
        return []
    words = f"{say_become(question.become, question.cells)} if the column is read as one"
    return [Note(words, False, f"question-{question.position}")]


def say_become(become: int, cells: int) -> str:
    """Say how many of some cells become numbers."""
    if become:
        verb = "becomes a number" if become == 1 else "become numbers"
        return f"{count(become)} of {plural(cells, 'cell')} {verb}"
    return f"{'No cell' if cells == 1 else f'None of {count(cells)} cells'} becomes a number"
