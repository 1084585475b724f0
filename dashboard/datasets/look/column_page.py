"""The columns tab of a dataset: what its address asks for, and what there is to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.datasets.check.kept_words import as_kept
from dashboard.datasets.look.checks import Check, gather_warnings, worth_checking
from dashboard.datasets.look.columns import (
    ColumnView,
    count_kinds,
    find_column,
    match_columns,
    view_columns,
)
from dashboard.datasets.look.distributions import column_figure
from dashboard.datasets.look.profiles import find_details
from dashboard.datasets.look.relation_views import (
    RelationKey,
    find_places,
    key_of,
    view_relations,
    with_leaks,
)
from dashboard.datasets.look.relations import find_relation
from dashboard.datasets.queries import count_targets
from dashboard.datasets.version.retyping import DATE_FORMATS, TYPES
from dashboard.datasets.version.type_fit import TypeFit, find_fit
from dashboard.db import Dataset, Relation
from dashboard.errors import NotFound
from dashboard.paging import Page, read_number

COLUMNS_PER_PAGE = 100
# More make a list that nobody reads; then the target's name is typed.
TARGETS_LISTED = 200
PROBLEMS_LISTED = 200
AUC_WORDS = "2 × ROC AUC − 1"
R2_WORDS = "R2, or the squared rank correlation where that is higher"


@dataclass(frozen=True)
class Opened:
    """One column with all that is known of it.

    Parameters
    ----------
    opened : ColumnView
        The column.
    figure : Mapping
        The larger chart.
    problems : sequence of str
        What was found about it, in words.
    asked_kind : str or None
        The type that it shall have, to be confirmed.
    fit : TypeFit
        Whether it can have that type; of a date it depends on the format, which is not chosen yet.
    target : str or None
        What its relation is to.
    """

    opened: ColumnView
    figure: Mapping[str, Any]
    problems: Sequence[str] = ()
    asked_kind: str | None = None
    fit: TypeFit = field(default_factory=TypeFit)
    target: str | None = None
    types: Mapping[str, str] = field(default_factory=lambda: TYPES)
    date_formats: Mapping[str, str] = field(default_factory=lambda: DATE_FORMATS)


@dataclass(frozen=True)
class ColumnsPage:
    """The columns that are shown, and why these."""

    columns: Sequence[ColumnView]
    page: Page
    q: str
    kind: str
    kinds: Sequence[tuple[str, int]]
    by_strength: bool
    open: Opened | None
    target: str
    relation: Relation | None
    targets: Sequence[str]
    checks: tuple[Sequence[Check], int]
    problems: Sequence[str]
    notes: Sequence[str]

    @property
    def measure_words(self) -> str:
        """What the strengths of the relation are, in a sentence."""
        answer: Mapping[str, Any] = (self.relation.answer if self.relation else None) or {}
        is_classes = any(column.get("measure") == "AUC" for column in answer.get("columns", ()))
        words = AUC_WORDS if is_classes else R2_WORDS
        return (
            f"Strength: how well a column alone tells {self.target}, from 0, not at all, to 1, "
            f"for certain. It is {words}, on rows that were not looked at for it."
        )

    @property
    def relation_key(self) -> RelationKey:
        """What the small charts of the relation show."""
        return key_of(self.relation)


def read_columns(dataset: Dataset, args: Mapping[str, str]) -> ColumnsPage:
    """Return what the columns tab shows.

    Parameters
    ----------
    dataset : Dataset
        A dataset that was read.
    args : Mapping
        ``q`` and ``kind`` filter, ``target`` relates and puts the strongest first but with
        ``sort=file``, ``open`` names a column, ``as`` the type that it shall have, ``page``.
    """
    columns: list[dict[str, Any]] = dataset.columns
    notes: list[str] = []
    kinds = count_kinds(columns)
    kind = _known(args, "kind", [name for name, _ in kinds], "No column is of the type", notes)
    target = _known(args, "target", dataset.column_names, "There is no column", notes)
    relation = find_relation(dataset.id, target) if target else None
    problems = with_leaks(dataset, relation)
    positions = match_columns(columns, args.get("q", ""), kind or None)
    places = find_places(relation, columns) if args.get("sort") != "file" else {}
    positions.sort(key=lambda n: places.get(columns[n]["name"], len(places) + 1))
    wanted = _wanted(args, columns, positions, notes)
    default = positions.index(wanted) // COLUMNS_PER_PAGE + 1 if wanted is not None else 1
    page = Page(read_number(args.get("page"), default), COLUMNS_PER_PAGE, len(positions))
    views = _views(dataset, positions[page.first - 1 : page.last], relation)
    opened = next((view for view in views if view.position == wanted), None)
    return ColumnsPage(
        columns=views,
        page=page,
        q=args.get("q", ""),
        kind=kind,
        kinds=kinds,
        by_strength=bool(places),
        open=_open(dataset, opened, args.get("as"), target) if opened else None,
        target=target,
        relation=relation,
        targets=dataset.column_names if len(columns) <= TARGETS_LISTED else [],
        checks=worth_checking(problems, columns),
        problems=[
            ". ".join(filter(None, (as_kept(one.problems[0]["message"]), one.words)))
            for one in gather_warnings(problems)[:PROBLEMS_LISTED]
        ],
        notes=notes,
    )


def _wanted(
    args: Mapping[str, str],
    columns: Sequence[Mapping[str, Any]],
    positions: Sequence[int],
    notes: list[str],
) -> int | None:
    name = args.get("open")
    position = find_column(columns, name) if name else None
    if name and position not in positions:
        notes.append(f'There is no column "{name[:60]}" among these')
        return None
    return position


def _views(
    dataset: Dataset, positions: Sequence[int], relation: Relation | None
) -> list[ColumnView]:
    names = {dataset.columns[n]["name"] for n in positions}
    return view_columns(
        dataset.columns,
        positions,
        rows=dataset.rows or 0,
        targets=count_targets(dataset.id),
        details=find_details(dataset, positions),
        relations=view_relations(relation, names, dataset.columns),
    )


def read_column(dataset: Dataset, args: Mapping[str, str]) -> Opened:
    """Return all that is known of one column.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    args : Mapping
        ``name`` of the column, ``target``, and ``as``, the type that it shall have.

    Raises
    ------
    NotFound
        When there is no such column.
    """
    name, target = args.get("name", ""), args.get("target", "")
    position = find_column(dataset.columns, name)
    if position is None:
        raise NotFound(f'{dataset.name} has no column called "{name[:60]}"')
    relation = find_relation(dataset.id, target) if target else None
    views = _views(dataset, [position], relation)
    return _open(dataset, views[0], args.get("as"), target)


def _open(dataset: Dataset, view: ColumnView, asked_kind: str | None, target: str) -> Opened:
    problems = [as_kept(p["message"]) for p in dataset.problems if p.get("column") == view.name]
    is_known = asked_kind in TYPES and asked_kind != "date"
    return Opened(
        opened=view,
        figure=column_figure(view.profile, view.details),
        problems=problems,
        asked_kind=asked_kind if asked_kind in TYPES else None,
        fit=find_fit(dataset, view.name, {"kind": asked_kind}) if is_known else TypeFit(),
        target=target or None,
    )


def _known(
    args: Mapping[str, str], name: str, known: Sequence[str], words: str, notes: list[str]
) -> str:
    given = args.get(name, "")
    if given and given not in known:
        notes.append(f'{words} "{given[:60]}"')
        return ""
    return given
