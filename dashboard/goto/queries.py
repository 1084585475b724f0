"""What the go-to box finds: jobs, datasets and models by name or number, and pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os.path import commonprefix

from sqlalchemy import Select, select
from sqlalchemy.orm import lazyload, load_only

from dashboard.datasets.selections import LIVING, name_holds
from dashboard.db import Dataset, Job, JobEntry, Model, User
from dashboard.db.lookup import LARGEST_ID, find_by_id
from dashboard.extensions import db
from dashboard.jobs.page.time_up import TIME_WAS_UP, say_state, was_skipped
from dashboard.paging import read_number

PER_GROUP = 6
# So many letters fit into the list below the box; so many stay of a beginning that is shared.
FITS, KEPT = 28, 8
LONGEST = 200  # of what is looked for; no name is longer


@dataclass(frozen=True)
class Hit:
    """One thing that was found: where it is and what it is called.

    `kind` and `number` name it; `path` is that of a page, which has no number.
    """

    title: str
    note: str = ""
    kind: str = ""
    number: int = 0
    path: str = ""
    words: str = ""  # further words by which it is found
    for_members: bool = False  # a page that who may only look is refused
    short: str = ""  # the title without what others begin with, too


@dataclass(frozen=True)
class Group:
    """Hits of one kind; `more` when there may be further ones in its list."""

    title: str
    kind: str
    hits: Sequence[Hit]
    more: bool = False


PAGES = (
    Hit("New job", "Train a model", path="/jobs/new", words="train submit queue",
        for_members=True),
    Hit("Upload a dataset", "A CSV file", path="/datasets/new", words="new dataset csv file",
        for_members=True),
    Hit("Overview", path="/", words="home start"),
    Hit("Datasets", path="/datasets"),
    Hit("Jobs", path="/jobs"),
    Hit("Failed jobs", path="/jobs?state=failed", words="errors lost"),
    Hit("Leaderboards", path="/leaderboards", words="boards best ranking"),
    Hit("Models", path="/models"),
    Hit("Queue", path="/queue", words="workers waiting"),
    Hit("Settings: profile", path="/settings/profile", words="name password account"),
    Hit("Settings: appearance", path="/settings/appearance",
        words="theme dark light density time zone digits shortcuts"),
    Hit("Settings: API tokens", path="/settings/tokens", words="key curl script"),
)  # fmt: skip


def find_all(q: str, user: User) -> list[Group]:
    """Find what a text may mean: pages by their words, the rest by number or a part of the name.

    Parameters
    ----------
    q : str
        As it was typed: ``1287``, ``#1287``, ``churn``, ``new job``; any text.
    user : User
        Who asks: pages that are not for them are left out.

    Returns
    -------
    list of Group
        Jobs, datasets, models and pages, without those of which nothing was found; first of them
        where something has this very name.
    """
    q = " ".join(q.replace("\0", "").split())[:LONGEST]
    pages = [page for page in PAGES if not page.for_members or user.has_role("member")]
    if not q:
        return [Group("Pages", "page", pages)]
    groups = [_jobs(q), _datasets(q), _models(q), Group("Pages", "page", _pages(q, pages))]
    found = [group for group in groups if group.hits]
    return sorted(found, key=lambda group: not any(_is_called(hit, q) for hit in group.hits))


def find_number(q: str) -> Hit | None:
    """Return the job that a number, with or without ``#``, means; None for every other text."""
    number = _number_of(q)
    job = find_by_id(Job, number) if number else None
    return Hit(job.name, kind="job", number=job.id) if job else None


def _is_called(hit: Hit, q: str) -> bool:
    return hit.title.casefold() == q.casefold()


def _number_of(q: str) -> int | None:
    return read_number(q.strip().removeprefix("#"), None, LARGEST_ID)


