"""How a job's rows are to be split: checked against the dataset."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.asking.checked import Checked, is_whole
from tasks.engine.folds.checks import find_scheme_fault, find_split_faults
from tasks.engine.folds.usual import (
    Rarest,
    default_validation,
    find_classes,
    find_rarest,
    suggest_validation,
)
from tasks.engine.table.target_texts import without_texts


def usual_validation(
    task: str,
    dataset: Dataset,
    target: Mapping[str, Any],
    *,
    group_column: Any = None,
    scheme: str | None = None,
    folds: int | None = None,
) -> dict[str, Any]:
    """Return how rows are split, as far as nobody chose it; see `suggest_validation`.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    dataset : Dataset
        What is split.
    target : Mapping
        The target's column.
    group_column : optional
        The column that holds groups.
    scheme, folds : str, int, optional
        What was chosen.
    """
    groups = next((c["distinct"] for c in dataset.columns if c["name"] == group_column), None)
    is_of_classes = task == "classification"
    return suggest_validation(
        task, dataset.rows or 0, rarest=find_rarest(target) if is_of_classes else None,
        classes=find_classes(target) if is_of_classes else None, groups=groups, scheme=scheme,
        folds=folds,
    )  # fmt: skip


def find_learned(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> Mapping[str, Any]:
    """Return what is known of the column to predict, without the rows that are left out."""
    column = next(c for c in dataset.columns if c["name"] == checked.values["target"])
    asked = body.get("validation")
    texts = asked.get("targets_left_out") if isinstance(asked, Mapping) else None
    is_list = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    return without_texts(column, texts) if is_list else column


def check_validation(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check how rows are to be split; the task and the target are known already."""
    given, task = body.get("validation") or {}, checked.values["task"]
    fields = default_validation(task)
    # A note comes along where a job's validation is sent again; it is ours to write.
    if not isinstance(given, Mapping) or set(given) - {*fields, "note"}:
        checked.problems["validation"] = f"validation has the fields: {', '.join(fields)}"
        return
    given = {n: value for n, value in given.items() if value is not None and n != "note"}
    scheme, folds = given.get("scheme"), given.get("folds")
    fault = None if scheme is None else find_scheme_fault(scheme, task)
    if fault:
        checked.problems["validation.scheme"] = fault
        return
    target = find_learned(checked, body, dataset)
    usual = usual_validation(
        task, dataset, target, group_column=given.get("group_column"), scheme=scheme,
        folds=folds if is_whole(folds) else None,
    )  # fmt: skip
    values = usual | given
    kinds = {column["name"]: column["kind"] for column in dataset.columns}
    for name, words in find_split_faults(values, kinds).items():
        checked.problems[f"validation.{name}"] = words
    checked.values["validation"] = values
    if not any(name.startswith("validation") for name in checked.problems):
        _check_groups(checked, values, dataset)
        _check_rare_classes(checked, values, target, is_chosen=scheme is not None)


def _check_groups(checked: Checked, values: Mapping[str, Any], dataset: Dataset) -> None:
    if values["scheme"] != "group":
        return
    column = next(c for c in dataset.columns if c["name"] == values["group_column"])
    groups = count_groups(column)
    if groups < values["folds"]:
        checked.problems["validation.folds"] = (
            f'"{column["name"]}" has {groups} group{"" if groups == 1 else "s"}; '
            f"{values['folds']} folds need at least {values['folds']}. "
            f"{'Use' if groups < 2 else 'Use fewer folds, or'} another column"
        )


def count_groups(column: Mapping[str, Any]) -> int:
    """Count the groups of a column; rows without one are one."""
    return int(column["distinct"]) + bool(column.get("missing"))


def _check_rare_classes(
    checked: Checked, values: Mapping[str, Any], target: Mapping[str, Any], *, is_chosen: bool
) -> None:
    if checked.values["task"] != "classification" or not target.get("top"):
        return
    is_stratified = values["scheme"] == "stratified"
    if (is_stratified or not is_chosen) and (words := say_too_few(target, values["folds"])):
        checked.problems["target"] = words
        return
    rare, classes = find_rarest(target), target.get("distinct", 0)
    if is_stratified and rare and rare.rows < values["folds"]:
        rows = f"{rare.rows} row{'' if rare.rows == 1 else 's'}"
        checked.problems["validation.folds"] = (
            f'Class "{rare.label}" has {rows}; {values["folds"]}-fold validation '
            f"needs at least {values['folds']}. {_remedy(rare, classes)}"
        )


def say_too_few(target: Mapping[str, Any], folds: int) -> str | None:
    """Say that classes have too few rows each for so many folds; None where they have enough."""
    distinct, count = target.get("distinct", 0), target["count"]
    if distinct * folds <= count:
        return None
    return (
        f'"{target["name"]}" has {distinct:,} different values in {count:,} rows: '
        f"too few of each for {folds} folds. Choose another target"
        f"{' or fewer folds' if 2 * distinct <= count else ''}"
    )


def say_too_few_by_default(target: Mapping[str, Any], rows: int) -> str | None:
    """Say that classes have too few rows each for the folds that a table of so many rows gets."""
    if not target.get("top"):
        return None
    usual = suggest_validation(
        "classification", rows, rarest=find_rarest(target), classes=find_classes(target)
    )
    return say_too_few(target, usual["folds"])


def _remedy(rare: Rarest, classes: int) -> str:
    """Say what helps a class that is too rare for the folds; one row is in one fold of any."""
    if rare.rows > 1:
        return "Use fewer folds or join classes"
    if classes > 2:
        return "Use folds that are not stratified (kfold), or join classes"
    return "Choose another target, or upload more rows of that class"
