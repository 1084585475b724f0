"""What every kind of chore is: what the child is given, and what is written when it ends."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from dashboard.chores.service import ChoreClaim


class ChoreKind(ABC):
    """One chore that is being done."""

    work: ClassVar[str]

    def __init__(self, claim: ChoreClaim) -> None:
        self.claim = claim

    @abstractmethod
    def payload(self) -> dict[str, Any] | None:
        """Return what the child needs; None when the subject is gone."""

    @abstractmethod
    def progress(self, fraction: float, message: str) -> bool:
        """Write how far it is; False when it is no longer wanted."""

    def take(self, event: Mapping[str, Any]) -> bool:
        """Take an event of its child that is not the last; False when it is no longer wanted."""
        return self.progress(event["fraction"], event["message"])

    @abstractmethod
    def finish(self, values: dict[str, Any]) -> None:
        """Write what came of it."""

    @abstractmethod
    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write that nothing came of it, and why."""

    def clean_up(self) -> None:
        """Delete what its child wrote that nobody wants any more; the child is gone by then."""
        return  # most write nothing before they are asked to finish

    def exceeded(
        self, memory_bytes: Callable[[], int], seconds: float
    ) -> Mapping[str, Any] | None:
        """Return why its child is to be stopped: it takes too long, or too much memory."""
        return None
