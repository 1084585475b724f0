"""What is done to the product, at random: each fault names itself and heals by itself."""

import contextlib
import random
import signal
import threading
import time
from collections.abc import Callable

import psutil

from tests.chaos.product import LIGHT, TRAIN, Product
from tests.chaos.proxy import MODES

FROZEN_S = 40.0  # longer than LOST_AFTER_S


class Faults:
    """Makes faults; every random choice comes from one generator."""

    def __init__(self, product: Product, choose: random.Random) -> None:
        self.product, self.choose = product, choose
        self.made: list[tuple[float, str]] = []
        self.healing: list[threading.Timer] = []
        self.kinds: dict[str, Callable[[], bool]] = {
            "kill training child": lambda: self._kill(product.training_children()),
            "kill worker": lambda: self._kill(product.find(TRAIN)),
            "kill light worker": lambda: self._kill(product.find(LIGHT)),
            "kill dispatcher": lambda: self._kill(product.find("dispatcher")),
            "kill web": lambda: self._kill(product.find("gunicorn")),
            "empty the broker": self._restart_broker,
            "freeze worker": lambda: self._freeze(product.find(TRAIN)),
            "freeze training child": lambda: self._freeze(product.training_children()),
            **{f"broker {mode}": lambda mode=mode: self._misbehave(mode) for mode in MODES},  # type: ignore[misc]
        }

    def make_one(self) -> str | None:
        """Make a fault chosen at random; None when there was nothing to hurt."""
        name = self.choose.choice(sorted(self.kinds))
        if not self.kinds[name]():
            return None
        self.made.append((time.time(), name))
        return name

    def heal(self) -> None:
        """Undo what would not end by itself soon, and wait for it."""
        for timer in self.healing:
            timer.cancel()
            timer.function()
        self.product.proxy.misbehave("delays", 0)

    def _kill(self, processes: list[psutil.Process]) -> bool:
        if not processes:
            return False
        with contextlib.suppress(psutil.Error):
            self.choose.choice(processes).kill()
        return True

    def _freeze(self, processes: list[psutil.Process]) -> bool:
        if not processes:
            return False
        process = self.choose.choice(processes)
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGSTOP)

        def thaw() -> None:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGCONT)

        timer = threading.Timer(FROZEN_S, thaw)
        timer.daemon = True
        timer.start()
        self.healing.append(timer)
        return True

    def _restart_broker(self) -> bool:
        self.product.kill_broker()
        time.sleep(self.choose.uniform(0, 3))
        self.product.start_broker()
        return True

    def _misbehave(self, mode: str) -> bool:
        self.product.proxy.misbehave(mode, self.choose.uniform(2, 8))
        return True
