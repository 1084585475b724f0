"""How every column of a table relates to one of them, the target; on a sample of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tasks.engine.errors import DataError
from tasks.engine.profile.date_formats import date_text
from tasks.engine.profile.leaks import is_leak
from tasks.engine.profile.sampled import Sampled, sampled_column
from tasks.engine.profile.strengths import (
    Target,
    inner_edges,
    is_told_by,
    make_target,
    measure_strength,
)
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.table.coercion import missing_markers

SAMPLE_ROWS, SAMPLE_CELLS = 50_000, 20_000_000
CHART_BINS, CHART_LABELS, CHART_CLASSES = 10, 12, 6
LEFT_OUT = frozenset({"constant"})


@np.errstate(over="ignore", invalid="ignore")
def relate(
    parquet: Path,
    columns: Sequence[Mapping[str, Any]],
    target: str,
    dialect: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Measure how well each column alone tells the target.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    columns : sequence of Mapping
        The columns' profiles, in file order.
    target : str
        A column that is a number, a category or a boolean.
    dialect : dict, optional
        How the file was read; ``missing`` is used.

    Returns
    -------
    dict
        ``target``; ``kind``: ``classes`` or ``number``; ``classes``: their names, the most
        frequent first; ``about``: how many rows were used, None: all; ``columns``, the strongest
        first: ``name``, ``strength`` (0 to 1), ``measure`` (``AUC`` or ``R2``), ``score``,
        ``mutual`` where each tells the other almost perfectly, and ``chart``: ``labels``, the
        values that have a bin each, or ``edges`` of bins that hold what is from one edge to below
        the next one, and the last one its end; ``counts``, none of them 0 between edges; and by
        bin ``values`` (the target's mean) or ``shares`` (of each of the first six classes). Dates
        are days, in ISO text.

    Raises
    ------
    DataError
        RELATION_TARGET when the target is no column, or has fewer than two values.
    """
    cells = TableCells(parquet, dialect or {}, missing_markers({"dialect": dialect}))
    rows = min(SAMPLE_ROWS, max(100, SAMPLE_CELLS // max(len(columns), 1)))
    cells.step = max(1, -(-cells.n_rows // rows))
    places = {facts["name"]: n for n, facts in enumerate(columns)}
    found = None
    if target in places and columns[places[target]]["kind"] not in {"text", "identifier"}:
        sample = _sample(cells, [places[target]], columns)[0]
        found = make_target(sample)
    if found is None:
        raise DataError(
            "RELATION_TARGET", f'"{target}" has no values that other columns could tell apart',
            "Choose a column of numbers or of few classes",
        )  # fmt: skip
    related = []
    for batch in cells.batches():
        wanted = [position - 1 for position in batch if _is_wanted(columns[position - 1], target)]
        for feature in _sample(cells, wanted, columns):
            related.append(_relation(feature, found, sample))
    related.sort(key=lambda one: (-one["strength"], places[one["name"]]))
    return {
        "target": target, "kind": "classes" if found.classes else "number",
        "classes": (found.classes or [])[:CHART_CLASSES] or None,
        "about": None if cells.step == 1 else len(range(0, cells.n_rows, cells.step)),
        "columns": related,
    }  # fmt: skip


def _is_wanted(facts: Mapping[str, Any], target: str) -> bool:
    return facts["name"] != target and facts["kind"] not in LEFT_OUT


def _sample(
    cells: TableCells, places: list[int], columns: Sequence[Mapping[str, Any]]
) -> list[Sampled]:
    texts = cells.sampled([place + 1 for place in places])
    return [
        sampled_column(text, columns[place], cells.missing)
        for place, text in zip(places, texts, strict=True)
    ]


def _relation(feature: Sampled, target: Target, sample: Sampled) -> dict[str, Any]:
    strength = measure_strength(feature, target)
    is_copy = is_leak(strength.strength, strength.measure, feature.kind) and is_told_by(
        feature, sample
    )
    return {
        "name": feature.name, "strength": round(strength.strength, 4),
        "measure": strength.measure, "score": round(strength.score, 4),
        "chart": _chart(feature, target), **({"mutual": True} if is_copy else {}),
    }  # fmt: skip


def _chart(feature: Sampled, target: Target) -> dict[str, Any]:
    chart: dict[str, Any] = {}
    if feature.is_number:
        chart, bins, n_bins = _bins_of_numbers(feature, target.rows)
    else:
        codes, labels = feature.as_classes(CHART_LABELS)
        bins, n_bins = codes[target.rows], len(labels)
        bins = np.where(bins < 0, n_bins, bins)
        chart["labels"] = [label[:60] for label in labels]
    counts = np.bincount(bins, minlength=n_bins + 1)[:n_bins]
    chart["counts"] = counts.tolist()
    if target.classes:
        shares = [
            np.bincount(bins, target.values == code, n_bins + 1)[:n_bins] / np.maximum(counts, 1)
            for code in range(min(len(target.classes), CHART_CLASSES))
        ]
        chart["shares"] = np.round(np.transpose(shares), 4).tolist()
    else:
        means = np.bincount(bins, target.values, n_bins + 1)[:n_bins] / np.maximum(counts, 1)
        chart["values"] = [
            float(mean) if n else None for mean, n in zip(means, counts, strict=True)
        ]
    return chart


def _bins_of_numbers(feature: Sampled, rows: np.ndarray) -> tuple[dict[str, Any], np.ndarray, int]:
    """Return what names the bins of numbers, the bin of each row, and how many bins there are.

    Few different numbers have a bin each. Else a bin begins at the least number in it, so that
    its name is true and none is without rows; missing ones are in a bin after the last.
    """
    is_date = feature.kind == "date"
    if is_date:  # a bin is named by days
        feature = replace(feature, values=np.floor(feature.values))
    known = feature.known[rows]
    found = np.unique(feature.values[rows][known])
    begins = found
    if len(found) > CHART_LABELS:
        places = np.searchsorted(inner_edges(feature, rows, CHART_BINS), found, side="right")
        begins = found[np.flatnonzero(np.diff(places, prepend=-1))]
    values = np.where(known, feature.values[rows], 0)
    bins = np.searchsorted(begins[1:], values, side="right")
    bins = np.where(known, bins, len(begins))
    names = begins if len(found) == len(begins) else np.append(begins, found[-1])
    said = [date_text(name) if is_date else name for name in names.tolist()]
    return {"labels" if len(found) == len(begins) else "edges": said}, bins, len(begins)
