"""Memory that was freed goes back to the system, and garbage is looked for."""

import gc

import psutil

from tasks.engine.memory import few_collections, give_back


def test_what_lies_between_pieces_in_use_is_given_back() -> None:
    pieces = [bytes(3000) for _ in range(60_000)]
    kept = pieces[::40]
    del pieces
    before = psutil.Process().memory_info().rss
    give_back()
    assert psutil.Process().memory_info().rss < before - 80_000_000
    assert len(kept) == 1500


def test_garbage_is_looked_for_seldom_within_a_block_alone() -> None:
    former = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # as a process begins; the tests look for it less often
    try:
        with few_collections():
            assert gc.get_threshold()[0] > 7000
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*former)
