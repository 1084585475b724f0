"""What stands around the list of jobs: the filters that can be chosen, those in use, the views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from dashboard.db import Dataset, Job, JobTag, SavedView, User
from dashboard.extensions import db
from dashboard.filters import url_with
from dashboard.jobs.listing.columns import Column, list_choices
from dashboard.jobs.listing.distinct import distinct_values
from dashboard.jobs.listing.filtering import WITH, WITHOUT, name_zone
from dashboard.jobs.listing.lists import JobListing
from dashboard.jobs.listing.saved_views import clean_query, list_views
from dashboard.jobs.page.time_up import WORDS as END_WORDS
from dashboard.preferences import current
from tasks.engine.estimators.catalogue import get_estimator

DATASETS_SHOWN = OWNERS_SHOWN = TAGS_SHOWN = 200
Choices = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class ListTools:
    """The choices of each filter, the filters in use, the columns and the saved views."""

    datasets: Choices
    estimators: Choices
    owners: Choices
    owner: str
    tags: Sequence[str]
    zone: str
    columns: Mapping[str, Sequence[Column]]
    views: Sequence[SavedView]
    address: str
    chips: Sequence[tuple[str, str]]
    nothing: str


def read_tools(listing: JobListing, query: Mapping[str, str], user: User) -> ListTools:
    """Read what stands around a list; a fixed number of queries, each along an index."""
    filters = listing.filters
    datasets = _list_datasets(filters.dataset_id)
    estimators = _list_estimators(filters.estimator)
    owners = _list_owners(user, filters.owner_id)
    owner = "me" if filters.owner_id == user.id else str(filters.owner_id or "")
    used = {
        "dataset_id": dict(datasets).get(filters.dataset_id or 0),
        "estimator": dict(estimators).get(filters.estimator or ""),
        "owner": dict(owners).get(owner),
    }
    zone = name_zone(query)
    used |= {name: f"{query.get(name)} ({zone})" for name in ("from", "to")}
    chips = (
        _chip_of_state(listing)
        + _chip_of_candidates(listing)
        + [
            (f"{title}: {used.get(name, query[name])}", url_with(**{name: None}))
            for name, title in _TITLES.items()
            if query.get(name) and not _is_ignored(listing, name)
        ]
    )
    chips += [(f"Tag: {tag}", _url_without_tag(filters.tags, tag)) for tag in filters.tags]
    return ListTools(
        datasets=datasets,
        estimators=estimators,
        owners=owners,
        owner=owner,
        tags=_list_tags(filters.tags),
        # What was typed is sent again with the next choice, and must mean the same then.
        zone=zone if filters.since or filters.until else current().zone,
        columns=list_choices(),
        views=list_views(user),
        address=clean_query(query),
        chips=chips,
        nothing=_say_nothing(filters.state, used if filters.dataset_id else {}),
    )


_TITLES = {
    "dataset_id": "Dataset", "batch_id": "Batch", "estimator": "Estimator", "owner": "Owner",
    "from": "From", "to": "To", "archived": "Archived", "q": "Search",
}  # fmt: skip


def _chip_of_state(listing: JobListing) -> list[tuple[str, str]]:
    """Return the chip of a state that no tab shows as the current one."""
    state = listing.filters.state
    has_tab = not state or any(is_current for *_, is_current in listing.tabs)
    return [] if has_tab else [(f"State: {listing.state_words}", url_with(state=None))]


def _chip_of_candidates(listing: JobListing) -> list[tuple[str, str]]:
    """Return the chip that says that candidates are left out; without it all are asked for."""
    if listing.filters.candidates != WITHOUT:
        return []
    return [("Candidates: left out", url_with(candidates=WITH))]


def _url_without_tag(tags: Sequence[str], tag: str) -> str:
    return url_with(tag=",".join(one for one in tags if one != tag))


def _list_tags(chosen: Sequence[str]) -> list[str]:
    """Return the tags that may be chosen, and those that are."""
    return sorted({*distinct_values(JobTag.tag, limit=TAGS_SHOWN), *chosen})


def _is_ignored(listing: JobListing, name: str) -> bool:
    return any(text.startswith(f"{name}=") for text in listing.ignored)


def _say_nothing(state: str | None, used: Mapping[str, Any]) -> str:
    words = f"No {END_WORDS.get(state or '', state or '').lower()} jobs".replace("  ", " ")
    return f"{words} for {used['dataset_id']}" if used else f"{words} match"


# A chosen filter is a choice also where no job has it any more, or there is none of that number:
# else the list would be narrowed by what nobody sees, and the next choice would drop it.


def _list_datasets(chosen: int | None) -> list[tuple[int, str]]:
    """Return the datasets that there are jobs of, the newest first, and the chosen one."""
    has_jobs = select(Job.id).where(Job.dataset_id == Dataset.id).exists()
    columns = (Dataset.id, Dataset.name, Dataset.version)
    found = select(*columns).where(has_jobs).order_by(Dataset.id.desc()).limit(DATASETS_SHOWN)
    rows = list(db.session.execute(found))
    if chosen is not None and chosen not in {row.id for row in rows}:
        rows += db.session.execute(select(*columns).where(Dataset.id == chosen))
    return _with_number([(row.id, f"{row.name} v{row.version}") for row in rows], chosen)


def _list_estimators(chosen: str | None) -> list[tuple[str, str]]:
    """Return the estimators that there are jobs of, by title, and the chosen one."""
    names = {*distinct_values(Job.estimator), *([chosen] if chosen else [])}
    found = ((name, get_estimator(name).title) for name in names)
    return sorted(found, key=lambda choice: choice[1])


def _list_owners(user: User, chosen: int | None) -> list[tuple[str, str]]:
    """Return who has jobs, by name after the person who looks, and the chosen one."""
    columns = (User.id, User.name)
    found = (
        select(*columns)
        .where(select(Job.id).where(Job.owner_id == User.id).exists(), User.id != user.id)
        .order_by(func.lower(User.name))
        .limit(OWNERS_SHOWN)
    )
    rows = list(db.session.execute(found))
    if chosen is not None and chosen not in {user.id, *(row.id for row in rows)}:
        rows += db.session.execute(select(*columns).where(User.id == chosen))
    others = [(str(row.id), row.name) for row in rows]
    mine = ("me", f"{user.name} (me)")
    return [mine, *_with_number(others, str(chosen) if chosen not in {None, user.id} else None)]


def _with_number(choices: list[tuple[Any, str]], chosen: Any) -> list[tuple[Any, str]]:
    """Return choices, and the chosen one as its number where it is none of them."""
    if chosen is None or chosen in dict(choices):
        return choices
    return [*choices, (chosen, f"#{chosen}")]


def live_query(query: Mapping[str, str], shown: Mapping[str, str]) -> str:
    """Return the query of the live part: that of the page, and the rows that it shows."""
    return urlencode({**query, **shown})
