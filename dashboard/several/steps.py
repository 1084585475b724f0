"""What comes next where several are tried: an end to trying, the model of the best, or the end."""

from collections.abc import Sequence

from sqlalchemy import select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import duration, plural
from dashboard.honest import ANEW
from dashboard.honest.families import find_latest
from dashboard.honest.opening import open_anew, why_not_anew
from dashboard.plans.alike import find_common_failure
from dashboard.plans.step import Copies, Final, Look, Member, Step, list_times
from dashboard.searches.naming import join_name
from dashboard.several.preset import Several
from dashboard.several.timing import left_s, spent_s
from tasks.engine.several.portfolio import VOTING

# What runs may go on while nothing is scored, but not for longer than so many times the limit.
LIMITS_AT_MOST = 3


def decide(look: Look) -> Step | None:
    """Return what is to be done with a batch that tries several, None to wait."""
    several = Several.from_plan(look.plan)
    if not look.plan.get("stopped"):
        if why := find_common_failure(look, are_different=True):
            return Step(cancel=why)
        left = left_s(look, several, list_times(look.batch_id))
        if look.n_open and left <= 0:
            return _end_of_trying(look, several)
        if look.n_waiting:
            return _cancel_what_is_late(look, several, left)
    return None if look.n_active else _end(look)


def _cancel_what_is_late(look: Look, several: Several, left: float) -> Step | None:
    """Let nothing start in less time than the quickest job took: its beginning would be lost."""
    quickest = min((one.took_s for one in _complete(look)), default=0.0)
    if left >= quickest:
        return None
    limit = duration(several.time_limit_s)
    return Step(cancel=f"Too little of the batch's {limit} was left to start it")


def _end_of_trying(look: Look, several: Several) -> Step | None:
    """Let nothing start, and make the model once there is anything to make it of.

    What runs is stopped then; without anything to make a model of it is stopped, too, once it
    took several times as long as was asked for.
    """
    limit = several.time_limit_s
    words = f"The time of the batch, {duration(limit)}, was up"
    untried = f"{words} before it started"
    complete = _complete(look)
    is_overdue = spent_s(look) >= LIMITS_AT_MOST * limit
    if is_overdue and not complete:
        words = (
            f"Nothing was scored within {duration(LIMITS_AT_MOST * limit)}, {LIMITS_AT_MOST} "
            "times the time of the batch. Try several again with a longer time limit"
        )
    stop = words if look.n_running and (complete or is_overdue) else None
    # At once: the last job waits for the first worker that is free, not for all of them.
    final = _make_final(look, complete) if complete and look.final is None else None
    if not look.n_waiting and stop is None and final is None:
        return None
    return Step(cancel=untried, stop=stop, final=final)


def _complete(look: Look) -> list[Member]:
    return [one for one in look.members if one.score_only and one.is_complete]


def _end(look: Look) -> Step:
    """Make the model, unless that was done, and say how it ended."""
    stopped, complete = look.plan.get("stopped"), _complete(look)
    words = _how(look, complete)
    if not complete:
        return Step(over=f"{words}. There is nothing to make a model of{look.say_failure()}")
    if stopped and not stopped["keep"]:
        return Step(over=f"{words}. No model was made")
    final = look.final
    if final is None:
        return Step(final=_make_final(look, complete))
    if final.state == JobState.SUCCEEDED:
        copies = [] if stopped else _score_anew(look, final)
        return Step(over=f"{words}. {_what_was_made(final)}", copies=copies)
    return Step(over=f"{words}. The job that makes the model is {final.state}")


def _make_final(look: Look, complete: Sequence[Member]) -> Final:
    """Make the last job: it chooses among the others by what they predicted of their folds."""
    name = join_name(look.plan["name"], f"best of {len(complete):,}")
    changes = {"name": name, "estimator": VOTING[look.plan["task"]], "parameters": {}}
    # Some have settings that they alone need.
    plainest = min(complete, key=lambda one: len(one.preprocessing))
    return Final(plainest.id, changes, same_folds=False)


def _score_anew(look: Look, final: Member) -> list[Copies]:
    """Score the best one on other folds, where the time that was given is enough for it.

    It takes as long as the same job took among the others.
    """
    winner, like = db.session.get(Job, final.id), _find_like(look, final)
    if winner is None or like is None or why_not_anew(winner) or find_latest(look.batch_id, ANEW):
        return []
    took = db.session.scalar(select(Job.run_seconds).where(Job.id == like.id))
    limit = Several.from_plan(look.plan).time_limit_s
    if took is None or spent_s(look) + took > limit:
        return []
    return [open_anew(winner, 0)]


def _find_like(look: Look, final: Member) -> Member | None:
    """Return the job that the model was made of alone."""
    asked = (final.estimator, final.parameters, final.preprocessing)
    found = (one for one in _complete(look)
             if (one.estimator, one.parameters, one.preprocessing) == asked)  # fmt: skip
    return next(found, None)


def _what_was_made(final: Member) -> str:
    if final.estimator in VOTING.values():
        return "The model is a blend of the best"
    return "The model is the best one of them"


def _how(look: Look, complete: Sequence[Member]) -> str:
    stopped, jobs = look.plan.get("stopped"), plural(len(complete), "job")
    if stopped:
        return f"Stopped by {stopped['by']} after {jobs}"
    late = any(one.score_only and one.state == JobState.CANCELLED for one in look.members)
    if late and (complete or not look.n_failed):
        limit = duration(Several.from_plan(look.plan).time_limit_s)
        return f"{jobs} {'was' if len(complete) == 1 else 'were'} scored within {limit}"
    return f"{jobs} {'was' if len(complete) == 1 else 'were'} scored"
