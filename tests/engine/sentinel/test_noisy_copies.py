"""A copy of the target with noise is told although other columns are strong too."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.engine.sentinel.test_looking import N, findings, honest

# Of 100 bad mushrooms 3 have no smell, as most good ones.
SMELLS = "f" * 55 + "y" * 15 + "s" * 15 + "c" * 5 + "p" * 7 + "n" * 3


def with_company(strength: float, copy: float) -> pd.DataFrame:
    """Return a table with a copy of the number, and columns that help, by their correlations."""
    table, rng = honest(), np.random.default_rng(3)
    y = table["y_number"]

    def noisy(correlation: float) -> pd.Series:
        spread = y.std() * np.sqrt(1 / correlation**2 - 1)
        return (y + rng.normal(0, spread, N)).round(4)

    table.insert(0, "fee", noisy(copy))
    for n in range(3):
        table[f"help_{n}"] = noisy(strength)
    return table


@pytest.mark.parametrize(
    ("tail", "how"),
    [
        (False, "as it is"), (False, "behind a power"), (False, "some missing"),
        (True, "as it is"), (True, "behind a power"),
    ],
)  # fmt: skip
def test_noisy_copy_of_a_number_is_a_leak(tail: bool, how: str, tmp_path: Path) -> None:
    table = with_company(0.9, 0.99)
    if tail:
        table["y_number"] = np.exp(table["y_number"] / 20).round(4)
    if how == "behind a power":
        table["fee"] = np.exp(table["fee"] / 30).round(6)
    if how == "some missing":
        table.loc[np.random.default_rng(5).random(N) < 0.1, "fee"] = np.nan
    (found,) = findings(tmp_path, table, "regression")
    assert (found.code, found.change) == ("TARGET_LEAK", {"exclude": ["fee"]})


@pytest.mark.parametrize(("names", "is_told"), [("12345678", True), ("abcdefgh", False)])
def test_noisy_copy_of_numbered_classes_is_a_leak(
    names: str, is_told: bool, tmp_path: Path
) -> None:
    table = with_company(0.93, 0.997)
    table["y_class"] = pd.qcut(table["y_number"], 8, labels=list(names)).astype(str)
    found = findings(tmp_path, table.drop(columns="y_number"), "classification")
    assert [(one.code, one.change) for one in found] == is_told * [
        ("TARGET_LEAK", {"exclude": ["fee"]})
    ]


def test_smell_that_tells_nearly_all_mushrooms_is_no_leak(tmp_path: Path) -> None:
    rows = []
    for is_good, smells in ((True, "n" * 68 + "a" * 16 + "l" * 16), (False, SMELLS)):
        rng = np.random.default_rng(int(is_good))
        for smell in smells * 8:
            spore, gill = (rng.random(2) < (0.9, 0.85)) == is_good
            rows.append((smell, "nk"[int(spore)], "bw"[int(gill)], rng.choice(list("cd"))))
    table = pd.DataFrame(rows, columns=["odor", "spore", "gill", "cap"])
    table["y_class"] = ["e"] * 800 + ["p"] * 800
    assert findings(tmp_path, table, "classification") == []


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("area", "helpers"),
    [(0.98, (0.85, 0.85, 0.1)), (0.975, (0.7, 0.45)), (0.98, (0.7, 0.45))],
)
def test_area_that_tells_a_price_honestly_is_no_leak(
    area: float, helpers: tuple[float, ...], seed: int, tmp_path: Path
) -> None:
    table, rng = honest(seed)[["c", "city", "y_number"]], np.random.default_rng(seed + 100)
    y = table["y_number"]
    for n, correlation in enumerate((area, *helpers)):
        spread = y.std() * np.sqrt(1 / correlation**2 - 1)
        table[f"size_{n}"] = (y + rng.normal(0, spread, N)).round(4)
    assert findings(tmp_path, table, "regression") == []


@pytest.mark.parametrize(("strength", "copy"), [(0.85, 0.95), (0.95, 0.985)])
def test_the_strongest_of_strong_columns_is_no_leak(
    strength: float, copy: float, tmp_path: Path
) -> None:
    found = findings(tmp_path, with_company(strength, copy), "regression")
    assert [one.code for one in found] == (copy**2 >= 0.97) * ["ONE_COLUMN"]


def test_smell_is_no_leak_because_a_copy_of_the_class_stands_beside_it(tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(4)
    is_yes = table["y_class"] == "yes"
    table["smell"] = np.where(rng.random(N) < 0.95, is_yes, rng.random(N) < 0.5).astype(int)
    table["help"] = np.where(rng.random(N) < 0.8, is_yes, rng.random(N) < 0.5).astype(int)
    table["more"] = table["help"] ^ (rng.random(N) < 0.1)
    found = findings(tmp_path, table.assign(closed=is_yes), "classification")
    assert [one.change for one in found] == [{"exclude": ["closed"]}]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise", [0.02, 0.1, 0.15])
@pytest.mark.parametrize("n", [100, N])
def test_copies_with_noise_are_told_every_time(
    n: int, noise: float, seed: int, tmp_path: Path
) -> None:
    table, rng = honest(seed).head(n), np.random.default_rng(seed + 50)
    y = table["y_number"]
    for is_bent in (False, True):
        told = np.exp(y / 15).round(3) if is_bent else y
        table = table.assign(
            y_number=told, fee=(told + rng.normal(0, noise * told.std(), n)).round(4)
        )
        for helper in ("a", "b"):  # others may be strong, too
            table[helper] = (y + rng.normal(0, 0.3 * y.std(), n)).round(4)
        (found,) = findings(tmp_path, table, "regression")
        assert found.code in {"TARGET_LEAK", "ONE_COLUMN"}
        assert found.change == {"exclude": ["fee"]}


def test_what_tells_nearly_all_is_asked_about(tmp_path: Path) -> None:
    table = with_company(0.95, 0.9875)
    (found,) = findings(tmp_path, table, "regression")
    assert (found.code, found.change) == ("ONE_COLUMN", {"exclude": ["fee"]})
    assert '"fee" alone tells nearly all of "y_number" (R2 0.97' in found.message
    assert 'is it known before "y_number" is? If not, leave it out' in found.message
    assert findings(tmp_path, table[["fee", "y_number"]], "regression") == []  # all there is


def test_a_risk_that_ranks_two_classes_almost_without_mistakes_is_asked_about(
    tmp_path: Path,
) -> None:
    table, rng = honest(), np.random.default_rng(8)
    is_yes = (table["y_class"] == "yes").to_numpy(float)
    for n in range(3):
        table[f"risk_{n}"] = (is_yes + rng.normal(0, 0.29 + 0.08 * n, N)).round(4)
    found = findings(tmp_path, table, "classification")
    asked = [(one.code, one.change) for one in found]
    assert asked == [("ONE_COLUMN", {"exclude": ["risk_0"]})]


def test_a_steady_trend_is_no_question_about_its_date(tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(9)
    table["day"] = pd.date_range("2020-01-01", periods=N).strftime("%Y-%m-%d")
    table["y_number"] = (np.arange(N) + rng.normal(0, 24, N)).round(3)
    for name in ("a", "b", "c"):  # others follow it as well
        table[name] = (np.arange(N) + rng.normal(0, 40, N)).round(3)
    found = findings(tmp_path, table, "regression")
    assert [one.code for one in found] == ["TIME_ORDER"]


def test_a_few_extreme_rows_carry_no_leak(tmp_path: Path) -> None:
    table = with_company(0.7, 0.8)
    table.loc[:5, ["y_number", "fee"]] = 1e6
    assert findings(tmp_path, table, "regression") == []


def test_rows_sorted_by_the_target_make_no_leak_of_a_column_with_few_numbers(
    tmp_path: Path,
) -> None:
    table = honest().sort_values("y_number", ignore_index=True)
    table["size"] = np.random.default_rng(2).integers(1, 4, N)
    found = findings(tmp_path, table, "regression")
    assert not [one for one in found if one.code == "TARGET_LEAK"]
