"""Run the product under faults: ``make chaos MINUTES=2 SEED=7``; exit code 1 for a broken rule."""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import JobAttempt
from tests.chaos.faults import Faults
from tests.chaos.invariants import find_faults
from tests.chaos.load import Api, Load
from tests.chaos.product import Product, wait_for
from tests.engine.tables import mixed_csv

CALM_S = 240


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def attack(load: Load, faults: Faults, choose: random.Random, minutes: float) -> None:
    """Submit jobs and make faults until the time is over."""
    end = time.monotonic() + 60 * minutes
    fault_at = time.monotonic() + 5
    while time.monotonic() < end:
        if (load.count_open() or 0) < 12:
            load.submit()
        if choose.random() < 0.15:
            load.act()
        if time.monotonic() > fault_at:
            made = faults.make_one()
            if made:
                say(f"{made}; {load.count_open()} jobs wait or run")
            fault_at = time.monotonic() + choose.uniform(1, 8)
        time.sleep(choose.uniform(0.1, 0.6))


def settle(product: Product, load: Load) -> None:
    """Wait until every job is over and every model was checked."""
    wait_for("the web server after the last fault", product.is_ready, 60)
    wait_for("every job is over", lambda: load.count_open() == 0, CALM_S)

    def is_checked() -> bool:
        models = load.api.call("GET", "/models?limit=200") or {"items": [{"state": "verifying"}]}
        return all(model["state"] != "verifying" for model in models["items"])

    wait_for("every model is checked", is_checked, CALM_S)


def measure_recovery(database_url: str) -> list[float]:
    """Return, for each attempt that died, the seconds until the job's next one began."""
    with Session(create_engine(database_url)) as session:
        attempts = session.scalars(
            select(JobAttempt).order_by(JobAttempt.job_id, JobAttempt.number)
        ).all()
    return [
        (other.started_at - one.ended_at).total_seconds()
        for one, other in zip(attempts, attempts[1:], strict=False)
        if one.job_id == other.job_id and one.ended_by in {"worker_died", "child_died"}
        and one.ended_at
    ]  # fmt: skip


def report(load: Load, faults: Faults, database_url: str) -> None:
    """Print what was done and how long it took to go on."""
    kinds = Counter(name for _at, name in faults.made)
    say(f"{load.sent} jobs, {len(faults.made)} faults: "
        + ", ".join(f"{n} x {name}" for name, n in kinds.most_common()))  # fmt: skip
    with Session(create_engine(database_url)) as session:
        ends = Counter(session.scalars(select(JobAttempt.ended_by)).all())
    say("attempts: " + ", ".join(f"{n} {name}" for name, n in ends.most_common()))
    waits = sorted(measure_recovery(database_url))
    if waits:
        p95 = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
        say(f"from a death that was noticed to the next attempt: median "
            f"{statistics.median(waits):.1f} s, p95 {p95:.1f} s")  # fmt: skip


def main() -> int:
    """Attack, wait, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    choose = random.Random(arguments.seed)
    say(f"seed {arguments.seed}, {arguments.minutes:g} minutes, {arguments.workers} workers")
    with tempfile.TemporaryDirectory(prefix="trainyard-chaos-") as name:
        home = Path(name) / "home"
        home.mkdir()
        database_url = f"sqlite:///{home / 'trainyard.db'}"
        product = Product(home, arguments.workers)
        broken: list[str] = []
        try:
            product.start()
            api = Api(product.address, product.make_token())
            dataset = api.upload(mixed_csv(2000))
            wait_for(
                "the dataset is read", lambda: api.state_of(f"/datasets/{dataset}") == "ready"
            )
            load, faults = Load(api, dataset, choose), Faults(product, choose)
            attack(load, faults, choose, arguments.minutes)
            say("calm")
            faults.heal()
            settle(product, load)
            report(load, faults, database_url)
        except (TimeoutError, AssertionError) as problem:
            broken.append(str(problem))
        finally:
            stayed = product.stop()
        broken += [f"the process {process} stayed" for process in stayed]
        broken += find_faults(database_url, home / "files", load.submitted, load.deleted)
        for words in broken:
            say(f"BROKEN: {words}")
        if broken:
            say("the end of the product's log:\n" + product.log.read_text()[-3000:])
    say("every rule held" if not broken else f"{len(broken)} rules were broken")
    return bool(broken)


if __name__ == "__main__":
    raise SystemExit(main())
