"""Fuzzing in small, in every run: the seeds, all that was ever found, and some changed seeds."""

import random
from pathlib import Path

import pytest

from tests.fuzz.judging import judge
from tests.fuzz.seeds import mutate, seeds

FOUND = sorted(
    path for path in (Path(__file__).parent / "found").iterdir() if path.name != ".gitkeep"
)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_is_mended(path: Path) -> None:
    judge(path.read_bytes())


def test_seeds_are_read_or_refused() -> None:
    refused = [judge(data).refused for data in seeds()]
    assert 10 < sum(refused) < len(refused) - 10


@pytest.mark.parametrize("seed", range(8))
def test_changed_seeds_are_read_or_refused(seed: int) -> None:
    rng, pool = random.Random(seed), seeds()
    for _ in range(60):
        judge(mutate(rng, pool))
