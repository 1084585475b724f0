"""What `make test` keeps of many cases is as much as asked, spread, and never nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sampling import chosen

ROOT = Path(__file__).parent.parent.parent
DASHBOARD = ROOT / "tests" / "dashboard"


@pytest.mark.parametrize("turn", [0, 1, 7, 4_000_000_000])
@pytest.mark.parametrize(("total", "kept"), [(1, 1), (2, 1), (3, 2), (4, 2), (45, 15), (134, 8)])
def test_as_many_are_kept_as_asked_and_far_from_each_other(
    total: int, kept: int, turn: int
) -> None:
    found = sorted(chosen(total, kept, turn))
    assert len(found) == kept
    assert found[0] >= 0
    assert found[-1] < total
    gaps = [after - before for before, after in zip(found, found[1:], strict=False)]
    assert all(total // kept <= gap <= total // kept + 1 for gap in gaps)


def test_few_are_all_kept_and_turns_keep_each_once() -> None:
    assert chosen(3, 5) == {0, 1, 2}
    assert set().union(*(chosen(6, 2, turn) for turn in range(3))) == set(range(6))


def test_sqlite_is_always_asked_and_postgres_where_it_is_marked() -> None:
    asked = {"recipes/test_recipes.py": {"sqlite", "postgres"}, "jobs/test_marking.py": {"sqlite"}}
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-q",
         "--collect-only", "-m", "not long", *(str(DASHBOARD / module) for module in asked)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    found = {
        module: {
            name
            for name in ("sqlite", "postgres")
            if any(f"{module}::" in line and name in line for line in told)
        }
        for module in asked
    }
    assert found == asked