def _jobs(q: str) -> Group:
    first = find_number(q)
    named = select(JobEntry.job_id).where(JobEntry.name.contains(q.lower(), autoescape=True))
    jobs = _newest(named)
    late = [job for job in jobs if was_skipped(job)]
    if late:
        done = [job for job in jobs if job not in late]
        if len(jobs) > PER_GROUP:  # behind them there may be others
            done = _newest(named.where(JobEntry.job_id.not_in(select(Job.id).where(TIME_WAS_UP))))
        jobs = [*done, *late][: PER_GROUP + 1]
    found = [Hit(job.name, say_state(job), "job", job.id) for job in jobs]
    if first:
        others = [hit for hit in found if hit.number != first.number]
        found = [replace(first, note="by its number"), *others]
    return _cut("Jobs", "job", found)


def _newest(named: Select[int]) -> list[Job]:
    """Return the newest of some jobs, the newest first."""
    # Their names alone are looked through, in small letters; no more are read than are shown.
    ids = named.order_by(JobEntry.job_id.desc()).limit(PER_GROUP + 1)
    told = load_only(Job.id, Job.name, Job.state, Job.stopped_by, Job.started_at, Job.partial)
    found = select(Job).options(told, lazyload("*")).where(Job.id.in_(ids))
    return list(db.session.scalars(found.order_by(Job.id.desc())))


def _datasets(q: str) -> Group:
    named = select(Dataset).where(
        LIVING, Dataset.archived_at.is_(None), Dataset.is_newest, name_holds(q)
    )
    columns = load_only(Dataset.id, Dataset.name, Dataset.version, Dataset.file_name)
    found = db.session.scalars(
        named.options(columns).order_by(Dataset.id.desc()).limit(PER_GROUP + 1)
    )
    hits = [Hit(d.name, f"v{d.version}, {d.file_name}", "dataset", d.id) for d in found]
    return _cut("Datasets", "dataset", hits)


def _models(q: str) -> Group:
    # As in their list: looked for in an index that stands in its order, without archived ones.
    best = (Model.goodness.desc(), Model.id.desc())
    ids = (
        select(Model.id)
        .where(Model.archived_at.is_(None), Model.words.contains(q.lower(), autoescape=True))
        .order_by(*best)
        .limit(PER_GROUP + 1)
    )
    named = select(Model.id, Model.name, Model.target).where(Model.id.in_(ids)).order_by(*best)
    found = [Hit(name, f"predicts {target}", "model", n) for n, name, target in
             db.session.execute(named)]  # fmt: skip
    return _cut("Models", "model", found)


def _cut(title: str, kind: str, hits: list[Hit]) -> Group:
    shown = hits[:PER_GROUP]
    shorts = tell_apart([hit.title for hit in shown])
    told = [replace(hit, short=short) for hit, short in zip(shown, shorts, strict=True)]
    return Group(title, kind, told, len(hits) > PER_GROUP)


def tell_apart(titles: Sequence[str]) -> list[str]:
    """Shorten titles that begin alike, so that what tells them apart is seen in a narrow list.

    Parameters
    ----------
    titles : sequence of str
        What stands in one list.

    Returns
    -------
    list of str
        Each with its first letters, and what begins where it differs from the one that is most
        like it; empty where the whole title tells as much.
    """
    return [_short_of(title, [*titles[:n], *titles[n + 1 :]]) for n, title in enumerate(titles)]


def _short_of(title: str, others: Sequence[str]) -> str:
    shared = max((len(commonprefix([title, other])) for other in others if other != title),
                 default=0)  # fmt: skip
    # From the beginning of the word, or the sign and the number, that differs.
    start = max(title.rfind(sign, 0, shared) + 1 for sign in ", -_/:")
    if len(title) <= FITS or start <= KEPT + 2:
        return ""
    return f"{title[:KEPT].rstrip()}\N{HORIZONTAL ELLIPSIS}{title[start:].lstrip()}"


def _pages(q: str, pages: Sequence[Hit]) -> list[Hit]:
    asked = q.casefold().split()
    return [
        page for page in pages
        if all(word in f"{page.title} {page.words}".casefold() for word in asked)
    ]  # fmt: skip
