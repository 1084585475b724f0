"""What comes next in a search: further candidates, the fit of the best one, or its end."""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import duration, plural
from dashboard.honest import NESTED
from dashboard.honest.families import find_latest
from dashboard.honest.opening import open_nested
from dashboard.plans.alike import find_common_failure
from dashboard.plans.step import Copies, Final, Look, Member, Step
from dashboard.searches.best import find_best
from dashboard.searches.direction import greater_is_better
from dashboard.searches.naming import NAME_LENGTH, cut, name_candidate
from dashboard.searches.opening import count_at_once
from dashboard.searches.search import Search
from tasks.engine.search.space import Tried

STATES = {JobState.SUCCEEDED: "done", JobState.FAILED: "failed", JobState.LOST: "failed",
          JobState.CANCELLED: "failed"}  # fmt: skip
ENDED = {JobState.FAILED: "failed", JobState.LOST: "was lost", JobState.CANCELLED: "was cancelled"}


def decide(look: Look) -> Step | None:
    """Return what is to be done with a search, None to wait."""
    search = Search.from_plan(look.plan)
    if not look.plan.get("stopped"):
        if why := find_common_failure(look, are_different=False):
            return Step(cancel=why)
        if _is_late(look, search):
            if look.n_waiting:
                time = duration(search.time_limit_s)
                return Step(cancel=f"The time of the search, {time}, was up before it started")
        elif new := _propose(look, search):
            return Step(new=new)
    return None if look.n_active else _end(look, search)


def _is_late(look: Look, search: Search) -> bool:
    if search.time_limit_s is None or look.began_at is None:
        return False
    return now() - look.began_at > timedelta(seconds=search.time_limit_s)


def _propose(look: Look, search: Search) -> list[dict[str, object]]:
    """Return further candidates: of a guess a few at a time, else all that are left."""
    wanted = search.jobs - look.plan["made"]
    if search.strategy == "tpe":
        wanted = min(wanted, count_at_once() - look.n_open)
    candidates = [one for one in look.members if one.score_only] if wanted > 0 else []
    if not candidates:
        return []
    folds = look.count_folds()
    tried = [_tried(one, folds.get(one.id, 0)) for one in candidates]
    better = greater_is_better(candidates[0].metric)
    look.close()
    return [
        {
            "name": name_candidate(look.plan["name"], search, parameters),
            "estimator": search.estimator_id,
            "parameters": parameters,
        }
        for parameters in search.propose(wanted, tried, greater_is_better=better)
    ]


def _tried(member: Member, folds: int) -> Tried:
    state = STATES.get(JobState(member.state), "running")
    if member.partial and state == "done":
        state = "stopped"
    return Tried(member.parameters, state, member.score, folds)


def _end(look: Look, search: Search) -> Step:
    """Fit the best one on all rows, unless that was done, and say how the search ended."""
    stopped, best = look.plan.get("stopped"), find_best(look.members)
    how = _how(look, search)
    if best is None:
        before = f"{how}. " if stopped else ""
        words = f"{before}No candidate could be scored, so there is no best one"
        return Step(over=f"{words}{look.say_failure()}")
    if stopped and not stopped["keep"]:
        return Step(over=f"{how}. No model was made")
    if "outer_fold" in look.plan:  # the batch above goes on with the best one
        return Step(over=how)
    final = look.final
    if final is None or final.parameters != best.parameters:
        return Step(final=Final(best.id, {"name": _name_best(best, look.members)}))
    if final.state == JobState.SUCCEEDED:
        return Step(
            over=f"{how}. The best one was fitted on all rows",
            copies=_nest(look, search, final.id),
        )
    return Step(over=f"{how}. The fit of the best one on all rows {ENDED[JobState(final.state)]}")


def _nest(look: Look, search: Search, winner_id: int) -> list[Copies]:
    """Score the whole search, too, where that was asked for and was not done of as many."""
    former = find_latest(look.batch_id, NESTED)
    known = former.plan["search"]["jobs"] if former and former.plan else 0
    winner = db.session.get(Job, winner_id)
    if not search.nested or look.plan.get("stopped") or known == search.jobs or winner is None:
        return []
    return [open_nested(look.plan["name"], search, search.jobs, winner)]


def _name_best(best: Member, members: Sequence[Member]) -> str:
    end = f" (best of {_count_scored(members):,})"
    return cut(best.name, NAME_LENGTH - len(end)) + end


def _count_scored(members: Sequence[Member]) -> int:
    """Count the candidates that were scored, be it on some folds: the best was chosen of them."""
    return sum(one.score_only and one.state == JobState.SUCCEEDED for one in members)


def _how(look: Look, search: Search) -> str:
    stopped = look.plan.get("stopped")
    ended = _count_scored(look.members)
    words = plural(ended, "candidate")
    if stopped:
        return f"Stopped by {stopped['by']} after {words}"
    if _is_late(look, search) and any(
        one.score_only and one.state == JobState.CANCELLED for one in look.members
    ):
        return f"Its time, {duration(search.time_limit_s)}, was up after {words}"
    return f"{words} {'was' if ended == 1 else 'were'} scored"
