"""The part of the form of a new job that says how rows are split."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.jobs.asking.validation import usual_validation
from dashboard.jobs.form.fields import VALIDATION, JobForm
from dashboard.jobs.form.numbers import read_whole
from dashboard.jobs.form.texts import read_texts
from dashboard.several.card import SUITED
from tasks.engine.folds.usual import default_validation

# Which fields each scheme has; the others are not shown, and not sent.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "stratified": ("folds", "repeats"),
    "kfold": ("folds", "repeats"),
    "group": ("folds", "group_column"),
    "time": ("folds", "time_column", "gap"),
    "holdout": ("test_size",),
}
DECIMAL = re.compile(r"[0-9]{0,12}\.?[0-9]{1,12}")


def usual_of(form: JobForm) -> dict[str, Any]:
    """Return how rows are split unless somebody chooses.

    Where several are tried no scheme is: how short the time is decides later.
    """
    task = form.task or "classification"
    if form.tries_several or form.dataset is None or form.target is None:
        scheme = {"scheme": SUITED[0]} if form.tries_several else {}
        return default_validation(task) | {"note": None} | scheme
    return usual_validation(task, form.dataset, form.learned_target or form.target)


def fill_validation(form: JobForm) -> None:
    """Fill the fields that are empty, or hold what was usual for another target."""
    values, usual = form.values, usual_of(form)
    was_usual = values.get(f"{VALIDATION}usual")
    if was_usual and was_usual == _chosen(values):
        for name in ("scheme", "folds"):
            values.pop(VALIDATION + name, None)
    if values.get(f"{VALIDATION}scheme") not in dict(form.schemes):
        values.pop(f"{VALIDATION}scheme", None)
    values.setdefault(f"{VALIDATION}scheme", usual["scheme"])
    for name in ("folds", "repeats", "gap", "test_size"):
        values.setdefault(VALIDATION + name, str(usual[name]))
    if values[f"{VALIDATION}scheme"] == "time":  # an empty text is a choice: the file's order
        values.setdefault(f"{VALIDATION}time_column", _first_date(form))
    values[f"{VALIDATION}usual"] = f"{usual['scheme']} {usual['folds']}"
    form.folds_note = usual["note"] if values[f"{VALIDATION}usual"] == _chosen(values) else None


def _first_date(form: JobForm) -> str:
    """Return the first column of dates, by which rows are most likely to be in order."""
    dates = (c["name"] for c in form.columns if c["kind"] == "date")
    return next((name for name in dates if name != form.target_name), "")


def _chosen(values: Mapping[str, str]) -> str:
    folds = values.get(f"{VALIDATION}folds", "").strip()
    return f"{values.get(f'{VALIDATION}scheme', '')} {folds}"


def validation_of(form: JobForm) -> dict[str, Any]:
    """Return how rows are to be split, as the API takes it; what is usual was not chosen."""
    values = form.values
    scheme = values.get(f"{VALIDATION}scheme", "")
    found: dict[str, Any] = {"scheme": scheme}
    if values.get(f"{VALIDATION}drop_copies") == "True":
        found["drop_copies"] = True
    if left_out := values.get(f"{VALIDATION}targets_left_out", "").strip():
        found["targets_left_out"] = read_texts(left_out)
    for name in FIELDS.get(scheme, ()):
        text = values.get(VALIDATION + name, "").strip()
        if name in {"group_column", "time_column"}:
            found[name] = _column(form, text)
        elif name == "test_size":
            found[name] = float(text) if DECIMAL.fullmatch(text) else text or None
        else:
            found[name] = read_whole(text)
    if scheme == SUITED[0] or _chosen(values) == values.get(f"{VALIDATION}usual"):
        found.pop("scheme")
        found.pop("folds", None)
    return found


def _column(form: JobForm, text: str) -> str | None:
    """Return the column that is meant; a name that is none is refused later."""
    return next((c["name"] for c in form.columns if c["name"].strip() == text), text or None)
