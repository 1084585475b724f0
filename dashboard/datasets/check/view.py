"""What the check page shows of an upload: its rows as they were read, and what was found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.datasets.check.bad_lines import BadLines, find_bad_lines
from dashboard.datasets.check.first_rows import Beginning, Shown
from dashboard.datasets.check.notes import GROUPS_AT_ONCE, Group, Note, Places, list_groups
from dashboard.datasets.check.questions import Asked, Question, cut, list_asked, make_questions
from dashboard.datasets.words import markers_of
from dashboard.filters import count, plural
from dashboard.paging import Page

COLUMNS_AT_ONCE = 200
WIDE_COLUMNS = 30
PROBLEM_ROWS = 5
QUESTIONS_AT_ONCE = 20
SUMMARY_AT_ONCE = 5
LONGEST_CELL = 200


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
    """One cell of the preview; `text` is None where the line has none.

    `is_missing` where it is there and means that there is no value.
    """

    text: str | None
    mark: str | None
    head: Head
    is_missing: bool = False


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
class CheckView:
    """Everything that the check page shows of an upload."""

    sheet: Sheet | None
    questions: Sequence[Question]
    n_questions: int
    open_questions: Sequence[Asked]
    blocking: Sequence[Note]
    groups: Sequence[Group]
    more_groups: int
    bad_lines: BadLines | None

    @property
    def groups_besides_errors(self) -> Sequence[Group]:
        """What was found without what is said above the rows already."""
        rest = [
            replace(
                group, notes=[note for note in group.notes if not (note.is_error or note.is_plain)]
            )
            for group in self.groups
        ]
        return [group for group in rest if group.notes or group.more]

    @property
    def plain(self) -> Sequence[Note]:
        """What nobody may overlook, though it does not stop the file from being saved."""
        return [note for group in self.groups for note in group.notes if note.is_plain]

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


def view_upload(upload: Shown, wanted: Wanted, sent: Mapping[str, Any] | None = None) -> CheckView:
    """Return what the check page shows; answers of a form that could not be used stand again."""
    asked = list_asked(upload) if upload.state != "refused" else []
    questions = make_questions(upload, asked[:QUESTIONS_AT_ONCE], sent)
    sheet = _sheet(upload, asked, wanted) if upload.preview else None
    groups, n_groups = list_groups(
        upload,
        Places(
            upload,
            lines={row.line for row in sheet.rows} if sheet else set(),
            positions=[head.position for head in sheet.heads] if sheet else [],
            questions=questions,
        ),
    )
    blocking = [note for group in groups for note in group.notes if note.is_error]
    return CheckView(
        sheet=sheet,
        questions=questions,
        n_questions=len(asked),
        open_questions=[one for one in asked if one.is_open],
        blocking=blocking,
        groups=groups[:GROUPS_AT_ONCE],
        more_groups=max(0, n_groups - GROUPS_AT_ONCE),
        bad_lines=None if isinstance(upload, Beginning) else find_bad_lines(upload),
    )


def _sheet(upload: Shown, asked: Sequence[Asked], wanted: Wanted) -> Sheet:
    is_asked = {one.position for one in asked if one.is_open}
    q = wanted.q.casefold()
    found = [n for n, c in enumerate(upload.columns) if q in c["name"].casefold()]
    number = min(wanted.page, max(1, -(-len(found) // COLUMNS_AT_ONCE)))
    page = Page(number, COLUMNS_AT_ONCE, len(found))
    shown_columns = found[page.first - 1 : page.last]
    is_known = upload.state != "refused"  # else nobody looked what the columns are
    heads = [_head(n, upload.columns[n], is_asked, is_known=is_known) for n in shown_columns]
    bad = [row for row in upload.preview if row.get("problem") or row.get("marks")]
    first = [row for row in upload.preview if not row.get("problem")]
    only = bool(bad) and (wanted.rows == "problems" or (wanted.rows is None and bool(asked)))
    shown = (bad if wanted.more else bad[:PROBLEM_ROWS]) if only else first
    missing = frozenset(markers_of(upload.dialect))
    return Sheet(
        heads=heads,
        rows=[Row(row["line"], [_cell(row, head, missing) for head in heads]) for row in shown],
        page=page,
        q=wanted.q,
        problems_only=only,
        has_problems=bool(bad),
        is_wide=len(upload.columns) > WIDE_COLUMNS,
        n_here=len(bad),
        n_problems=_count_problem_rows(upload, asked, bad),
    )


def _count_problem_rows(
    upload: Shown, asked: Sequence[Asked], bad: Sequence[Mapping[str, Any]]
) -> int | None:
    """Return how many rows have a problem; None where it cannot be told without counting them."""
    about = [one.cells for one in asked if one.cells]
    if len(about) == 1:
        return max(about[0], len(bad))
    is_all = len([row for row in upload.preview if row.get("problem")]) < 50
    return len(bad) if is_all else None


def _head(position: int, column: Mapping[str, Any], asked: set[int], *, is_known: bool) -> Head:
    is_asked = position in asked
    about = (column.get("question") or {}).get("about") if is_asked else None
    kind = about or (column.get("kind") if is_known else None)
    return Head(
        position=position,
        name=cut(column["name"]),
        kind=kind,
        is_asked=is_asked,
        is_left_out=column.get("role") == "left_out",
        is_number=kind == "number",
    )


def _cell(row: Mapping[str, Any], head: Head, missing: Collection[str]) -> Cell:
    cells = row["cells"]
    text = cells[head.position] if head.position < len(cells) else None
    is_missing = text is not None and text.strip() in missing
    if text is not None and len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]}…"
    return Cell(text, (row.get("marks") or {}).get(str(head.position)), head, is_missing)


def describe_rows(sheet: Sheet) -> str:
    """Return the line below the rows."""
    shown = count(len(sheet.rows))
    if not sheet.problems_only:
        return f"Showing the first {plural(len(sheet.rows), 'row')}"
    if sheet.n_problems is None:
        return f"Showing {shown} of more than {plural(sheet.n_here, 'row')} with problems"
    return f"Showing {shown} of {plural(sheet.n_problems, 'row')} with problems"
