"""Profiles: each column's kind and numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.table.coercion import (
    SchemaError,
    TargetError,
    features_from_text,
    target_from_text,
)
from tests.engine.tables import mixed_csv, read


def kinds(text: str, folder: Path) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in read(text, folder)[2]}


def test_kinds_of_the_mixed_table(tmp_path: Path) -> None:
    assert kinds(mixed_csv(), tmp_path) == {
        "id": "identifier", "age": "number", "income": "number", "city": "category",
        "shop": "category", "member": "boolean", "since": "date", "comment": "text",
        "y_class": "category", "y_number": "number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["007", "012", "031"], "category"),
        (["12345678901234567", "22345678901234567", "1"], "category"),
        (["1", "0", "1"], "boolean"),
        (["x", "x", "x"], "constant"),
        (["1.5", "NA", "2e3"], "number"),
        (["31.12.2024", "01.01.2025", "15.03.2025"], "date"),
        (["01/02/2024", "03/04/2024", "05/06/2024"], "category"),
        (["13/02/2024", "03/04/2024", "05/06/2024"], "date"),
        (["1_000", "2_000", "3_000"], "category"),
        (["inf", "1", "2"], "category"),
    ],
)
def test_doubtful_columns_are_not_numbers_or_dates(
    cells: list[str], kind: str, tmp_path: Path
) -> None:
    text = "a,b\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(cells))
    assert kinds(text, tmp_path)["a"] == kind


def test_consecutive_numbers_only_number_the_rows(tmp_path: Path) -> None:
    text = "no,v\n" + "".join(f"{n},{n % 7}\n" for n in range(1, 41))
    assert kinds(text, tmp_path) == {"no": "identifier", "v": "number"}


def test_numbers_of_a_profile_are_those_of_pandas(tmp_path: Path) -> None:
    column = next(c for c in read(mixed_csv(), tmp_path)[2] if c["name"] == "income")
    known = pd.read_csv(tmp_path / "table.csv", keep_default_na=True)["income"].dropna()
    assert column["missing"] == 120 - len(known)
    assert column["distinct"] == known.nunique()
    for name, value in (("min", known.min()), ("max", known.max()), ("median", known.median()),
                        ("mean", known.mean()), ("std", known.std())):  # fmt: skip
        assert column[name] == pytest.approx(value, rel=1e-12)


SCHEMA: dict[str, Any] = {
    "columns": [
        {"name": "n", "kind": "number", "decimal": ","},
        {"name": "b", "kind": "boolean", "true": "ja", "false": "nein"},
        {"name": "c", "kind": "category", "values": ["red"]},
        {"name": "d", "kind": "date", "format": "%d.%m.%Y"},
        {"name": "y", "kind": "number", "decimal": ","},
    ],
    "features": ["n", "b", "c", "d"],
    "target": "y",
    "task": "regression",
}


def test_cells_become_values_and_what_cannot_is_reported() -> None:
    text = pd.DataFrame(
        {
            "n": ["1,5", " 2 ", "x"],
            "b": ["ja", "nein", "?"],
            "c": ["red", "blue", None],
            "d": ["02.01.1970", "31.12.2024", "soon"],
            "extra": ["1", "2", "3"],
        },
        dtype=object,
    )
    X, warnings = features_from_text(text, SCHEMA)
    np.testing.assert_array_equal(X["n"], [1.5, 2.0, np.nan])
    np.testing.assert_array_equal(X["b"], [1.0, 0.0, np.nan])
    np.testing.assert_array_equal(X["d__days"], [1.0, 20088.0, np.nan])
    assert list(X["c"][:2]) == ["red", "blue"]
    assert X["c"].isna()[2]
    assert {(w["code"], w["column"]) for w in warnings} == {
        ("NOT_READABLE", "n"), ("UNSEEN_CATEGORY", "c"), ("NOT_READABLE", "d"),
    }  # fmt: skip
    assert "extra" not in X


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(SchemaError) as refusal:
        features_from_text(pd.DataFrame({"n": ["1"]}, dtype=object), SCHEMA)
    assert refusal.value.columns == ["b", "c", "d"]


def test_target_of_text_is_refused_with_its_first_value() -> None:
    with pytest.raises(TargetError) as refusal:
        target_from_text(pd.Series(["1,5", "N/A", "$3"], dtype=object), SCHEMA)
    assert (refusal.value.value, refusal.value.position, refusal.value.count) == ("$3", 2, 1)
