"""How a job's rows are to be split: checked against the dataset."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.checked import Checked, is_whole
from tasks.engine.spec import SCHEMES, TIME_KINDS
from tasks.engine.usual_folds import Rarest, default_validation, suggest_validation

LARGEST_GAP = 1_000_000_000


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
    rarest = find_rarest(target) if task == "classification" else None
    rows = dataset.rows or 0
    return suggest_validation(task, rows, rarest=rarest, groups=groups, scheme=scheme, folds=folds)


def find_rarest(column: Mapping[str, Any]) -> Rarest | None:
    """Return the rarest value of a column, where the profile knows it."""
    tops = column.get("top") or []
    rare = column.get("rarest")
    if rare is None and tops and column.get("distinct", 0) <= len(tops):
        rare = min(tops, key=lambda top: top["count"])
    return Rarest(str(rare["value"]), rare["count"]) if rare else None


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
    if scheme is not None and (not isinstance(scheme, str) or scheme not in SCHEMES):
        checked.problems["validation.scheme"] = f"scheme must be one of: {', '.join(SCHEMES)}"
        return
    if scheme == "stratified" and task == "regression":
        checked.problems["validation.scheme"] = "stratified needs classes; use kfold"
    target = next(c for c in dataset.columns if c["name"] == checked.values["target"])
    usual = usual_validation(
        task, dataset, target, group_column=given.get("group_column"), scheme=scheme,
        folds=folds if is_whole(folds) else None,
    )  # fmt: skip
    values = usual | given
    _check_numbers(checked, values)
    _check_split_columns(checked, values, dataset)
    checked.values["validation"] = values
    if not any(name.startswith("validation") for name in checked.problems):
        _check_groups(checked, values, dataset)
        _check_rare_classes(checked, values, target, is_chosen=scheme is not None)


def _check_numbers(checked: Checked, values: Mapping[str, Any]) -> None:
    for name, low, high in (("folds", 2, 50), ("repeats", 1, 20), ("gap", 0, LARGEST_GAP)):
        if not is_whole(values[name]) or not low <= values[name] <= high:
            words = f"{name} must be a whole number from {low} to {high}"
            checked.problems[f"validation.{name}"] = words
    size = values["test_size"]
    if not isinstance(size, int | float) or isinstance(size, bool) or not 0 < size < 1:
        checked.problems["validation.test_size"] = "test_size must be above 0 and below 1"


def _check_split_columns(checked: Checked, values: dict[str, Any], dataset: Dataset) -> None:
    if not isinstance(values["drop_copies"], bool):
        checked.problems["validation.drop_copies"] = "drop_copies must be true or false"
    if values["scheme"] == "group" and values["group_column"] is None:
        checked.problems["validation.group_column"] = "Choose the column that holds the groups"
    for name in ("group_column", "time_column"):
        given = values[name]
        kind = next((c["kind"] for c in dataset.columns if c["name"] == given), None)
        if given is not None and kind is None:
            checked.problems[f"validation.{name}"] = f'There is no column called "{given}"'
        elif (values["scheme"], name) == ("time", "time_column") and kind not in TIME_KINDS | {
            None
        }:
            checked.problems[f"validation.{name}"] = (
                f'"{given}" is of the kind {kind}, so rows cannot be sorted by it. '
                "Choose a column of dates or numbers"
            )


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
    tops, distinct = target.get("top") or [], target.get("distinct", 0)
    if checked.values["task"] != "classification" or not tops:
        return
    is_stratified = values["scheme"] == "stratified"
    if distinct * values["folds"] > target["count"] and (is_stratified or not is_chosen):
        checked.problems["target"] = (
            f'"{target["name"]}" has {distinct:,} different values in {target["count"]:,} rows: '
            f"too few of each for {values['folds']} folds. Choose another target"
            f"{' or fewer folds' if 2 * distinct <= target['count'] else ''}"
        )
        return
    rare = find_rarest(target)
    if is_stratified and rare and rare.rows < values["folds"]:
        rows = f"{rare.rows} row{'' if rare.rows == 1 else 's'}"
        checked.problems["validation.folds"] = (
            f'Class "{rare.label}" has {rows}; {values["folds"]}-fold validation '
            f"needs at least {values['folds']}. {_remedy(rare, distinct)}"
        )


def _remedy(rare: Rarest, classes: int) -> str:
    """Say what helps a class that is too rare for the folds; one row is in one fold of any."""
    if rare.rows > 1:
        return "Use fewer folds or join classes"
    if classes > 2:
        return "Use folds that are not stratified (kfold), or join classes"
    return "Choose another target, or upload more rows of that class"
