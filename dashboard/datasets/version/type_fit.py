"""Whether a column can have another type, by its first cells: asked before a version is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.check.column_choices import PREFIX
from dashboard.datasets.check.options import layout_of
from dashboard.datasets.check.questions import cut
from dashboard.datasets.words import markers_of
from dashboard.db import Dataset
from dashboard.errors import NotFound, ValidationFailed
from dashboard.filters import count, plural
from dashboard.storage import get_storage

CHECKED = {"number": ("number", "numbers"), "date": ("date", "dates"), "boolean": ("", "")}
# Of a request that is about more columns, the worker that reads the file tells of the others.
LOOKED_AT_ONCE = 20


@dataclass(frozen=True)
class TypeFit:
    """What another type would do: `refusal`, why it cannot be, or `loss`, what would be lost."""

    refusal: str = ""
    loss: str = ""


def find_fit(dataset: Dataset, name: str, choice: Mapping[str, Any]) -> TypeFit:
    """Look at a column's first cells and say whether they can be what is chosen for it.

    Parameters
    ----------
    dataset : Dataset
        A dataset that was read; where its table is gone nothing is said.
    name : str
        One of its columns.
    choice : Mapping
        ``kind``, and ``format`` of a date.
    """
    # Here, as pyarrow loads pandas with it: no web process needs it that changes no type.
    from tasks.engine.profile.choice_fit import fit_choice
    from tasks.engine.profile.choice_words import say_refusal

    kind = _kind(choice)
    if kind not in CHECKED or dataset.table_key is None:
        return TypeFit()
    dialect = dataset.dialect or {}
    decimal, missing = str(dialect.get("decimal") or "."), markers_of(dialect)
    try:
        with get_storage().seekable(dataset.table_key) as file:
            fit = fit_choice(file, name, choice, decimal=decimal, missing=missing)
    except NotFound:
        return TypeFit()
    if fit is None or not fit.left:
        return TypeFit()
    # Among later cells there may be the second value.
    is_sure = kind != "boolean" or fit.is_all or fit.values > 2
    if fit.is_refused:
        words = say_refusal(name, choice, first=fit.example, cells=fit.cells, values=fit.values,
                            is_all=fit.is_all)  # fmt: skip
        return TypeFit(words if is_sure else "")
    cells = f'{"" if fit.is_all else "first "}{plural(fit.cells, "filled cell")} of "{name}"'
    one, many = CHECKED[kind]
    verb = f"is no {one} and becomes" if fit.left == 1 else f"are no {many} and become"
    example = f'"{cut(fit.example)}"'
    return TypeFit(loss=f"{count(fit.left)} of the {cells} {verb} missing, such as {example}")


def _kind(choice: Mapping[str, Any]) -> str:
    """Return what a choice makes of a column; a format alone is one for a date."""
    return str(choice.get("kind") or ("date" if choice.get("format") else ""))


def check_types(dataset: Dataset, options: Mapping[str, Any]) -> None:
    """Refuse types that no cell of their column can have, among those that are newly chosen.

    Where the file is to be read in another way too its cells are not known yet: then the reading
    refuses it, with the same words.

    Parameters
    ----------
    dataset : Dataset
        A dataset or upload.
    options : Mapping
        How it is to be read.

    Raises
    ------
    ValidationFailed
        With a message for each ``columns.NAME.kind`` (or ``.format``) that cannot be.
    """
    if dataset.state != "ready" or layout_of(options) != layout_of(dataset.options):
        return
    former, known = dataset.options.get("columns") or {}, set(dataset.column_names)
    chosen = [
        (name, choice)
        for name, choice in (options.get("columns") or {}).items()
        if name in known and choice != former.get(name) and _kind(choice) in CHECKED
    ]
    problems = {
        f"{PREFIX}{name}.{'kind' if 'kind' in choice else 'format'}": refusal
        for name, choice in chosen[:LOOKED_AT_ONCE]
        if (refusal := find_fit(dataset, name, choice).refusal)
    }
    if problems:
        raise ValidationFailed(problems)
