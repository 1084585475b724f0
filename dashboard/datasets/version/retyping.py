"""Another type of a column: it makes a new version of the dataset, never another file."""

from typing import Any

from dashboard.access import require_owner
from dashboard.datasets.look.columns import find_column
from dashboard.datasets.queries import get_dataset
from dashboard.datasets.version import versions
from dashboard.db import Dataset, User
from dashboard.errors import ValidationFailed

LEFT_OUT = "left_out"
AS_FOUND = "as_found"  # takes back what was chosen
TYPES = {
    "number": "Number",
    "category": "Category",
    "text": "Text",
    "date": "Date",
    "boolean": "Yes/no",
    "identifier": "Identifier",
    LEFT_OUT: "Left out of training",
}
DATE_FORMATS = {
    "%Y-%m-%d": "2026-12-31",
    "%d/%m/%Y": "31/12/2026",
    "%m/%d/%Y": "12/31/2026",
    "%d.%m.%Y": "31.12.2026",
    "%d-%m-%Y": "31-12-2026",
    "%Y-%m-%d %H:%M:%S": "2026-12-31 23:59:59",
    "ISO8601": "2026-12-31T23:59:59Z",
}


def change_type(
    *, user: User, dataset_id: int, name: str, kind: str, date_format: str = ""
) -> Dataset:
    """Make a version of a dataset in which one column has another type.

    Parameters
    ----------
    user : User
        Who asks.
    dataset_id : int
        The dataset.
    name : str
        The column.
    kind : str
        One of `TYPES`, or `AS_FOUND`.
    date_format : str, optional
        Of a date: in strptime's language, or ``ISO8601``.

    Returns
    -------
    Dataset
        The new version.

    Raises
    ------
    NotFound
        When there is no such dataset.
    Forbidden
        When it belongs to somebody else.
    ValidationFailed
        When there is no such column or type, or not one cell can have the type.
    """
    dataset = get_dataset(user=user, dataset_id=dataset_id)
    require_owner(user, dataset, "dataset")
    if find_column(dataset.columns, name) is None:
        raise ValidationFailed({"name": f'{dataset.name} has no column called "{name}"'})
    if kind == AS_FOUND:
        taken_back = {"columns": {name: None}}
        return versions.make_reading(user=user, dataset_id=dataset_id, options=taken_back)
    if kind not in TYPES:
        raise ValidationFailed({"kind": f"The type must be one of: {', '.join(TYPES)}"})
    # None takes away what was chosen before.
    choice: dict[str, Any] = {"use": False} if kind == LEFT_OUT else {"kind": kind, "use": None}
    if kind == "date" and date_format:
        choice["format"] = date_format
    options = {"columns": {name: choice}}
    return versions.make_reading(user=user, dataset_id=dataset_id, options=options)
