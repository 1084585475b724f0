"""What came of reading a file, held against what is known of it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from benchmarks.reading_cases import SAID_AS, Case, Twin
from benchmarks.reading_score import BEST, score

SLOW_S = 10.0
RIGHT = "read right"
RIGHT_WARNED = "read right with a warning"
REFUSED_RIGHTLY = "refused with the right reason"
REFUSED_WRONGLY = "refused wrongly"
SILENTLY_WRONG = "silently wrong"
WRONG_WARNED = "wrong with a warning"
SERVER_ERROR = "5xx or a crash"
HANGS = f"over {SLOW_S:.0f} s"
ACCEPTED = "no answer known: accepted"
REFUSED = "no answer known: refused"
VERDICTS = (RIGHT, RIGHT_WARNED, REFUSED_RIGHTLY, REFUSED_WRONGLY, SILENTLY_WRONG, WRONG_WARNED,
            SERVER_ERROR, HANGS, ACCEPTED, REFUSED)  # fmt: skip
WORST = (SERVER_ERROR, HANGS, SILENTLY_WRONG, REFUSED_WRONGLY, WRONG_WARNED)
PROFILE = Path(__file__).parents[1] / "tasks" / "engine" / "profile"


def _codes_of(folder: Path) -> set[str]:
    """Return the codes of the problems that the modules of a folder make, by their source."""
    nodes = (
        node
        for path in sorted(folder.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    return {
        code.value
        for node in nodes
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"warning", "Problem"}
        for code in node.args[1:2]
        if isinstance(code, ast.Constant)
    }


# What the profile finds in the cells says nothing of how they were read: a wrong cell of which
# only this is told counts as silently wrong.
OF_THE_PROFILE = _codes_of(PROFILE)


@dataclass(frozen=True)
class Outcome:
    """What a reader made of a file; `table` is ``table.csv`` with the names first."""

    state: str
    seconds: float
    problems: Sequence[dict[str, Any]] = ()
    header: bool = True
    table: Sequence[Sequence[str]] = ()
    failure: str = ""

    def codes(self, severity: str) -> list[str]:
        """Return the codes of the problems of a severity that are about the reading."""
        return [
            problem["code"]
            for problem in self.problems
            if problem["severity"] == severity and problem["code"] not in OF_THE_PROFILE
        ]

    @property
    def parts(self) -> tuple[Sequence[str] | None, Sequence[Sequence[str]]]:
        """The names, None where they were numbered, and the rows."""
        return (self.table[0] if self.header else None), self.table[1:]


@dataclass(frozen=True)
class Verdict:
    """How well a file was read: in one of `VERDICTS`, with the reason and the published score."""

    case: Case
    outcome: Outcome
    word: str
    reason: str = ""
    score: float | None = field(default=None)


def judge(case: Case, outcome: Outcome) -> Verdict:
    """Hold an outcome against what is known of the file."""
    word, reason = _judge(case, outcome)
    return Verdict(case, outcome, word, reason, _score(case, outcome))


def _judge(case: Case, outcome: Outcome) -> tuple[str, str]:
    if outcome.failure:
        return SERVER_ERROR, outcome.failure
    if outcome.seconds > SLOW_S:
        return HANGS, f"{outcome.seconds:.1f} s"
    if outcome.state == "refused":
        return _judge_refusal(case, outcome)
    return _judge_table(case, outcome)


def _judge_table(case: Case, outcome: Outcome) -> tuple[str, str]:
    codes = outcome.codes("warning")
    told = ", ".join(codes)
    said = f"(said: {told or 'nothing'})"
    unsaid = [kind for kind in sorted(case.damages) if not SAID_AS[kind] & set(codes)]
    if unsaid:
        return SILENTLY_WRONG, f"nothing is said of: {', '.join(unsaid)} {said}"
    if case.twin is None:
        return (RIGHT_WARNED if case.damages else ACCEPTED), told
    if difference := first_difference(case.twin, outcome):
        return (WRONG_WARNED if codes else SILENTLY_WRONG), f"{difference} {said}"
    return (RIGHT_WARNED if codes else RIGHT), told


def _judge_refusal(case: Case, outcome: Outcome) -> tuple[str, str]:
    errors = [problem for problem in outcome.problems if problem["severity"] == "error"]
    said = "; ".join(f"{p['code']}: {p['message']}" for p in errors)
    if not errors:
        return REFUSED_WRONGLY, "refused without a reason"
    fits = any(
        problem["code"] in case.reasons and case.line in (None, problem["line"])
        for problem in errors
    )
    if fits:
        return REFUSED_RIGHTLY, said
    if case.twin is None and not case.damages:
        return REFUSED, said
    return REFUSED_WRONGLY, said


def first_difference(twin: Twin, outcome: Outcome) -> str:
    """Say where a table first differs from the right one; "" when it does not."""
    if twin.has_header is not None and twin.has_header != outcome.header and twin.rows:
        return f"the header: {outcome.header}, but it is {twin.has_header}"
    got = outcome.table if outcome.header else outcome.table[1:]
    wanted = list(twin.rows)
    if outcome.header and wanted:  # no name has spaces around it
        wanted[0] = [name.strip() for name in wanted[0]]
    for n, (right, row) in enumerate(zip_longest(wanted, got), start=1):
        if right is None or row is None:
            return f"{len(got)} records, but it has {len(twin.rows)}"
        if len(right) != len(row):
            return f"record {n} has {len(row)} cells, but it has {len(right)}"
        for column, (a, b) in enumerate(zip(right, row, strict=True), start=1):
            if a != b:
                return f"record {n}, cell {column} is {_short(b)}, but it is {_short(a)}"
    return ""


def _short(cell: str) -> str:
    text = repr(cell)
    return text if len(text) < 40 else f"{text[:30]}...{text[-6:]}"


def _score(case: Case, outcome: Outcome) -> float | None:
    """Return the published score, of files that have a twin and a place in the publication."""
    if case.twin is None or case.twin.has_header is None:
        return None
    if not case.twin.rows:
        return BEST
    if outcome.failure or outcome.state == "refused":
        return 0.0
    first = 1 if case.twin.has_header else 0
    names = case.twin.rows[0] if first else None
    return score(names, case.twin.rows[first:], *outcome.parts)
