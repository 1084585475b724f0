"""The run itself: a stream of jobs under faults, then calm, then what must hold in calm."""

import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.chaos.database import Postgres, Sqlite
from tests.chaos.faults import Faults
from tests.chaos.invariants import Submitted, find_faults
from tests.chaos.load import NO_ANSWER, Load
from tests.chaos.plan import draw_faults, draw_steps
from tests.chaos.product import START_S, Product, command_of, wait_for

OPEN_JOBS = 8
BACK_WITHIN_S = 15  # whatever dies is started again so soon
STUCK_S = 120  # nothing ends for so long
CLEAN_S = 75  # the dispatcher looks for leftovers every minute
CANCEL_WITHIN_S = 2.0
SLOW = {"target": "y_number", "estimator": "GradientBoostingRegressor",
        "parameters": {"n_estimators": 1500}, "seed": 1}  # fmt: skip


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def attack(load: Load, faults: Faults, seed: int, seconds: float) -> None:
    """Submit jobs, act on them and make faults until the time is over."""
    began = time.monotonic()

    def make_faults() -> None:
        for fault in draw_faults(seed, faults.kinds, seconds):
            time.sleep(max(0.0, began + fault.at_s - time.monotonic()))
            made = "" if faults.make(fault) else " (there was none)"
            say(f"{fault.kind}{made}")

    attacker = threading.Thread(target=make_faults, daemon=True)
    attacker.start()
    for step in draw_steps(seed):
        if time.monotonic() > began + seconds:
            break
        count = load.count_open()
        if count is not None and count < OPEN_JOBS:
            load.submit()
        if step.act:
            load.act(step.act, step.pick)
        time.sleep(step.pause_s)
    attacker.join(30)


def settle(product: Product, load: Load) -> list[str]:
    """Wait until everything runs again, every job is over and every model was checked.

    Returns
    -------
    list of str
        That something was not back soon enough: a start may take half as long again as the first.
    """
    took = wait_for("everything runs again", product.is_whole, START_S)
    say(f"everything runs again after {took:.1f} s")
    may_take = max(BACK_WITHIN_S, 1.5 * product.start_s)
    late = [f"what had died was back after {took:.0f} s only"] if took > may_take else []
    seen: list[object] = []
    began = time.monotonic()
    while (left := _what_is_left(load)) != (0, 0):
        if left not in seen:
            seen.append(left)
            began = time.monotonic()
        if time.monotonic() > began + STUCK_S:
            raise TimeoutError(f"nothing moved for {STUCK_S} s; left are jobs, models: {left}")
        time.sleep(0.5)
    return late


def _what_is_left(load: Load) -> tuple[int | None, int | None]:
    """Count the jobs that are not over and the models that were not checked."""
    models = load.api.get("/models?limit=200")
    waiting = models and sum(model["state"] == "verifying" for model in models["items"])
    return load.count_open(), waiting if models else None


def probe_cancel(load: Load) -> None:
    """Cancel a job that trains, and see that it ends at once."""
    job = load.submit(SLOW)
    path = f"/jobs/{job}"
    wait_for("the job trains", lambda: (load.api.get(path) or {}).get("stage") == "fit", 60)
    load.api.ask("POST", f"{path}/cancel")
    took = wait_for("the job is cancelled", lambda: load.api.state_of(path) == "cancelled", 20)
    say(f"a cancel took effect in {took:.1f} s")
    if took > CANCEL_WITHIN_S:
        raise AssertionError(f"a cancel took {took:.1f} s, more than {CANCEL_WITHIN_S:.0f} s")


def probe_outage(product: Product, load: Load, database: Sqlite | Postgres) -> None:
    """Take the database away, and see that the web answers 503 with Retry-After, and soon."""
    thread = threading.Thread(target=database.take_away, args=(14.0,))
    thread.start()
    time.sleep(1)
    job = min(load.submitted)
    asks: list[Callable[[], int]] = [
        lambda: load.api.ask("GET", "/jobs")[0],
        lambda: load.api.ask("POST", f"/jobs/{job}/cancel")[0],
        lambda: _open(f"{product.address}/jobs"),
        lambda: _open(f"{product.address}/readyz"),
    ]
    found = []
    for ask in asks:
        began = time.monotonic()
        found.append((ask(), time.monotonic() - began))
    thread.join()
    slowest = max(seconds for _, seconds in found)
    statuses = [status for status, _ in found]
    say(f"without a database the web answered {statuses}, at the slowest in {slowest:.1f} s")
    if slowest > 12 or NO_ANSWER in statuses:
        raise AssertionError(f"without a database the web was silent for {slowest:.0f} s")
    if 503 not in statuses or {status for status in statuses if status >= 500} != {503}:
        raise AssertionError(f"without a database the web answered {statuses}")
    wait_for("the web answers again", product.is_ready, 15)


def _open(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=15) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return NO_ANSWER


def judge(product: Product, load: Load, database_url: str, files: Path) -> list[str]:
    """Return every rule that is broken now that all is calm."""
    known = Submitted(
        frozenset(load.submitted), frozenset(load.deleted), frozenset(load.perhaps_deleted)
    )

    def look() -> list[str]:
        return find_faults(database_url, files, known)

    _wait_in_vain("no process is an orphan", lambda: not product.strays())
    broken = [f"process {words} is nobody's child" for words in map(command_of, product.strays())]
    _wait_in_vain("no file is an orphan", lambda: not any("orphan" in words for words in look()))
    return broken + look() + load.api.wrong


def _wait_in_vain(what: str, is_true: Callable[[], bool]) -> None:
    try:
        took = wait_for(what, is_true, CLEAN_S)
    except TimeoutError:
        return  # the rules will name it
    if took > 1:
        say(f"{what}: after {took:.0f} s")
