"""Whether a column can have another type, by its first cells: asked before a version is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.questions import cut
from dashboard.datasets.words import markers_of
from dashboard.db import Dataset
from dashboard.errors import NotFound
from dashboard.filters import count, plural
from dashboard.storage import get_storage

CHECKED = {"number": ("number", "numbers"), "date": ("date", "dates"), "boolean": ("", "")}


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

    kind = choice.get("kind")
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
    if kind == "boolean":
        # Among later cells there may be the second value.
        words = (
            f'"{name}" has {plural(fit.values, "different value")}, such as "{cut(fit.example)}"'
        )
        is_sure = fit.is_all or fit.values > 2
        return TypeFit(f"{words}; yes/no needs two. Choose another type" if is_sure else "")
    first = "" if fit.is_all else "first "
    cells = f'{first}{plural(fit.cells, "filled cell")} of "{name}"'
    one, many = CHECKED[kind]
    example = f'"{cut(fit.example)}"'
    if fit.is_refused:
        what = f"{one} in this format" if choice.get("format") else one
        return TypeFit(f"None of the {cells} is a {what}: the first is {example}. "
                       "Choose another type, or mend the file")  # fmt: skip
    verb = f"is no {one} and becomes" if fit.left == 1 else f"are no {many} and become"
    return TypeFit(loss=f"{count(fit.left)} of the {cells} {verb} missing, such as {example}")
