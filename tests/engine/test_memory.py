"""Memory that was freed goes back to the system."""

import psutil

from tasks.engine.memory import give_back


def test_what_lies_between_pieces_in_use_is_given_back() -> None:
    pieces = [bytes(3000) for _ in range(60_000)]
    kept = pieces[::40]
    del pieces
    before = psutil.Process().memory_info().rss
    give_back()
    assert psutil.Process().memory_info().rss < before - 80_000_000
    assert len(kept) == 1500
