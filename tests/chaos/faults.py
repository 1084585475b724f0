"""What is done to the product: each fault has a name, heals by itself, and notes whom it hurt."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.database import Postgres, Sqlite
from tests.chaos.plan import PlannedFault, choose
from tests.chaos.product import DISPATCHER, LIGHT, TRAIN, WEB, Product
from tests.chaos.proxy import MODES

FROZEN_S = 40.0  # longer than LOST_AFTER_S
FROZEN = ("worker", "training child", "dispatcher", "web worker", "light worker", "broker")
KILL_S = 15.0  # what was killed may be away so long
CHILD_ONLY = frozenset({"kill training child", "kill fork server"})


@dataclass(frozen=True)
class Made:
    """A fault that was made: from when to when it may have an effect, since the epoch."""

    at: float
    kind: str
    until: float


@dataclass(frozen=True)
class Hurt:
    """An attempt that a fault has stopped, and when; seconds since the epoch."""

    kind: str
    at: float
    job_id: int
    attempt: int


class Faults:
    """Makes faults; `made` and `hurts` tell what was done."""

    def __init__(self, product: Product, database: Sqlite | Postgres) -> None:
        self.product, self.database = product, database
        self.engine = create_engine(database.url, pool_pre_ping=True)
        self.made: list[Made] = []
        self.victim: psutil.Process | None = None  # of the last fault
        self.hurts: list[Hurt] = []
        self.winners: set[int] = set()  # jobs made of a best one whose child was killed
        self.frozen: set[psutil.Process] = set()
        self.threads: list[threading.Thread] = []
        self.calm = threading.Event()
        find, below = product.find, product.below
        self.victims: dict[str, Callable[[], list[psutil.Process]]] = {
            "training child": product.training_children,
            "fork server": product.fork_servers,
            "worker": lambda: find(TRAIN),
            "light worker": lambda: find(LIGHT),
            "dispatcher": lambda: find(DISPATCHER),
            "web": lambda: find(WEB),
            "web worker": lambda: below(WEB),
            "broker": self._find_broker,
        }

    @property
    def kills(self) -> list[str]:
        """The faults that end a process; the broker has a fault of its own, which restarts it."""
        return [f"kill {name}" for name in self.victims if name != "broker"]

    @property
    def kinds(self) -> list[str]:
        """Every fault that can be made."""
        freezes = [f"freeze {name}" for name in FROZEN]
        broker = [f"broker {mode}" for mode in MODES]
        return [*self.kills, *freezes, *broker, "empty the broker", "database away"]

    def make(
        self, fault: PlannedFault, job_id: int | None = None, *, at_work: bool = False
    ) -> bool:
        """Make a fault, where asked only on what trains (a job); False when there is nothing."""
        word, _, name = fault.kind.partition(" ")
        began, seconds = time.time(), FROZEN_S if word == "freeze" else KILL_S
        self.victim = None
        if fault.kind == "empty the broker":
            seconds = 3 * fault.size
            self._in_background(self._restart_broker, seconds)
        elif fault.kind == "database away":
            # Most outages are short; one in five lasts a minute.
            seconds = 60 if fault.size > 0.8 else 2 + 15 * fault.size
            self._in_background(self.database.take_away, seconds)
        elif word == "broker":
            seconds = 2 + 6 * fault.size
            self.product.proxy.misbehave(name, seconds)
        elif not self._hurt(
            fault, word, self._for_job(self.victims[name](), job_id, at_work=at_work)
        ):
            return False
        self.made.append(Made(began, fault.kind, time.time() + seconds))
        return True

    def kill_winner(self) -> int | None:
        """Kill what trains a job that a batch made of its best one, each such job once."""
        statement = text(
            "SELECT jobs.id FROM jobs JOIN batches ON batches.final_job_id = jobs.id "
            "WHERE jobs.lease IS NOT NULL AND jobs.stage = 'final'"
        )
        try:
            with self.engine.connect() as connection:
                found = set(connection.scalars(statement)) - self.winners
        except SQLAlchemyError:
            return None
        for job_id in found:
            fault = PlannedFault(0, "kill training child", 0.0, 0.0)
            if self.make(fault, job_id):
                self.winners.add(job_id)
                return job_id
        return None

    def _for_job(
        self, victims: list[psutil.Process], job_id: int | None, *, at_work: bool
    ) -> list[psutil.Process]:
        if job_id is None and not at_work:
            return victims
        held = [(v, self._attempt_of(v)) for v in victims]
        return [v for v, found in held if found and job_id in (None, found[0])]

    def _hurt(self, fault: PlannedFault, word: str, victims: list[psutil.Process]) -> bool:
        if not victims:
            return False
        victim = choose(fault.pick, victims)
        hurt = self._attempt_of(victim)
        try:
            victim.send_signal(signal.SIGKILL if word == "kill" else signal.SIGSTOP)
        except psutil.Error:
            return False
        self.victim = victim
        if hurt and fault.kind != "freeze training child":  # that one goes on when it is thawed
            self.hurts.append(Hurt(fault.kind, time.time(), *hurt))
        if word == "freeze":
            self.frozen.add(victim)
            self._in_background(self._thaw_later, victim)
        return True

    def _attempt_of(self, process: psutil.Process) -> tuple[int, int] | None:
        """Return job and attempt that a process works for; None when it works for none."""
        name = self.product.worker_of(process)
        statement = text("SELECT id, attempt, worker FROM jobs WHERE lease IS NOT NULL")
        try:
            with self.engine.connect() as connection:
                for job_id, attempt, worker in connection.execute(statement):
                    if name and worker.rpartition("/")[2] == name:
                        return job_id, attempt
        except SQLAlchemyError:
            return None  # the database is away
        return None

    def _find_broker(self) -> list[psutil.Process]:
        broker = self.product.broker
        try:
            return [psutil.Process(broker.pid)] if broker and broker.poll() is None else []
        except psutil.Error:
            return []

    def is_overcome(self) -> bool:
        """Tell whether the job that was hurt last is in another attempt, over or deleted."""
        hurt = self.hurts[-1]
        statement = text("SELECT attempt, finished_at FROM jobs WHERE id = :id")
        with self.engine.connect() as connection:
            found = connection.execute(statement, {"id": hurt.job_id}).one_or_none()
        return found is None or found[0] > hurt.attempt or found[1] is not None

    def end_last(self) -> None:
        """Note that the last fault has no effect any more."""
        self.made[-1] = replace(self.made[-1], until=time.time())

    def is_gone(self) -> bool:
        """Tell whether the process that the last fault killed has ended; True for no process."""
        try:
            return self.victim is None or self.victim.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def wait(self) -> None:
        """Wait until every fault that ends by itself has ended."""
        for thread in self.threads:
            thread.join(90)

    def heal(self) -> None:
        """Undo what would not end by itself soon, and wait for it."""
        self.calm.set()
        self.wait()
        self.product.proxy.misbehave("delays", 0)

    def _in_background(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self.threads.append(thread)

    def _thaw_later(self, process: psutil.Process) -> None:
        self.calm.wait(FROZEN_S)
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)
        self.frozen.discard(process)

    def _restart_broker(self, away_s: float) -> None:
        self.product.kill_broker()
        time.sleep(away_s)
        self.product.start_broker()
