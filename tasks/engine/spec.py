"""What is asked of the engine: one training request, as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from tasks.engine.preprocessing.settings import Preprocessing

Task = Literal["classification", "regression"]
SCHEMES = ("kfold", "stratified", "group", "time", "holdout")
FEWEST_FOLDS = 2
TIME_KINDS = frozenset({"date", "number"})


@dataclass(frozen=True)
class Validation:
    """How rows are split into training and test rows.

    `folds` is used by kfold, stratified, group and time; `repeats` by kfold and stratified;
    `test_size`, a share between 0 and 1, by holdout; `gap`, how many rows before a test part
    nobody is trained on, by time. `drop_copies`: train and test on one of each set of rows that
    are the same. `targets_left_out`: texts of the target whose rows are left out, as if they had
    none. `note` says why the folds are not the usual ones. `outer_fold`, from 1, `outer_folds` and
    `scores_outer` are of nested validation, see `engine.outer_folds`.
    """

    scheme: str = "kfold"
    folds: int = 5
    repeats: int = 1
    group_column: str | None = None
    time_column: str | None = None
    test_size: float = 0.2
    drop_copies: bool = False
    gap: int = 0
    targets_left_out: list[str] | None = None
    note: str | None = None
    outer_fold: int | None = None
    outer_folds: int = 0
    scores_outer: bool = False

    @property
    def n_splits(self) -> int:
        """How many times a model is fitted and scored."""
        if self.scheme == "holdout" or self.scores_outer:
            return 1
        return self.folds * (self.repeats if self.scheme in {"kfold", "stratified"} else 1)

    @property
    def n_outer(self) -> int:
        """How many outer folds nested validation has: as many as folds, however often repeated."""
        return replace(self, repeats=1).n_splits

    def for_search(self, outer_fold: int) -> "Validation":
        """Return how rows are split for the candidates of an outer fold's search.

        There is one inner fold fewer than there are outer ones: of a class with a row in each of
        k parts, or of k groups, k - 1 are left.
        """
        inner = max(FEWEST_FOLDS, self.folds - 1)
        outer = replace(self, outer_fold=outer_fold, outer_folds=self.folds, note=None)
        return replace(outer, folds=inner)

    def for_score(self, outer_fold: int) -> "Validation":
        """Return how rows are split to score what the search of an outer fold found."""
        outer = replace(self, outer_fold=outer_fold, outer_folds=self.folds, note=None)
        return replace(outer, repeats=1, scores_outer=True)


@dataclass(frozen=True)
class TrainingSpec:
    """One training request.

    `schema` is what `coercion` reads rows by: dialect, columns, features, target, task.
    `threshold`: from which probability (or margin) on a row is of the positive class of two;
    `costs`: what it was chosen by, see `costs.Costs`. `positive`: the positive class of two, where
    one was chosen; else it is worked out, see `positive.choose_positive`.
    """

    schema: dict[str, Any] = field(repr=False)
    estimator: str
    metric: str
    parameters: dict[str, Any] = field(default_factory=dict)
    validation: Validation = field(default_factory=Validation)
    seed: int = 0
    class_weight: str | None = None
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    threshold: float | None = None
    costs: dict[str, float] = field(default_factory=dict)
    positive: str | None = None

    @property
    def task(self) -> str:
        """Classification or regression."""
        return str(self.schema["task"])

    @property
    def target(self) -> str:
        """The column to predict."""
        return str(self.schema["target"])

    @property
    def decision(self) -> dict[str, Any] | None:
        """The threshold and what it was chosen by; None where none is set."""
        if self.threshold is None:
            return None
        return {"threshold": self.threshold, "costs": self.costs}

    @property
    def columns_needed(self) -> list[str]:
        """Every column that training reads."""
        extra = (self.validation.group_column, self.validation.time_column)
        return [*self.schema["features"], self.target, *(name for name in extra if name)]

    def with_whole_schema(self) -> "TrainingSpec":
        """Return the request with what it chose of single columns written into its schema.

        That is what is learned from dates, which rows have no target, and that a target of
        numbers beside some texts is one of numbers.
        """
        chosen = self.preprocessing
        parts: dict[str, Any] = {"parts": chosen.date_parts} if chosen.date_parts else {}
        if chosen.cyclic_dates:
            parts["cyclic"] = True
        columns = [
            {**column, **parts} if column["kind"] == "date" else column
            for column in self.schema["columns"]
        ]
        columns = [self._as_target(c) if c["name"] == self.target else c for c in columns]
        return replace(self, schema={**self.schema, "columns": columns})

    def _as_target(self, column: Mapping[str, Any]) -> dict[str, Any]:
        """Return the target's column as it is learned."""
        as_number = column.get("as_number") if self.task == "regression" else None
        read = {**column, **as_number, "kind": "number"} if as_number else dict(column)
        left_out = self.validation.targets_left_out
        # Cells are compared without space around them.
        return read | ({"left_out": [text.strip() for text in left_out]} if left_out else {})

    def as_dict(self) -> dict[str, Any]:
        """Return the request as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingSpec":
        """Make a request from what `as_dict` gave; what is left out has its default."""
        validation = Validation(**values["validation"])
        chosen = Preprocessing(**values.get("preprocessing") or {})
        return cls(**{**values, "validation": validation, "preprocessing": chosen})
