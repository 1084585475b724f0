"""Where a version came from, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.db import Dataset

KINDS = {"file": "A file", "paste": "Pasted rows", "sample": "A sample", "address": "An address"}


def source_of(dataset: Dataset) -> Mapping[str, Any]:
    """Return where a dataset came from, as others than the server may know it.

    What follows the question mark of an address may be a key that only the person has who had it
    fetched.
    """
    source = {"kind": "sample" if dataset.sample else "file", **dataset.source}
    if "address" in source:
        source["address"] = str(source["address"]).partition("?")[0]
    return source


def is_unfetched(dataset: Dataset) -> bool:
    """Tell whether a dataset's file was to be fetched from an address, and did not come."""
    is_far = dataset.source.get("kind") == "address"
    return is_far and dataset.original_key is None and dataset.state == "refused"


def say_absence(dataset: Dataset) -> str:
    """Say why a dataset has no file: it comes, or could not be fetched and never will."""
    if dataset.state == "reading":
        return "The file is not there yet. Try again in a few seconds"
    return f"{dataset.file_name} never came, so there is no file. Upload it, or fetch it again"


def say_source(version: Dataset, versions: Sequence[Dataset]) -> str:
    """Say where a version came from, and which earlier one has the same bytes.

    Parameters
    ----------
    version : Dataset
        The version.
    versions : sequence of Dataset
        All versions of its family, the newest first.
    """
    source = source_of(version)
    if source["kind"] == "version":
        of = next((v for v in versions if v.id == source.get("of")), None)
        return f"v{of.version}, read in another way" if of else "Read in another way"
    words = source.get("address") or KINDS.get(source["kind"], "A file")
    same = [
        v for v in versions
        if v.version < version.version and v.sha256 and v.sha256 == version.sha256
    ]  # fmt: skip
    return f"{words}, same bytes as v{same[-1].version}" if same else words
