"""Out-of-fold rows are found as pandas finds them, whichever kind of job they are of."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.rows.scored import ScoredQuery, ScoredRows

N = 45_000  # more than one piece
CLASSES = ["maybe", "no", "yes"]


def frame(kind: str | None) -> pd.DataFrame:
    """Make rows in three folds; `kind` is what ranks the classes, "numbers" for regression."""
    rng = np.random.default_rng(0)
    rows = np.concatenate([np.flatnonzero(np.arange(N) % 3 == fold) for fold in range(3)])
    found: dict[str, Any] = {"row": rows, "line": rows + 2, "fold": rows % 3 + 1}
    if kind == "numbers":
        actual = rng.normal(100, 20, N)
        return pd.DataFrame(found | {"actual": actual, "prediction": actual + rng.normal(0, 5, N)})
    ranks = rng.dirichlet([1, 1, 1], N) if kind == "probability" else rng.normal(size=(N, 3))
    names = np.array(CLASSES, object)
    found |= {"actual": names[rng.integers(0, 3, N)], "prediction": names[ranks.argmax(axis=1)]}
    if kind is not None:
        found |= {f"{kind}_{n}": ranks[:, n] for n in range(3)}
    return pd.DataFrame(found)


def with_error(data: pd.DataFrame, kind: str | None) -> pd.DataFrame:
    """Work out each row's error the slow way."""
    if kind == "numbers":
        return data.assign(error=(data["prediction"] - data["actual"]).abs())
    if kind is None:
        return data.assign(error=(data["actual"] != data["prediction"]).astype(float))
    errors = []
    for row in data.to_dict("records"):
        ranks = {name: row[f"{kind}_{n}"] for n, name in enumerate(CLASSES)}
        own = ranks.pop(row["actual"])
        errors.append(1 - own if kind == "probability" else max(ranks.values()) - own)
    return data.assign(error=errors)


@pytest.fixture(params=["probability", "margin", None, "numbers"], ids=str)
def known(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ScoredRows, pd.DataFrame]:
    data = frame(request.param)
    data.to_parquet(tmp_path / "rows.parquet", index=False)
    classes = [] if request.param == "numbers" else CLASSES
    return ScoredRows(tmp_path / "rows.parquet", classes), with_error(data, request.param)


def test_orders_and_pages_are_those_of_pandas(known: tuple[ScoredRows, pd.DataFrame]) -> None:
    scored, data = known
    by_error = data.sort_values("error", ascending=False, kind="stable").index
    found = scored.find(ScoredQuery(order="worst"), offset=100, limit=50)
    assert (list(found.positions), found.matched) == (by_error[100:150].tolist(), N)
    best = data.sort_values("error", kind="stable").index
    found = scored.find(ScoredQuery(order="best"), offset=30_000, limit=10)
    assert list(found.positions) == best[30_000:30_010].tolist()
    found = scored.find(ScoredQuery(order="row"), offset=0, limit=5)
    assert data.loc[list(found.positions), "row"].tolist() == [0, 1, 2, 3, 4]
    assert list(scored.find(ScoredQuery(), offset=N - 2, limit=5).positions) == [N - 2, N - 1]


def test_filters_are_those_of_pandas(known: tuple[ScoredRows, pd.DataFrame]) -> None:
    scored, data = known
    limit = float(data["error"].quantile(0.9)) or 1.0
    mask = (data["fold"] == 2) & (data["error"] >= limit)
    query: dict[str, Any] = {"fold": 2, "least_error": limit}
    if not scored.of_numbers:
        mask &= (data["actual"] == "no") & (data["prediction"] == "yes")
        query |= {"actual": "no", "predicted": "yes", "wrong": True}
    expected = np.flatnonzero(mask)
    assert len(expected) > 100
    found = scored.find(ScoredQuery(**query), offset=10, limit=30)
    assert (list(found.positions), found.matched) == (expected[10:40].tolist(), len(expected))
    rounds = scored.rounds(ScoredQuery(**query, order="worst"), 70)
    positions = [position for part in rounds for position in part]
    ordered = data[mask].sort_values("error", ascending=False, kind="stable")
    assert positions == ordered.index.tolist()


def test_rows_that_are_taken_say_all_about_themselves(
    known: tuple[ScoredRows, pd.DataFrame],
) -> None:
    scored, data = known
    positions = [44_000, 3, 21_000]
    told = scored.describe(scored.take(positions))
    assert [row["line"] for row in told] == data.loc[positions, "line"].tolist()
    assert [row["error"] for row in told] == pytest.approx(data.loc[positions, "error"].tolist())
    if scored.kind:
        expected = data.loc[3, [f"{scored.kind}_{n}" for n in range(3)]].tolist()
        assert list(told[1]["ranks"].values()) == pytest.approx(expected)
    else:
        assert told[1]["ranks"] is None


def test_tenths_hold_the_rows_between_their_edges(tmp_path: Path) -> None:
    data = frame("numbers")
    data.to_parquet(tmp_path / "rows.parquet", index=False)
    scored = ScoredRows(tmp_path / "rows.parquet", [])
    found = scored.find(ScoredQuery(tenth=10), offset=0, limit=N)
    assert found.matched == N / 10
    rest = data.drop(index=list(found.positions))
    assert data.loc[list(found.positions), "prediction"].min() >= rest["prediction"].max()


def test_what_no_row_can_hold_finds_none(known: tuple[ScoredRows, pd.DataFrame]) -> None:
    scored, _data = known
    for text in ("no such", "\ud800", "\0", "nan"):
        assert scored.find(ScoredQuery(predicted=text), offset=0, limit=5).matched == 0
