"""One look through the storage: leftovers are removed, what does not fit the records is reported.

It goes in slices, so that who looks can rest between them. First all files are listed, and each
is judged by what the records say; then the records whose files were not met are asked for theirs.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select

from dashboard.clock import now
from dashboard.extensions import db
from dashboard.retention.ownership import (
    RECORDS,
    Owner,
    Place,
    Verdict,
    find_highest,
    find_place,
    find_shared,
    judge,
    load_owners,
)
from dashboard.storage import FoundFile, Storage

FILES_AT_ONCE = 500
PROBLEMS_KEPT = 1000
KEY_LENGTH = 200
log = logging.getLogger(__name__)


class Seen:
    """Numbers that were met: one bit each, so that a million jobs take 125 KB."""

    def __init__(self) -> None:
        self.bits = bytearray()

    def add(self, number: int) -> None:
        """Remember the number of a row."""
        at = number >> 3
        if at >= len(self.bits):
            self.bits.extend(bytes(at + 1024 - len(self.bits)))
        self.bits[at] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        at = number >> 3
        return at < len(self.bits) and bool(self.bits[at] >> (number & 7) & 1)


@dataclass
class Findings:
    """What a look found. Of problems, the first thousand are kept and all are counted."""

    files: Counter[str] = field(default_factory=Counter)  # by area; "other" is nobody's
    size_bytes: Counter[str] = field(default_factory=Counter)
    left_over: int = 0
    left_over_bytes: int = 0
    orphan: int = 0
    missing: int = 0
    problems: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def add_problem(self, kind: str, key: str, size_bytes: int | None = None) -> None:
        """Count a problem and keep it, if there is room."""
        setattr(self, kind, getattr(self, kind) + 1)
        # A foreign name may hold what no database takes as text.
        text = key.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems[text[:KEY_LENGTH]] = (kind, size_bytes)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as they are stored with the look."""
        areas = {
            area: {"files": self.files[area], "bytes": self.size_bytes[area]}
            for area in (*RECORDS, "other")
        }
        return {
            "areas": areas,
            "left_over": self.left_over,
            "left_over_bytes": self.left_over_bytes,
            "orphan": self.orphan,
            "missing": self.missing,
        }


class Look:
    """One look through a storage.

    Parameters
    ----------
    storage : Storage
        Where to look.
    remove : bool, default True
        Delete what is left over; else it is only counted.
    """

    def __init__(self, storage: Storage, *, remove: bool = True) -> None:
        self.storage, self.remove = storage, remove
        self.findings = Findings()
        self.seen = {area: Seen() for area in RECORDS}

    def slices(self) -> Iterator[None]:
        """Look, and yield after each slice; no transaction is open then.

        Raises
        ------
        Unavailable
            When the storage does not answer.
        """
        files = iter(self.storage.list_files())
        while batch := list(islice(files, FILES_AT_ONCE)):
            self._look_at(batch)
            yield
        for area in RECORDS:
            behind = 0
            while ids := self._ids(area, behind):
                self._look_for_missing(area, [n for n in ids if n not in self.seen[area]])
                behind = ids[-1]
                yield

    def _look_at(self, batch: list[FoundFile]) -> None:
        places = [find_place(found) for found in batch]
        owners, highest, shared = self._load(batch, [place for place in places if place])
        moment = now()
        met: dict[tuple[str, int], set[str]] = {}
        for found, place in zip(batch, places, strict=True):
            area, number = (place.area, place.owner_id) if place else ("other", 0)
            verdict = judge(
                found, place, owners.get((area, number)),
                highest=highest.get(area, 0), moment=moment, shared=shared,
            )  # fmt: skip
            self._act(found, area, verdict)
            if (area, number) in owners:
                met.setdefault((area, number), set()).add(found.key)
        for (area, number), keys in met.items():
            self.seen[area].add(number)
            self._confirm_missing(area, number, owners[area, number].named - keys)

    def _load(
        self, batch: list[FoundFile], places: list[Place]
    ) -> tuple[dict[tuple[str, int], Owner], dict[str, int], set[str]]:
        """Read the records anew: after the files were listed, never before."""
        ids: dict[str, set[int]] = {}
        for place in places:
            ids.setdefault(place.area, set()).add(place.owner_id)
        db.session.remove()
        owners = {
            (area, number): owner
            for area, numbers in ids.items()
            for number, owner in load_owners(area, numbers).items()
        }
        highest = {area: find_highest(area) for area in ids}
        shared = find_shared(batch)
        db.session.remove()
        return owners, highest, shared

    def _act(self, found: FoundFile, area: str, verdict: Verdict) -> None:
        if verdict == Verdict.REMOVE and self.remove and not self._deletes(found):
            verdict = Verdict.ORPHAN  # an admin must see to it
        if verdict == Verdict.REMOVE:
            self.findings.left_over += 1
            self.findings.left_over_bytes += found.size_bytes
            if self.remove:
                return
        if verdict == Verdict.ORPHAN:
            area = "other"
            self.findings.add_problem("orphan", found.key, found.size_bytes)
        self.findings.files[area] += 1
        self.findings.size_bytes[area] += found.size_bytes

    def _deletes(self, found: FoundFile) -> bool:
        """Delete a file; False where that cannot be done: it keeps no other from being looked at.

        A storage that does not answer ends the look.
        """
        try:
            if found.unfinished:
                self.storage.discard_unfinished(found)
            else:
                self.storage.delete(found.key)
        except OSError as problem:
            log.warning("%s cannot be removed: %s", found.key, problem)
            return False
        return True

    def _ids(self, area: str, behind: int) -> list[int]:
        record = RECORDS[area]
        some = select(record.id).where(record.id > behind).order_by(record.id)
        ids = list(db.session.scalars(some.limit(FILES_AT_ONCE)))
        db.session.remove()
        return ids

    def _look_for_missing(self, area: str, ids: list[int]) -> None:
        owners = load_owners(area, ids) if ids else {}
        db.session.remove()
        for number, owner in owners.items():
            self._confirm_missing(area, number, owner.named)

    def _confirm_missing(self, area: str, number: int, keys: set[str]) -> None:
        """Report keys that nothing lies under, if the record names them still."""
        gone = [key for key in sorted(keys) if not self.storage.exists(key)]
        if not gone:
            return
        owner = load_owners(area, [number]).get(number)
        db.session.remove()
        for key in gone:
            if owner is not None and key in owner.named:
                self.findings.add_problem("missing", key)
