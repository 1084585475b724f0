"""Memory that is no longer used, given back to the system."""

import ctypes
import functools
from collections.abc import Callable

import pyarrow as pa


def give_back() -> None:
    """Give back what was freed and is still held, by Arrow and by the C library.

    The library keeps what lies between pieces that are in use. After many small ones, as the cells
    of a table of 20,000 columns are, that is a few hundred megabytes.
    """
    pa.default_memory_pool().release_unused()
    _trim()(0)


@functools.cache
def _trim() -> Callable[[int], object]:
    """Return the C library's function for that, which only that of GNU has."""
    return getattr(ctypes.CDLL(None), "malloc_trim", lambda _keep: None)
