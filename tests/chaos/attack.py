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
from tests.chaos.plan import PlannedFault, PlannedStep, draw_faults, draw_steps
from tests.chaos.product import START_S, Product, command_of
from tests.chaos.recovery_times import LIMIT_S
from tests.product import time_until, wait_for

OPEN_JOBS = 8
A_BATCH_EVERY = 3
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

    def make_faults() -> None:
        _kill_one_by_one(faults)
        began = time.monotonic()
        for fault in draw_faults(seed, faults.kinds, seconds):
            time.sleep(max(0.0, began + fault.at_s - time.monotonic()))
            made = "" if faults.make(fault) else " (there was none)"
            say(f"{fault.kind}{made}")
        time.sleep(max(0.0, began + seconds - time.monotonic()))

    attacker = threading.Thread(target=make_faults, daemon=True)
    attacker.start()
    for step in draw_steps(seed):
        if not attacker.is_alive():
            break
        count = load.count_open()
        if count is not None:
            _submit_some(load, count)
            load.sample()
        _act(load, faults, step)
        time.sleep(step.pause_s)


def _submit_some(load: Load, n_open: int) -> None:
    if n_open < OPEN_JOBS:
        load.submit()
        if load.sent % A_BATCH_EVERY == 0:
            load.submit_batch()


def _act(load: Load, faults: Faults, step: PlannedStep) -> None:
    if step.act:
        load.act(step.act, step.pick)
    if step.batch_act:
        load.act_on_batch(step.batch_act, step.pick)
    if step.kills_winner and (winner := faults.kill_winner()):
        say(f"killed the child of job {winner}, made of a best one")


def _kill_one_by_one(faults: Faults) -> None:
    """Kill what trains, each alone, so that the limits of recovery judge something in each run."""
    for kind in ("kill training child", "kill worker", "kill fork server"):
        fault = PlannedFault(0, kind, 0.0, 0.0)
        try:
            wait_for("something trains", lambda fault=fault: faults.make(fault, at_work=True), 60)
            wait_for("its job goes on", faults.is_overcome, LIMIT_S)
            wait_for("everything runs again", faults.product.is_whole, LIMIT_S)
        except TimeoutError as problem:
            say(f"{kind}, alone: {problem}")
        else:
            faults.end_last()
            say(f"{kind}, alone")


def settle(product: Product, load: Load) -> list[str]:
    """Wait until everything runs again, and every job is over and its model checked and converted.

    Returns
    -------
    list of str
        That something was not back soon enough after the last fault.
    """
    took = time_until("everything runs again", product.is_whole, START_S)
    say(f"everything runs again after {took:.1f} s")
    may_take = product.back_within_s
    late = [f"what had died was back after {took:.0f} s only"] if took > may_take else []
    seen: list[object] = []
    began = time.monotonic()
    while (left := _what_is_left(load)) != (0, 0, 0, 0):
        if left not in seen:
            seen.append(left)
            began = time.monotonic()
        if time.monotonic() > began + STUCK_S:
            raise TimeoutError(
                f"nothing moved for {STUCK_S} s; left (jobs, batches, checks, ONNX): {left}"
            )
        time.sleep(0.5)
    return late


def _what_is_left(load: Load) -> tuple[int | None, ...]:
    """Count jobs and batches that are not over, models not checked yet, and not converted yet."""
    answer, going = load.api.get("/models?limit=200"), load.count_going()
    if answer is None:
        return load.count_open(), going, None, None
    models = answer["items"]
    unchecked = sum(model["state"] == "verifying" for model in models)
    ready = [model for model in models if model["state"] == "ready"]
    unconverted = sum("onnx" not in m["files"] and m["no_onnx"] is None for m in ready)
    return load.count_open(), going, unchecked, unconverted


def probe_cancel(load: Load) -> None:
    """Cancel a job that trains, and see that it ends at once."""
    job = load.submit(SLOW)
    path = f"/jobs/{job}"
    wait_for("the job trains", lambda: (load.api.get(path) or {}).get("stage") == "fit", 60)
    load.api.ask("POST", f"{path}/cancel")
    took = time_until("the job is cancelled", lambda: load.api.state_of(path) == "cancelled", 20)
    say(f"a cancel took effect in {took:.1f} s")
    if took > CANCEL_WITHIN_S:
        raise AssertionError(f"a cancel took {took:.1f} s, more than {CANCEL_WITHIN_S:.0f} s")


def probe_outage(product: Product, load: Load, database: Sqlite | Postgres) -> None:
    """Take the database away, and see that the web answers 503 with Retry-After, and soon."""
    asked = threading.Event()
    thread = threading.Thread(target=database.take_away, args=(60.0, asked))
    thread.start()
    time.sleep(1)
    job = min(load.submitted - load.deleted - load.perhaps_deleted)
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
    asked.set()
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
        frozenset(load.submitted),
        frozenset(load.deleted),
        frozenset(load.perhaps_deleted),
        frozenset(load.batches),
    )

    def look() -> list[str]:
        return find_faults(database_url, files, known)

    _wait_in_vain("no process is an orphan", lambda: not product.strays())
    broken = [f"process {words} is nobody's child" for words in map(command_of, product.strays())]
    _wait_in_vain("no file is an orphan", lambda: not any("orphan" in words for words in look()))
    return broken + look() + load.api.wrong


def _wait_in_vain(what: str, is_true: Callable[[], bool]) -> None:
    try:
        took = time_until(what, is_true, CLEAN_S)
    except TimeoutError:
        return  # the rules will name it
    if took > 1:
        say(f"{what}: after {took:.0f} s")
