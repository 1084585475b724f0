"""Memory that is no longer used, given back to the system."""

import contextlib
import ctypes
import functools
import gc
from collections.abc import Callable, Iterator

import pyarrow as pa

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of malloc.h
MANY = 50_000  # new objects, after which garbage is looked for where most of them are kept


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """Look for garbage seldom within the block: what is kept of many columns is looked through."""
    former = gc.get_threshold()
    gc.set_threshold(MANY, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)


def keep_little() -> None:
    """Let the C library keep less of what this process frees, from now on.

    It has a heap for each thread, and takes ever larger pieces from it, so that what is freed lies
    between pieces that are in use: of a table of 20,000 columns some 100 MB. It costs time where
    large pieces come and go: a long table takes a third more.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", lambda _what, _value: None)
    set_option(M_ARENA_MAX, 1)
    set_option(M_MMAP_THRESHOLD, 1 << 20)
    set_option(M_TRIM_THRESHOLD, 1 << 22)


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
