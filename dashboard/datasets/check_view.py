"""What the check page shows of an upload: its rows as they were read, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.datasets.questions import Asked, Question, cut, list_asked, make_questions
from dashboard.db import Dataset
from dashboard.filters import count, plural
from dashboard.paging import Page

COLUMNS_AT_ONCE = 200
WIDE_COLUMNS = 30
PROBLEM_ROWS = 5
QUESTIONS_AT_ONCE = 20
GROUPS_AT_ONCE = 30
NOTES_AT_ONCE = 5
SUMMARY_AT_ONCE = 5
LONGEST_CELL = 200
# Where on the page that is which a problem is about.
PLACES = {
    "CSV_RAGGED": "bad-lines",
    "CSV_ONE_COLUMN": "field-delimiter",
    "ONE_COLUMN": "field-delimiter",
    "CSV_ENCODING": "field-encoding",
    "ENCODING_ASSUMED": "field-encoding",
    "ENCODING_DOUBTFUL": "field-encoding",
    "HEADER_ABSENT": "field-header",
    "HEADER_ASSUMED": "field-header",
    "HEADER_LINES": "field-header_lines",
    "PREAMBLE": "field-header_line",
    "CSV_PREAMBLE": "field-header_line",
    "CSV_QUOTES": "field-quote",
    "QUOTE_APOSTROPHE": "field-quote",
    "ESCAPE_BACKSLASH": "field-escape",
}
BAD_LINES = "CSV_RAGGED"


@dataclass(frozen=True)
class Head:
    """The head of one column of the preview; `position` is its place in the file, from 0."""

    position: int
    name: str
    kind: str | None
    is_asked: bool
    is_left_out: bool
    is_number: bool


@dataclass(frozen=True)
class Cell:
    """One cell of the preview; `text` is None where the line has none."""

    text: str | None
    mark: str | None
    head: Head


@dataclass(frozen=True)
class Row:
    """One row of the preview, with the line of the file that it starts in."""

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """The rows that are shown, and how many more there are.

    `n_problems` counts the rows with problems; it is None where only some of them are known.
    """

    heads: Sequence[Head]
    rows: Sequence[Row]
    page: Page
    q: str
    problems_only: bool
    has_problems: bool
    is_wide: bool
    n_here: int
    n_problems: int | None


@dataclass(frozen=True)
class Note:
    """One thing that was found: its words, its line, and where on the page it is, if there."""

    message: str
    is_error: bool
    anchor: str | None


@dataclass(frozen=True)
class Group:
    """What was found about one column, or about the file as a whole.

    `anchor` is where the page shows the column: its question, or its head among the rows.
    """

    column: str | None
    anchor: str | None
    notes: Sequence[Note]
    more: int

    @property
    def is_error(self) -> bool:
        """Whether something of it stops the file from being saved."""
        return any(note.is_error for note in self.notes)


@dataclass(frozen=True)
class CheckView:
    """Everything that the check page shows of an upload."""

    sheet: Sheet | None
    questions: Sequence[Question]
    n_questions: int
    open_questions: Sequence[Asked]
    blocking: Sequence[Note]
    groups: Sequence[Group]
    more_groups: int
    bad_lines: Mapping[str, Any] | None

    @property
    def groups_besides_errors(self) -> Sequence[Group]:
        """What was found without what the error summary says already."""
        rest = [
            replace(group, notes=[note for note in group.notes if not note.is_error])
            for group in self.groups
        ]
        return [group for group in rest if group.notes or group.more]

    @property
    def cells_asked(self) -> int:
        """How many cells the open questions are about."""
        return sum(asked.cells for asked in self.open_questions)

    @property
    def first_open(self) -> Sequence[Question]:
        """The open questions that the error summary names."""
        return [question for question in self.questions if question.is_open][:SUMMARY_AT_ONCE]

    @property
    def n_number_questions(self) -> int:
        """How many open questions are about columns that look like numbers."""
        return sum(asked.about == "number" for asked in self.open_questions)

    @property
    def summary_title(self) -> str:
        """The title of the error summary."""
        if self.blocking:
            return "There is a problem with this file"
        n = len(self.open_questions)
        return f"There is a problem with {plural(n, 'column')}"


@dataclass(frozen=True)
class Wanted:
    """Which part of the preview an address asks for."""

    q: str = ""
    page: int = 1
    rows: str | None = None
    more: bool = False


def view_upload(
    upload: Dataset, wanted: Wanted, sent: Mapping[str, Any] | None = None
) -> CheckView:
    """Return what the check page shows; answers of a form that could not be used stand again."""
    asked = list_asked(upload) if upload.state != "refused" else []
    questions = make_questions(upload, asked[:QUESTIONS_AT_ONCE], sent)
    sheet = _sheet(upload, asked, wanted) if upload.preview else None
    groups, n_groups = _groups(upload, _Places(upload, sheet, questions))
    blocking = [note for group in groups for note in group.notes if note.is_error]
    ragged = [p for p in upload.problems if p["code"] == BAD_LINES]
    return CheckView(
        sheet=sheet,
        questions=questions,
        n_questions=len(asked),
        open_questions=[one for one in asked if one.is_open],
        blocking=blocking,
        groups=groups[:GROUPS_AT_ONCE],
        more_groups=max(0, n_groups - GROUPS_AT_ONCE),
        bad_lines=ragged[0] if ragged else None,
    )


def _sheet(upload: Dataset, asked: Sequence[Asked], wanted: Wanted) -> Sheet:
    is_asked = {one.position for one in asked if one.is_open}
    q = wanted.q.casefold()
    found = [n for n, c in enumerate(upload.columns) if q in c["name"].casefold()]
    number = min(wanted.page, max(1, -(-len(found) // COLUMNS_AT_ONCE)))
    page = Page(number, COLUMNS_AT_ONCE, len(found))
    heads = [_head(n, upload.columns[n], is_asked) for n in found[page.first - 1 : page.last]]
    bad = [row for row in upload.preview if row.get("problem") or row.get("marks")]
    first = [row for row in upload.preview if not row.get("problem")]
    only = bool(bad) and (wanted.rows == "problems" or (wanted.rows is None and bool(asked)))
    shown = (bad if wanted.more else bad[:PROBLEM_ROWS]) if only else first
    return Sheet(
        heads=heads,
        rows=[Row(row["line"], [_cell(row, head) for head in heads]) for row in shown],
        page=page,
        q=wanted.q,
        problems_only=only,
        has_problems=bool(bad),
        is_wide=len(upload.columns) > WIDE_COLUMNS,
        n_here=len(bad),
        n_problems=_count_problem_rows(upload, asked, bad),
    )


def _count_problem_rows(
    upload: Dataset, asked: Sequence[Asked], bad: Sequence[Mapping[str, Any]]
) -> int | None:
    """Return how many rows have a problem; None where it cannot be told without counting them."""
    about = [one.cells for one in asked if one.cells]
    if len(about) == 1:
        return max(about[0], len(bad))
    is_all = len([row for row in upload.preview if row.get("problem")]) < 50
    return len(bad) if is_all else None


def _head(position: int, column: Mapping[str, Any], asked: set[int]) -> Head:
    is_asked = position in asked
    about = (column.get("question") or {}).get("about") if is_asked else None
    kind = about or column.get("kind")
    return Head(
        position=position,
        name=cut(column["name"]),
        kind=kind,
        is_asked=is_asked,
        is_left_out=column.get("role") == "left_out",
        is_number=kind == "number",
    )


def _cell(row: Mapping[str, Any], head: Head) -> Cell:
    cells = row["cells"]
    text = cells[head.position] if head.position < len(cells) else None
    if text is not None and len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]}…"
    return Cell(text, (row.get("marks") or {}).get(str(head.position)), head)


class _Places:
    """Where on the page lines and columns are."""

    def __init__(
        self, upload: Dataset, sheet: Sheet | None, questions: Sequence[Question]
    ) -> None:
        self.lines = {row.line for row in sheet.rows} if sheet else set()
        shown = [head.position for head in sheet.heads] if sheet else []
        self.columns = {upload.columns[n]["name"]: f"column-{n}" for n in shown}
        self.questions = {question.column: question for question in questions}

    def of_column(self, column: str | None) -> str | None:
        """Return the anchor of a column."""
        asked = self.questions.get(column or "")
        return f"question-{asked.position}" if asked else self.columns.get(column or "")

    def of_problem(self, problem: Mapping[str, Any]) -> str | None:
        """Return the anchor of what a problem is about."""
        line = problem["line"]
        return PLACES.get(problem["code"]) or (f"line-{line}" if line in self.lines else None)


def _groups(upload: Dataset, places: _Places) -> tuple[list[Group], int]:
    """Return what was found, by column, and of how many; first what stops the saving.

    After that comes the file, then its columns. All that stops it is there; of the rest as much as
    the page shows.
    """
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for problem in upload.problems:
        found.setdefault(problem["column"], []).append(problem)
    stopped = {p["column"] for p in upload.problems if p["severity"] == "error"}
    names = sorted(found, key=lambda name: (name not in stopped, name is not None))
    shown = names[: max(GROUPS_AT_ONCE, len(stopped))]
    return [_group(name, found[name], places) for name in shown], len(names)


def _group(column: str | None, problems: Sequence[Mapping[str, Any]], places: _Places) -> Group:
    ordered = sorted(problems, key=lambda p: p["severity"] != "error")
    notes = [_note(problem, places) for problem in ordered[:NOTES_AT_ONCE]]
    notes += _effect(places.questions.get(column or ""))
    return Group(column, places.of_column(column), notes, max(0, len(problems) - NOTES_AT_ONCE))


def _note(problem: Mapping[str, Any], places: _Places) -> Note:
    words, line = problem["message"], problem["line"]
    if line is not None and f"{line}" not in words and f"{line:,}" not in words:
        words = f"{words} (line {line})"
    return Note(words, problem["severity"] == "error", places.of_problem(problem))


def _effect(question: Question | None) -> list[Note]:
    """Return what would become of a column that looks like numbers."""
    if question is None or question.about != "number":
        return []
    become = f"{count(question.become)} of {plural(question.cells, 'cell')}"
    verb = "becomes a number" if question.become == 1 else "become numbers"
    words = f"{become} {verb} if the column is read as one"
    return [Note(words, False, f"question-{question.position}")]


def describe_rows(sheet: Sheet) -> str:
    """Return the line below the rows."""
    shown = count(len(sheet.rows))
    if not sheet.problems_only:
        return f"Showing the first {plural(len(sheet.rows), 'row')}"
    if sheet.n_problems is None:
        return f"Showing {shown} of more than {plural(sheet.n_here, 'row')} with problems"
    return f"Showing {shown} of {plural(sheet.n_problems, 'row')} with problems"
