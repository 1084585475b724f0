"""How a job's rows are to be split: checked against the dataset."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.checked import Checked, is_whole
from tasks.engine.catalogue import default_validation
from tasks.engine.spec import SCHEMES, TIME_KINDS

LARGEST_GAP = 1_000_000_000


def check_validation(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check how rows are to be split; the task and the target are known already."""
    given, task = body.get("validation") or {}, checked.values["task"]
    values = default_validation(task)
    if not isinstance(given, Mapping) or set(given) - set(values):
        checked.problems["validation"] = f"validation has the fields: {', '.join(values)}"
        return
    values |= {name: value for name, value in given.items() if value is not None}
    if not isinstance(values["scheme"], str) or values["scheme"] not in SCHEMES:
        checked.problems["validation.scheme"] = f"scheme must be one of: {', '.join(SCHEMES)}"
        return
    if values["scheme"] == "stratified" and task == "regression":
        checked.problems["validation.scheme"] = "stratified needs classes; use kfold"
    for name, low, high in (("folds", 2, 50), ("repeats", 1, 20), ("gap", 0, LARGEST_GAP)):
        if not is_whole(values[name]) or not low <= values[name] <= high:
            words = f"{name} must be a whole number from {low} to {high}"
            checked.problems[f"validation.{name}"] = words
    size = values["test_size"]
    if not isinstance(size, int | float) or isinstance(size, bool) or not 0 < size < 1:
        checked.problems["validation.test_size"] = "test_size must be above 0 and below 1"
    _check_split_columns(checked, values, dataset)
    checked.values["validation"] = values
    if not any(name.startswith("validation") for name in checked.problems):
        _check_rare_classes(checked, values, dataset)


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


def _check_rare_classes(checked: Checked, values: dict[str, Any], dataset: Dataset) -> None:
    column = next(c for c in dataset.columns if c["name"] == checked.values["target"])
    tops, distinct = column.get("top") or [], column.get("distinct", 0)
    if values["scheme"] != "stratified" or not tops:
        return
    if distinct * values["folds"] > column["count"]:
        checked.problems["target"] = (
            f'"{column["name"]}" has {distinct:,} different values in {column["count"]:,} rows: '
            f"too few of each for {values['folds']} folds. Choose another target or fewer folds"
        )
        return
    if distinct > len(tops) and "rarest" not in column:
        return
    rare = column.get("rarest") or min(tops, key=lambda top: top["count"])
    if rare["count"] < values["folds"]:
        checked.problems["validation.folds"] = (
            f'Class "{rare["value"]}" has {rare["count"]} rows; {values["folds"]}-fold validation '
            f"needs at least {values['folds']}. Use fewer folds or join classes"
        )
