"""The head of a dataset's pages: its versions, what uses it, and what may be done with it."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from dashboard.access import may_change
from dashboard.datasets import queries
from dashboard.datasets.words import FORMATS, name_delimiter, name_encoding
from dashboard.db import Dataset, User
from dashboard.filters import plural, size

SHOWN = 20


class Head:
    """What the head of one dataset's pages shows; each part is read when it is asked for.

    Parameters
    ----------
    dataset : Dataset
        The version that is shown.
    user : User
        Who looks.
    """

    def __init__(self, dataset: Dataset, user: User) -> None:
        self.dataset, self.user = dataset, user

    @cached_property
    def versions(self) -> Sequence[Dataset]:
        """All versions, the newest first."""
        return queries.list_versions(self.dataset.family_id)

    @property
    def menu(self) -> Sequence[Dataset]:
        """The versions of the menu."""
        return self.versions[:SHOWN]

    @cached_property
    def jobs(self) -> int:
        """How many jobs use this version."""
        return queries.count_jobs([self.dataset.id]).get(self.dataset.id, 0)

    @property
    def may_change(self) -> bool:
        """Whether the person may archive, delete and add versions."""
        return may_change(self.user, self.dataset)

    @property
    def is_newest(self) -> bool:
        """Whether no newer version is in use."""
        return self.dataset.is_newest

    @property
    def newest(self) -> Dataset | None:
        """The newest version."""
        return next((version for version in self.versions if version.is_newest), None)

    @property
    def lead(self) -> str:
        """The size in one line; who uploaded it and when stands behind that."""
        dataset, words = self.dataset, []
        if dataset.rows is not None and dataset.state == "ready":
            words = [plural(dataset.rows, "row"), plural(dataset.n_columns or 0, "column")]
        return ", ".join([*words, size(dataset.size_bytes)])

    @property
    def format(self) -> str | None:
        """How the file was read: ``Comma-separated, UTF-8``; None when it was not."""
        dialect: dict[str, Any] | None = self.dataset.dialect
        if not dialect:
            return None
        if dialect.get("format") in FORMATS:
            return FORMATS[dialect["format"]]
        sign, encoding = name_delimiter(dialect["delimiter"]), name_encoding(dialect["encoding"])
        return f"{sign}-separated, {encoding}"
