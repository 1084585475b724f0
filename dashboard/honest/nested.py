"""Nested validation of a search: what comes next in the batch that does it.

For each outer fold there is a search below it that has the fold's training rows alone; what that
finds best is fitted on them and scored on the fold's test rows, by a job of this batch.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, JobState
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.honest import NESTED
from dashboard.honest.families import find_latest
from dashboard.honest.opening import count_tried
from dashboard.plans.step import Below, Copies, Look, Member, Step, list_members
from dashboard.searches.best import find_best
from dashboard.searches.naming import join_name, name_candidate
from dashboard.searches.opening import count_first
from dashboard.searches.search import Search
from tasks.engine.spec import Validation


@dataclass(frozen=True)
class Nested:
    """Outer folds by their number: searches of those that were opened, and scoring jobs.

    Of a fold that was scored more than once the last of these jobs counts.
    """

    batch_id: int
    n_outer: int
    searches: Mapping[int, Batch]
    jobs: Mapping[int, Job]
    goes_on: bool
    stopped_by: str | None = None

    @property
    def scores(self) -> list[float]:
        """The scores of the outer folds, in order."""
        done = (self.jobs[fold] for fold in sorted(self.jobs))
        return [job.score for job in done if _is_done(job) and job.score is not None]

    @property
    def mean(self) -> float | None:
        """The honest score; None unless every outer fold has one."""
        return statistics.fmean(self.scores) if len(self.scores) == self.n_outer else None

    @property
    def spread(self) -> float | None:
        """Its spread over outer folds."""
        return (
            statistics.stdev(self.scores) if self.mean is not None and self.n_outer > 1 else None
        )

    @property
    def is_good(self) -> bool:
        """Whether there is a score, or will be."""
        return self.mean is not None or self.goes_on

    @property
    def n_searching(self) -> int:
        """How many searches go on."""
        return sum(search.plan_state == "going" for search in self.searches.values())

    @property
    def cut_words(self) -> str:
        """How many searches a person stopped, whose finds are not scored; or nothing."""
        cut = sum(
            _is_stopped(search.plan) and fold not in self.jobs
            for fold, search in self.searches.items()
        )
        return f", {plural(cut, 'search was', 'searches were')} stopped" if cut else ""

    @property
    def is_waiting(self) -> bool:
        """Whether a search or a scoring job runs or waits."""
        return self.n_searching > 0 or any(job.state in ACTIVE for job in self.jobs.values())


def _is_done(job: Job) -> bool:
    return job.state == JobState.SUCCEEDED


def _is_stopped(plan: Mapping[str, Any] | None) -> bool:
    """Whether a person stopped what a plan does."""
    return bool((plan or {}).get("stopped"))


def find_nested(batch: Batch, winner: Job) -> Nested | None:
    """Return the last nested validation of a search that found this very winner, if any.

    One of a search that was extended since is of another search, even where the winner stayed.
    """
    found, asked = find_latest(batch.id, NESTED), batch.plan or {}
    plan = (found.plan if found else None) or {}
    if found is None or plan["of"] != winner.id:
        return None
    # Not "other than": who deletes candidates of a search that was stopped makes it no smaller.
    if plan["search"]["jobs"] < count_tried(batch.id, asked, Search.from_plan(asked)):
        return None
    return read_nested(found.id, plan, is_going=found.plan_state == "going")


def read_nested(batch_id: int, plan: Mapping[str, Any], *, is_going: bool = True) -> Nested:
    """Read how far a nested validation is."""
    below = select(Batch).where(Batch.parent_id == batch_id).order_by(Batch.id)
    own = select(Job).where(Job.batch_id == batch_id).order_by(Job.id)
    fresh = {"populate_existing": True}
    return Nested(
        batch_id,
        plan["outer_folds"],
        {
            (b.plan or {})["outer_fold"]: b
            for b in db.session.scalars(below, execution_options=fresh)
        },
        {job.validation["outer_fold"]: job for job in db.session.scalars(own)},
        is_going,
        (plan.get("stopped") or {}).get("by"),
    )


def list_searches(batch: Batch) -> list[Batch]:
    """List the searches of a batch that is a nested validation, by outer fold; else none."""
    if (batch.plan or {}).get("kind") != NESTED:
        return []
    found = read_nested(batch.id, batch.plan or {}).searches
    return [found[fold] for fold in sorted(found)]


def decide(look: Look) -> Step | None:
    """Return what is to be done with a nested validation, None to wait."""
    nested = read_nested(look.batch_id, look.plan)
    pattern = None if nested.stopped_by else db.session.get(Job, look.plan["of"])
    copies = _copy(look.plan, nested, pattern) if pattern else []
    if copies:
        return Step(copies=copies)
    if nested.is_waiting:
        return None
    return Step(over=_say_end(nested))


def _copy(plan: Mapping[str, Any], nested: Nested, pattern: Job) -> list[Copies]:
    search = Search.from_plan(plan["search"])
    return [*_open(plan["name"], search, nested, pattern), *_score(search, nested, pattern)]


def _open(name: str, search: Search, nested: Nested, pattern: Job) -> list[Copies]:
    """Open the searches: all at once, or one after the other where each has a time limit."""
    missing = [n for n in range(1, nested.n_outer + 1) if n not in nested.searches]
    if search.time_limit_s is not None:
        missing = [] if nested.n_searching else missing[:1]
    return [_open_search(name, search, pattern, fold) for fold in missing]


def _open_search(name: str, search: Search, pattern: Job, fold: int) -> Copies:
    name = join_name(name, f"outer fold {fold}")
    rows = [
        {
            "name": name_candidate(name, search, parameters),
            "estimator": search.estimator_id,
            "parameters": parameters,
        }
        for parameters in search.propose(count_first(search), (), greater_is_better=True)
    ]
    validation = Validation(**pattern.validation)
    plan = search.as_plan() | {"name": name, "made": len(rows), "outer_fold": fold}
    same = {"validation": asdict(validation.for_search(fold))}
    return Copies(pattern.id, rows, same, Below(name, plan))


def _score(asked: Search, nested: Nested, pattern: Job) -> list[Copies]:
    """Score what the searches found that are over, each on its outer fold's test rows.

    Once more where jobs of a search ran again since, and what it finds now is another one.
    """
    found = []
    for fold, search in nested.searches.items():
        former = nested.jobs.get(fold)
        if search.plan_state == "going" or (former and former.state in ACTIVE):
            continue
        members = list_members(search.id)
        best = find_best(members)
        if best is None or (former and _is_of(former, best)):
            continue
        if not _is_cut(search, members, asked):
            row = {
                "name": join_name(best.name, "scored"),
                "estimator": best.estimator,
                "parameters": best.parameters,
            }
            validation = asdict(Validation(**pattern.validation).for_score(fold))
            found.append(Copies(pattern.id, [row], {"validation": validation}))
    return found


def _is_of(scored: Job, best: Member) -> bool:
    """Whether a scoring job is of what its search finds."""
    return (scored.estimator, scored.parameters) == (best.estimator, best.parameters)


def _is_cut(search: Batch, members: Sequence[Member], asked: Search) -> bool:
    """Whether a person stopped a search: what it found is not what the whole one would find.

    Not where all that was asked for was tried all the same, then or later.
    """
    tried = sum(one.state != JobState.CANCELLED for one in members)
    return _is_stopped(search.plan) and tried < asked.jobs


def _say_end(nested: Nested) -> str:
    done = f"{len(nested.scores)} of {plural(nested.n_outer, 'outer fold')}"
    if nested.stopped_by:
        return f"Stopped by {nested.stopped_by}, {done} scored"
    if nested.mean is not None:
        return f"{plural(nested.n_outer, 'outer fold')} scored, each by a search of its own"
    return f"{done} could be scored{nested.cut_words}, so there is no nested score"
