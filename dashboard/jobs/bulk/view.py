"""A bulk action for a page: what it would do, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select

from dashboard.auth.sessions import safe_path
from dashboard.db import BulkAction, Job, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import JobState
from dashboard.errors import ValidationFailed
from dashboard.filters import plural
from dashboard.jobs.bulk import counts as bulk_counts
from dashboard.jobs.bulk import many as bulk
from dashboard.jobs.bulk.acts import Action
from dashboard.jobs.bulk.counts import Matching
from dashboard.jobs.bulk.shown_ids import pack
from dashboard.jobs.listing.filtering import FILTER_NAMES, read_filters
from dashboard.jobs.page.time_up import SKIPPED, TIME_WAS_UP
from dashboard.paging import read_number

NAMED = 10  # of jobs that are to be deleted


@dataclass(frozen=True)
class Choice:
    """What is to be done to which jobs; `fields` are sent back with the confirmation.

    `matching` is what is known of them where they are all that match.
    """

    user: User
    action: Action
    ids: Sequence[int]
    back: str
    fields: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    matching: Matching | None = None

    @property
    def shown(self) -> str:
        """The jobs themselves, for the confirmation: others may match when it comes."""
        return pack(sorted(self.ids))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """The jobs by state."""
        if self.matching is not None:
            return {state: len(ids) for state, ids in self.matching.by_state.items()}
        return bulk_counts.count_by_state(self.ids)

    @cached_property
    def n_made(self) -> int:
        """How many of them keep their results, so that new jobs are made in their place."""
        if self.action.name != "again":
            return 0
        if self.matching is not None:
            return self.matching.n_made
        return bulk_counts.count_made(self.user, self.ids)

    @property
    def asks_first(self) -> bool:
        """Whether it is not done before a question was answered."""
        return self.action.asks_tag or self.action.is_final or self.n_made > 0

    @property
    def refusal(self) -> str | None:
        """Why it cannot be done to so many."""
        return bulk_counts.say_too_many(self.n_made)

    @property
    def since(self) -> int | None:
        """What tells this question, sent twice, from one that is asked once more."""
        return read_number(self.fields.get("since"), None, LARGEST_ID)

    @property
    def applies(self) -> int:
        """How many are in a state that it applies to."""
        return sum(self.counts.get(state, 0) for state in self.action.states)

    @cached_property
    def others(self) -> int:
        """How many are other people's."""
        if self.matching is not None:
            return self.matching.count_others(self.user)
        return bulk_counts.count_those(self.ids, Job.owner_id != self.user.id)

    @cached_property
    def n_changed(self) -> int:
        """How many would be changed."""
        return self._count(*bulk_counts.may_be_changed(self.user, self.action.states))

    def _count(self, *which: ColumnElement[bool]) -> int:
        """Count those of them that something holds for: of all that match along an index."""
        if self.matching is not None:
            return self.matching.count(*which)
        return bulk_counts.count_those(self.ids, *which)

    def _changed(self) -> list[Select[Any]]:
        """Select those that would be changed: all that match by an index, others by number."""
        which = bulk_counts.may_be_changed(self.user, self.action.states)
        found = [self.matching.found] if self.matching else bulk_counts.select_parts(self.ids)
        return [selected.where(*which) for selected in found]

    @cached_property
    def named(self) -> Sequence[tuple[int, str]]:
        """Number and name of some that would be deleted, the newest first."""
        return bulk_counts.name_newest(self._changed(), NAMED) if self.action.is_final else ()

    @property
    def models_words(self) -> str:
        """Which models and predictions go with those that would be deleted."""
        ends = bulk_counts.count_ends(self._changed())
        named = f", {ends.n_aliases:,} of them with an alias," if ends.n_aliases else ""
        predicted = plural(ends.n_predictions, "prediction")
        return f"{plural(ends.n_models, 'model')}{named} and {predicted} made with them"

    @property
    def left_out(self) -> str | None:
        """Those that it does not apply to, such as "2 running, 1 queued"; None without any."""
        out = {s: n for s, n in self.counts.items() if s not in self.action.states}
        if out.get(JobState.CANCELLED):
            skipped = self._count(TIME_WAS_UP)
            out |= {SKIPPED: skipped, JobState.CANCELLED: out[JobState.CANCELLED] - skipped}
        return ", ".join(f"{n:,} {state}" for state, n in sorted(out.items()) if n) or None

    @property
    def title(self) -> str:
        """The question's title, such as "Archive 41 jobs"."""
        verb = self.action.verb
        return f"{verb[0].upper()}{verb[1:]} {plural(len(self.ids), 'job')}"

    @property
    def in_background(self) -> bool:
        """Whether it is done by the light worker."""
        return len(self.ids) > bulk.FEW


def read_choice(query: Mapping[str, str], user: User, ticked: Sequence[int]) -> Choice:
    """Read from a query or a form what is to be done to which jobs."""
    action = bulk.get_action(query.get("instead") or query.get("action", ""))
    back = safe_path(query.get("back") or "/jobs")
    since = read_number(query.get("since"), None, LARGEST_ID) or bulk_counts.find_next_id()
    fields = {"action": action.name, "back": back, "since": str(since)}
    if query.get("matching") != "true":
        return Choice(user, action, ticked, back, fields | {"jobs": ",".join(map(str, ticked))})
    filters, ignored = read_filters(query, user.id)
    newest = read_number(query.get("newest"), 0, LARGEST_ID) or bulk_counts.newest_id()
    matching = bulk_counts.find_matching(user, filters, up_to=newest)
    kept = {name: query[name] for name in FILTER_NAMES if query.get(name)}
    fields |= {"matching": "true", "newest": str(newest), **kept}
    return Choice(user, action, matching.ids, back, fields, ignored, matching)


def check_counted(choice: Choice, counted: str | None) -> None:
    """Refuse to make more jobs than the question said: it is asked anew then.

    Raises
    ------
    ValidationFailed
        When some of the jobs have succeeded since the question.
    """
    more = choice.n_made - (read_number(counted, 0, LARGEST_ID) or 0)
    if more > 0:
        words = plural(more, "job has succeeded", "jobs have succeeded")
        raise ValidationFailed({"shown": f"{words} since you were asked. Look again"})


@dataclass(frozen=True)
class BulkView:
    """A bulk action that was begun."""

    record: BulkAction

    @property
    def action(self) -> Action:
        """What is done."""
        return bulk.get_action(self.record.action)

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.record.state in bulk.OPEN

    @property
    def every(self) -> int | None:
        """Seconds between two looks; None when it is over."""
        return 1 if self.is_open else None

    @property
    def title(self) -> str:
        """Such as "Archive 4,100 jobs"."""
        verb = self.action.verb
        tag = f' with "{self.record.tag}"' if self.record.tag else ""
        return f"{verb[0].upper()}{verb[1:]} {plural(self.record.total, 'job')}{tag}"

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1."""
        return self.record.done / self.record.total

    @property
    def sentence(self) -> str:
        """What it has done so far."""
        record = self.record
        words = f"{plural(record.changed, 'job')} {self.action.done}"
        same = record.done - record.changed - record.n_refused
        if same > 0:
            words += f", {same:,} needed no change"
        if record.n_refused:
            words += f", {record.n_refused:,} left as they are"
        return words

    @property
    def can_be_undone(self) -> bool:
        """Whether what it archived can be taken back."""
        return self.record.action == "archive" and not self.is_open and self.record.changed > 0
