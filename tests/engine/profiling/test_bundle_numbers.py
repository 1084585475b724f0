"""Numbers with signs, trained on and predicted: in Trainyard and by the bundle alike."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tasks.engine.folds.splitting import hash_data
from tasks.engine.table.loading import load_cells
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.clean_process import run
from tests.engine.training.test_bundles import make_bundle

RNG = np.random.default_rng(5)
SIZE = RNG.uniform(1_000, 9_000, 90)
RATE = RNG.uniform(1, 30, 90)
PRICE = SIZE * 120 + RATE * 900


def priced_csv(*, plain: bool = False) -> str:
    """Return a table of areas, rates, flags and prices, with signs or as plain numbers."""
    lines = ["area,rate,listed,note,price"]
    flags = ["TRUE", "False", "1", "0"]
    for n, (size, rate, price) in enumerate(zip(SIZE, RATE, PRICE, strict=True)):
        flag, note = flags[n % 4], "NA" if n % 9 == 0 else f"n{n % 5}"
        if plain:
            lines.append(f"{size:.1f},{rate:.2f},{flag},{note},{price:.0f}")
        else:
            lines.append(f'"{size:,.1f} m²",{rate:.2f}%,{flag},{note},"${price:,.0f}"')
    return "\n".join(lines) + "\n"


def test_bundle_reads_thousands_percent_and_money_as_in_training(tmp_path: Path) -> None:
    result, folder = make_bundle(
        tmp_path, "Ridge", "price", "regression", text=priced_csv(), split={"folds": 3}
    )
    kinds = {c["name"]: c["kind"] for c in result.schema["columns"]}
    assert kinds == {"area": "number", "rate": "number", "listed": "boolean", "note": "category",
                     "price": "number"}  # fmt: skip
    assert result.score > 0.95
    source = tmp_path / "table.csv"
    done = run(folder / "predict.py", str(source))
    assert (done.returncode, done.stderr) == (0, "")
    predicted = [float(row["prediction"]) for row in csv.DictReader(done.stdout.splitlines())]
    np.testing.assert_allclose(predicted, PRICE, rtol=0.2)
    trained = run(folder / "train.py", str(source))
    assert trained.returncode == 0, trained.stderr
    again = run(folder / "predict.py", str(source), "--model", "retrained.joblib")
    assert again.stdout == done.stdout
    columns = json.loads((folder / "metadata.json").read_text())["schema"]["columns"]
    written = {c["name"]: (c.get("thousands"), c.get("symbols"), c.get("unit")) for c in columns}
    assert written["price"] == (",", True, None)
    assert written["area"] == (",", None, "m²")


@pytest.mark.parametrize("target", [("price", "regression"), ("listed", "classification")])
def test_signs_change_nothing_in_what_is_learned(tmp_path: Path, target: tuple[str, str]) -> None:
    scores = []
    estimator = "Ridge" if target[1] == "regression" else "GaussianNB"
    for plain in (True, False):
        folder = tmp_path / str(plain)
        folder.mkdir()
        spec, columns = make_spec(folder, *target, estimator, text=priced_csv(plain=plain))
        packed = load_cells(folder / "table.parquet", spec.columns_needed)
        result = train(spec, packed)
        assert hash_data({n: c for n, c in columns.items() if n != "__line__"}) == result.data_hash
        assert result.classes in (None, ["False", "TRUE"])
        scores.append(result.score)
    assert scores[0] == pytest.approx(scores[1], rel=1e-9)
