"""Where a version came from, in words."""

from collections.abc import Sequence

from dashboard.db import Dataset

KINDS = {"file": "A file", "paste": "Pasted rows", "sample": "A sample", "address": "An address"}


def say_source(version: Dataset, versions: Sequence[Dataset]) -> str:
    """Say where a version came from, and which earlier one has the same bytes.

    Parameters
    ----------
    version : Dataset
        The version.
    versions : sequence of Dataset
        All versions of its family, the newest first.
    """
    source = version.source
    if source.get("kind") == "version":
        of = next((v for v in versions if v.id == source.get("of")), None)
        return f"v{of.version}, read in another way" if of else "Read in another way"
    words = KINDS.get("sample" if version.sample else source.get("kind", "file"), "A file")
    if source.get("kind") == "address":
        # What follows a question mark may be a key that only the person who fetched it has.
        words = str(source.get("address") or words).partition("?")[0]
    same = [
        v for v in versions
        if v.version < version.version and v.sha256 and v.sha256 == version.sha256
    ]  # fmt: skip
    return f"{words}, same bytes as v{same[-1].version}" if same else words
