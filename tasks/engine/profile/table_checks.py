"""What is worth checking in a table as a whole; few warnings, each with its reason."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tasks.engine.profile.column_problems import warning
from tasks.engine.profile.column_profile import Outline
from tasks.engine.profile.duplicates import (
    duplicate_columns,
    duplicate_rows_problem,
    find_duplicate_rows,
)
from tasks.engine.profile.leak_screen import may_leak
from tasks.engine.profile.leaks import NAMED, NOT_LEARNED, TARGETS, leak_words, twin_words
from tasks.engine.profile.row_numbers import has_id_name
from tasks.engine.profile.strengths import CLASSES_AT_MOST, is_told_by, make_target, tells
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.profile.value_checks import is_sorted
from tasks.engine.reader.refusals import Problem

TARGET_NAME = re.compile(
    r"(.*[_\-. ])?(target|label|class|outcome|response|churn(ed)?)|species|diagnosis|survived",
    re.IGNORECASE,
)
FOLDS = 5
ENOUGH_ROWS = 50
CORRELATED, CORRELATED_COLUMNS, PAIRS_NAMED = 0.97, 40, 20
FEWEST_PAIRED = 10  # two columns of fewer rows are often alike by chance


@np.errstate(over="ignore", invalid="ignore")
def check_table(
    cells: TableCells, made: Sequence[Outline], doubts: Sequence[Problem], chosen: str | None
) -> tuple[dict[str, Any], list[Problem]]:
    """Check a table whose columns were profiled.

    Parameters
    ----------
    cells : TableCells
        Reads the table.
    made : sequence of Outline
        What is known of the columns, in file order.
    doubts : sequence of Problem
        What is told of single values in them.
    chosen : str or None
        The column that the person means to predict.

    Returns
    -------
    summary : dict
        See `profile_file`.
    problems : list of Problem
    """
    target = find_target(made, chosen)
    count, rows = find_duplicate_rows(cells, made)
    problems: list[Problem] = []
    if count:
        lines = cells.line_of(rows[0]), cells.line_of(rows[1])
        problems.append(duplicate_rows_problem(count, lines, cells.n_rows))
    problems += duplicate_columns(cells, made)
    problems += doubts
    name = None
    if target is not None:
        # A last column of numbers may be anything; only what speaks of classes is taken for them.
        name, kind = target.facts["name"], target.facts["kind"]
        is_plain = name == chosen or kind != "number" or bool(TARGET_NAME.fullmatch(name))
        problems += _target_problems(made, target, chosen, is_plain=is_plain)
        target = target if is_plain else None
    problems += _order_problems(cells, made, target)
    correlations = correlate(made)
    problems += _correlated(correlations, made)
    summary = {
        "rows": cells.n_rows,
        "sampled_rows": None if cells.step == 1 else len(made[0].sample.values) if made else None,
        "duplicate_rows": count,
        "correlations": correlations,
        "likely_target": name,
    }
    return summary, problems


def find_target(made: Sequence[Outline], chosen: str | None) -> Outline | None:
    """Return the column that is likely to be predicted: chosen, called so, or the last one."""
    fit = [m for m in made if m.facts["kind"] in TARGETS
           and m.facts["distinct"] > 1 and not m.is_left_out]  # fmt: skip
    named = [m for m in fit if m.facts["name"] == chosen]
    named = named or [m for m in fit if TARGET_NAME.fullmatch(m.facts["name"])]
    return named[-1] if named else fit[-1] if fit and fit[-1] is made[-1] else None


def _target_problems(
    made: Sequence[Outline], target: Outline, chosen: str | None, *, is_plain: bool
) -> Iterator[Problem]:
    name, values = target.facts["name"], make_target(target.sample)
    if values is None:
        return
    n_rows = target.facts["count"] + target.facts["missing"]
    if is_plain and target.facts["distinct"] <= CLASSES_AT_MOST and n_rows >= ENOUGH_ROWS:
        yield from _rare(target)
    if len(values.rows) < ENOUGH_ROWS:
        return
    features = [m for m in made if m is not target and _is_learned(m)]
    likely = may_leak([m.sample for m in features], values)
    found = [(told.score, features[n]) for n in np.flatnonzero(likely)
             if (told := tells(features[n].sample, values))]  # fmt: skip
    found.sort(key=lambda pair: (pair[0], pair[1].facts["name"]), reverse=True)
    for score, leaking in found[:NAMED]:
        other, measure = leaking.facts["name"], "AUC" if values.classes else "R2"
        is_twin = not _is_sure(name, other, chosen) and is_told_by(leaking.sample, target.sample)
        words = (twin_words if is_twin else leak_words)(other, name, measure, score)
        yield warning(other, "TARGET_LEAK", words)


def _is_sure(target: str, other: str, chosen: str | None) -> bool:
    """Tell whether the target is one of two columns: chosen, or called so as the other is not."""
    return target == chosen or bool(
        TARGET_NAME.fullmatch(target) and not TARGET_NAME.fullmatch(other)
    )


def _is_learned(feature: Outline) -> bool:
    return feature.facts["kind"] not in NOT_LEARNED and not feature.is_left_out


def _rare(target: Outline) -> Iterator[Problem]:
    name, rarest = target.facts["name"], target.facts.get("rarest")
    top = target.facts.get("top") or []
    rarest = rarest or (top[-1] if top and len(top) == target.facts["distinct"] else None)
    if target.facts["kind"] == "number" and target.facts["distinct"] <= CLASSES_AT_MOST:
        rarest = target.rarest
    if rarest and rarest["count"] < FOLDS:
        rows = f"{rarest['count']} row{'s' if rarest['count'] > 1 else ''}"
        words = f'"{rarest["value"]}" stands in {rows} of "{name}", too few for {FOLDS} folds'
        yield warning(name, "CLASS_RARE", words, rarest["count"])


def _order_problems(
    cells: TableCells, made: Sequence[Outline], target: Outline | None
) -> Iterator[Problem]:
    if cells.n_rows < ENOUGH_ROWS:
        return
    for position, found in enumerate(made, start=1):
        is_asked = found is target or found.facts["kind"] == "date"
        if is_asked and is_sorted(cells, position, found):
            name = found.facts["name"]
            is_date = found.facts["kind"] == "date"
            advice = (
                "To judge a forecast, split the rows in the order of time"
                if is_date
                else "Folds mix the rows, so it does no harm unless you split them in their order"
            )
            yield warning(name, "ROWS_SORTED", f'The rows are sorted by "{name}". {advice}')
            break
    for found in made:
        name, n = found.facts["name"], found.facts["distinct"]
        is_group = found.facts["kind"] in {"number", "category", "text"} and has_id_name(name)
        if is_group and max(10, cells.n_rows / 100) <= n <= found.facts["count"] / 1.5:
            words = (
                f'"{name}" has {n:,} different values in {cells.n_rows:,} rows. '
                "If the rows of one belong together, split the rows by it"
            )
            yield warning(name, "ROWS_GROUPED", words, n)


def correlate(made: Sequence[Outline]) -> dict[str, Any]:
    """Return the correlations of the first 40 columns of numbers, on a sample of rows."""
    found = [m for m in made if m.facts["kind"] == "number" and m.facts["distinct"] > 1]
    found = found[:CORRELATED_COLUMNS]
    values = [m.sample.values for m in found]
    square = [[_correlation(a, b) for b in values[: n + 1]] for n, a in enumerate(values)]
    whole = [[square[max(a, b)][min(a, b)] for b in range(len(found))] for a in range(len(found))]
    return {"columns": [m.facts["name"] for m in found], "values": whole, "kinds": "pearson"}


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    with np.errstate(all="ignore"):
        value = float(np.corrcoef(a, b)[0, 1])
    return round(value, 4) if np.isfinite(value) else None


def _says_something(one: Outline, other: Outline) -> bool:
    """Tell whether a high correlation is more than chance, and not told as a copy already."""
    both = int(np.sum(np.isfinite(one.sample.values) & np.isfinite(other.sample.values)))
    return both >= FEWEST_PAIRED and one.values_print != other.values_print


def _correlated(correlations: dict[str, Any], made: Sequence[Outline]) -> Iterator[Problem]:
    names, values = correlations["columns"], correlations["values"]
    outlines = {m.facts["name"]: m for m in made}
    of = [outlines[name] for name in names]
    pairs = [
        (abs(values[a][b]), values[a][b], names[b], names[a])
        for a in range(len(names)) for b in range(a)
        if abs(values[a][b] or 0) >= CORRELATED and _says_something(of[a], of[b])
    ]  # fmt: skip
    pairs.sort(key=lambda pair: -pair[0])
    for _size, value, one, other in pairs[:PAIRS_NAMED]:
        words = f'"{one}" and "{other}" say almost the same: their correlation is {value:.3f}'
        yield warning(other, "CORRELATED", words)
    if len(pairs) > PAIRS_NAMED:
        words = f"{len(pairs) - PAIRS_NAMED:,} more pairs of columns say almost the same"
        yield Problem("warning", "CORRELATED", words, count=len(pairs) - PAIRS_NAMED)
