"""Many jobs' numbers in a field of a form, so that a confirmation is of those that were shown."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from itertools import accumulate, pairwise

MOST_BYTES = 20_000_000  # of what is unpacked: some millions of numbers


def pack(ids: Sequence[int]) -> str:
    """Write numbers that ascend in few letters: the steps between them, squeezed."""
    steps = (later - earlier for earlier, later in pairwise([0, *ids]))
    return urlsafe_b64encode(zlib.compress(" ".join(map(str, steps)).encode())).decode()


def unpack(text: str) -> set[int]:
    """Read what `pack` wrote; what is anything else is no number at all."""
    try:
        steps = zlib.decompressobj().decompress(urlsafe_b64decode(text), MOST_BYTES)
        return set(accumulate(map(int, steps.split())))
    except (ValueError, zlib.error):
        return set()
