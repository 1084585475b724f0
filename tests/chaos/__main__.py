"""Run the product under faults: ``make chaos MINUTES=2 SEED=7``; exit code 1 for a broken rule.

With ``--rounds N`` it runs the kill loop instead: N jobs, each of which meets one kill.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import Batch, JobAttempt
from tests.chaos.attack import attack, judge, probe_cancel, probe_outage, say, settle
from tests.chaos.database import Postgres, Sqlite
from tests.chaos.faults import Faults
from tests.chaos.load import Load
from tests.chaos.product import Product
from tests.chaos.recovery_times import by_kind, find_late, in_words, is_alone, measure
from tests.chaos.rounds import Rounds
from tests.engine.tables import mixed_csv


def read_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--log", type=Path, help="keep the product's own output there")
    return parser.parse_args()


def report(load: Load, faults: Faults) -> list[str]:
    """Print what was done and how long it took to go on; return what took too long."""
    kinds = Counter(made.kind for made in faults.made)
    say(f"{load.sent} jobs and batches, {load.acts} acts on them, {len(faults.made)} faults: "
        + ", ".join(f"{n} x {name}" for name, n in kinds.most_common()))  # fmt: skip
    spoiled = ", ".join(f"{n} {mode}" for mode, n in faults.product.proxy.counts.items())
    say(f"requests to the broker that were spoiled: {spoiled}")
    with Session(create_engine(faults.database.url)) as session:
        ends = Counter(session.scalars(select(JobAttempt.ended_by)).all())
        told = session.execute(select(Batch.n_jobs, Batch.plan_message)).all()
    for n_jobs, message in told:
        say(f"a batch of {n_jobs} jobs ended: {message}")
    say(f"{len(faults.winners)} children that fitted a best one were killed")
    say("attempts: " + ", ".join(f"{n} {name}" for name, n in ends.most_common()))
    found = measure(faults.database.url, faults.hurts)
    for kind, ones in sorted(by_kind(found).items()):
        seconds = [one.to_attempt_s for one in ones]
        say(f"from the fault to the next attempt, {kind}: {in_words(seconds)}")
        if folds := [o.to_fold_s for o in ones if o.to_fold_s is not None]:
            say(f"from the fault to the next fold, {kind}: {in_words(folds)}")
    alone = sum(is_alone(one, faults.made) for one in found)
    say(f"{alone} of {len(found)} had no other fault beside them, and are held against a limit")
    return find_late(found, faults.made)


def run(options: argparse.Namespace, product: Product, faults: Faults, load: Load) -> list[str]:
    """Attack, wait for calm, and return the broken rules."""
    broken: list[str] = []
    try:
        product.start()
        load.begin(product.make_token(), mixed_csv(1000))
        if options.rounds:
            rounds = Rounds(load, faults)
            rounds.run(options.seed, options.rounds)
            broken += rounds.broken
        else:
            attack(load, faults, options.seed, 60 * options.minutes)
        say("calm")
        faults.heal()
        broken += settle(product, load)
        probe_cancel(load)
        probe_outage(product, load, faults.database)
        broken += settle(product, load)
        broken += report(load, faults)
    except (TimeoutError, AssertionError) as problem:
        broken.append(str(problem))
        faults.heal()
    return broken + judge(product, load, faults.database.url, product.home / "files")


def main() -> int:
    """Run, and say which rules were broken."""
    options = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything is stopped
    say(f"seed {options.seed}, {options.database}, {options.workers} workers")
    with tempfile.TemporaryDirectory(prefix="trainyard-chaos-") as name:
        folder = Path(name)
        (home := folder / "home").mkdir()
        is_sqlite = options.database == "sqlite"
        database = Sqlite(home) if is_sqlite else Postgres(folder / "postgres")
        database.start()
        product = Product(home, options.workers, database.url, options.seed)
        faults, load = Faults(product, database), Load(product.port, options.seed)
        stayed: list[str] = []
        try:
            broken = run(options, product, faults, load)
        finally:
            stayed = product.stop()
            faults.engine.dispose()
            database.stop()
            if options.log:
                options.log.write_bytes(product.log.read_bytes())
        broken += [f"process {process} stayed" for process in stayed]
        for words in broken:
            say(f"BROKEN: {words}")
        if broken:
            say("the end of the product's log:\n" + product.log.read_text()[-3000:])
    say("every rule held" if not broken else f"{len(broken)} rules were broken")
    return bool(broken)


if __name__ == "__main__":
    raise SystemExit(main())
