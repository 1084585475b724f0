"""What a file that is to be the next version of a dataset has otherwise than the former one."""

from collections.abc import Mapping
from typing import Any

from dashboard.datasets.check.options import LAYOUT, layout_of, to_fields
from dashboard.db import Dataset

SHOWN = 10
Column = Mapping[str, Any]


def changes_since(former: Dataset, upload: Dataset) -> list[str]:
    """Say which columns are gone, new, or of another kind, in whole sentences.

    Parameters
    ----------
    former : Dataset
        The version that is the newest now.
    upload : Dataset
        The file as it was read.

    Returns
    -------
    list of str
        Ten at most, and how many more there are; empty where the columns are the same.
    """
    then: dict[str, Column] = {column["name"]: column for column in former.columns}
    now: dict[str, Column] = {column["name"]: column for column in upload.columns}
    found = [f'"{name}" is not there any more' for name in then if name not in now]
    found += [f'"{name}" is new' for name in now if name not in then]
    found += [
        f'"{name}" was read as {then[name]["kind"]}, now as {column["kind"]}'
        for name, column in now.items() if name in then and then[name]["kind"] != column["kind"]
    ]  # fmt: skip
    more = len(found) - SHOWN
    return [*found[:SHOWN], f"and {more:,} more"] if more > 0 else found


def fields_of_former(former: Dataset, upload: Dataset) -> dict[str, str]:
    """Return how the former version was read, as fields; nothing where nothing was chosen for it.

    Nothing either where the file is read so already.
    """
    chosen = layout_of(former.options)
    if not chosen or chosen == layout_of(upload.options):
        return {}
    return dict.fromkeys(LAYOUT, "") | to_fields(former.options)
