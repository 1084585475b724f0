"""How rows are split unless somebody says so: 5 folds, or fewer where there is a reason, told.

Imports no scikit-learn.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

# 3 folds are the fewest by which two jobs can be told apart. With so many rows a third of them
# scores as surely as a fifth, and 3 fits on two thirds with the last one cost 40% less.
MANY_ROWS, FEWEST = 100_000, 3
USUAL = 5


class Rarest(NamedTuple):
    """The class that has the fewest rows, and how many."""

    label: str
    rows: int


class Classes(NamedTuple):
    """How many classes there are, in how many rows."""

    n: int
    rows: int


def default_validation(task: str) -> dict[str, Any]:
    """Return the validation unless another is chosen: 5 folds, stratified for classes."""
    return {
        "scheme": "stratified" if task == "classification" else "kfold",
        "folds": USUAL,
        "repeats": 1,
        "group_column": None,
        "time_column": None,
        "test_size": 0.2,
        "drop_copies": False,
        "gap": 0,
        "targets_left_out": None,
    }


def suggest_validation(
    task: str,
    rows: int,
    *,
    rarest: Rarest | None = None,
    classes: Classes | None = None,
    groups: int | None = None,
    scheme: str | None = None,
    folds: int | None = None,
) -> dict[str, Any]:
    """Return how rows are split, as far as nobody chose it.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    rows : int
        How many rows the table has.
    rarest : Rarest, optional
        Of a classification, where it is known.
    classes : Classes, optional
        Of a classification, too.
    groups : int, optional
        How many groups there are, where they are known.
    scheme, folds : str, int, optional
        What was chosen.

    Returns
    -------
    dict
        The fields of `spec.Validation`; ``note`` says why something is not as usual, or is None.

    Examples
    --------
    >>> suggest_validation("regression", 250_000)["folds"]
    3
    >>> suggest_validation("classification", 40, rarest=Rarest("bird", 4))["note"]
    '4 folds are used, not 5: class "bird" has 4 rows'
    """
    usual = default_validation(task)
    note = None
    found = usual | {"scheme": scheme or usual["scheme"], "folds": folds or usual["folds"]}
    if folds is None and rows >= MANY_ROWS and scheme != "holdout":
        found["folds"] = FEWEST
        note = (
            f"{FEWEST} folds are used, not {usual['folds']}: they tell as much of {rows:,} rows, "
            "and training takes about 40% less time"
        )
    if folds is None and is_small(rows) and scheme != "holdout":
        found["folds"] = fold_few(rows, rarest if found["scheme"] == "stratified" else None)
        note = say_few(found["folds"], rows)
    if classes and folds is None and found["scheme"] == "stratified":
        most = classes.rows // max(classes.n, 1)
        if FEWEST <= most < found["folds"]:  # fewer rows of each class than folds, on average
            note = f"{most} folds are used, not {usual['folds']}: {_say_classes(classes)}"
            found["folds"] = most
    if found["scheme"] == "group" and folds is None and 2 <= (groups or 0) < found["folds"]:
        note = f"{groups} folds are used, not {found['folds']}: there are {groups} groups"
        found["folds"] = groups
    if found["scheme"] == "stratified" and rarest and rarest.rows < found["folds"]:
        changed, why = _for_rare_class(found, rarest, scheme, folds)
        # Other rows in each fold are a reason beside that for fewer folds.
        note = f"{note}. {why}" if note and "scheme" in changed else why or note
        found |= changed
    return found | {"note": note}


def find_classes(column: Mapping[str, Any]) -> Classes:
    """Return how many values a column has, and in how many rows."""
    return Classes(int(column.get("distinct") or 0), int(column.get("count") or 0))


def find_rarest(column: Mapping[str, Any]) -> Rarest | None:
    """Return the rarest value of a column, where its profile knows it."""
    tops = column.get("top") or []
    rare = column.get("rarest")
    if rare is None and tops and column.get("distinct", 0) <= len(tops):
        rare = min(tops, key=lambda top: top["count"])
    return Rarest(str(rare["value"]), rare["count"]) if rare else None


def is_small(rows: int) -> bool:
    """Tell whether rows are too few for the usual folds, but enough for 2."""
    return 4 <= rows < 2 * USUAL


def fold_few(rows: int, rarest: Rarest | None) -> int:
    """Return how many folds so few rows are split into, with the rarest class in each."""
    most = rows // 2
    return min(most, rarest.rows) if rarest and rarest.rows > 1 else most


def say_few(folds: int, rows: int) -> str:
    """Say why there are so few folds."""
    return f"{folds} folds are used, not {USUAL}: there are {rows} rows"


def _say_classes(classes: Classes) -> str:
    return f"{classes.rows:,} rows have {classes.n} classes"


def _for_rare_class(
    found: dict[str, Any], rarest: Rarest, scheme: str | None, folds: int | None
) -> tuple[dict[str, Any], str | None]:
    """Return what is split in another way, and why; nothing where all of it was chosen."""
    count, has = rarest.rows, f'class "{rarest.label}" has {rarest.rows} row'
    has += "" if count == 1 else "s"
    if scheme is None and (count < FEWEST or folds is not None):
        words = f"Folds are not stratified: {has}, too few for {found['folds']} folds"
        return {"scheme": "kfold"}, words
    if folds is None and count >= 2:
        return {"folds": count}, f"{count} folds are used, not {found['folds']}: {has}"
    return {}, None
