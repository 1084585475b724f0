"""Arrow's cells and Python's agree on each: numbers, space, missing, hashes, typed values."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.folds.splitting import hash_data
from tasks.engine.table import cells as arrow
from tasks.engine.table import coercion, tables
from tasks.engine.table.cell_text import number_of
from tasks.engine.table.loading import load_cells, training_data
from tests.engine.profiling.conftest import write_table
from tests.sampling import examples

WRITTEN = [
    (d, t, s) for d in ".," for t in ("", ".", ",", " ", "'", "٬") if d != t for s in (0, 1)
]
NUMBERS = st.text("0123456789.,-+−–eE $%()'€ \u00a0\u2007x٢۳٫٬_", max_size=9)
SPECIAL = st.sampled_from(
    ["1,050,000", "$1,050", "1e999", "1e-999", "inf", "nan", "NA", " 5", "-", "12.5%", "(3)", "+7",
     "1.234,5", "0x1", "12345678901234567890", "1 234", "00", "\n1", "2026-01-05", "yes",
     "2026-01-05T23:30:00+02:00", "2026-01-05T23:30:00Z",
     "Infinity", "١٬٢٣٤٫٥", "$(12.00)", "%5"]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
FAST = settings(deadline=None, max_examples=examples(60))


@FAST
@given(st.lists(NUMBERS | SPECIAL, max_size=12), st.sampled_from(WRITTEN))
def test_numbers_are_the_same(texts: list[str], written: tuple[str, str, bool]) -> None:
    stripped = [text.strip() for text in texts]
    found = arrow.parse_numbers(pa.array(stripped, pa.string()), written)
    np.testing.assert_array_equal(found, [number_of(text, *written) for text in stripped])
    together = coercion.numbers(np.array([*stripped, None], dtype=object), *written)
    np.testing.assert_array_equal(found, together[:-1])


@FAST
@given(st.lists(st.none() | ANY_TEXT | SPECIAL, max_size=8), st.integers(0, 3))
def test_what_is_missing_is_the_same(texts: list[str | None], offset: int) -> None:
    array = pa.array(texts, pa.string())[offset:]
    kept, where = arrow.present(array, coercion.MISSING)
    cleaned = coercion.clean(np.array([*texts[offset:], None], dtype=object))[:-1]
    assert kept.to_pylist() == [cell for cell in cleaned if cell is not None]
    known = [cell is not None for cell in cleaned]
    assert known == (where.tolist() if where is not None else [True] * len(known))


@FAST
@given(st.lists(st.text(max_size=20).map(lambda t: t.encode("utf-8", "ignore").decode()),
                max_size=30), st.integers(0, 3))  # fmt: skip
def test_hashes_are_the_same_for_the_same_text_only(texts: list[str], offset: int) -> None:
    array = pa.array(texts, pa.string())[offset:]
    hashes = arrow.hash_cells(array)
    again = arrow.hash_cells(pa.array(["before", *texts[offset:]], pa.string())[1:])
    np.testing.assert_array_equal(hashes, again)
    assert len(set(hashes.tolist())) == len(set(texts[offset:]))
    assert len(arrow.edge_bits(array)) == len(array)


def test_texts_that_differ_in_a_byte_have_other_hashes() -> None:
    texts = [f"{n:0{width}}" for width in (7, 8, 9, 16, 17) for n in range(20_000)]
    assert len(np.unique(arrow.hash_cells(pa.array(texts)))) == len(texts)


COLUMNS: list[dict[str, Any]] = [
    {"name": "n", "kind": "number", "decimal": "."},
    {"name": "c", "kind": "number", "decimal": ",", "thousands": ".", "symbols": True},
    {"name": "b", "kind": "boolean", "true": "yes", "false": "no"},
    {"name": "m", "kind": "boolean", "true": "TRUE", "false": "no", "mixed": True},
    {"name": "k", "kind": "category", "values": ["yes", "1"]},
    {"name": "t", "kind": "text"},
    {"name": "d", "kind": "date", "format": "%Y-%m-%d"},
    {"name": "z", "kind": "date", "format": "ISO8601", "offset": 120},
]
NAMES = [column["name"] for column in COLUMNS]


@FAST
@given(
    st.lists(st.tuples(*[st.none() | SPECIAL | NUMBERS | ANY_TEXT] * len(NAMES)), min_size=1,
             max_size=10),
    st.sampled_from([("n", "regression"), ("k", "classification"), ("m", "classification"),
                     ("b", "regression")]),
    st.sampled_from([None, ["", "5", "NA"]]), st.booleans(),
)  # fmt: skip
def test_typed_values_and_hash_of_packed_cells_are_those_of_text(
    rows: list[tuple[str | None, ...]],
    target: tuple[str, str],
    missing: list[str] | None,
    is_coded: bool,
) -> None:
    columns = {
        name: list(cells) for name, cells in zip(NAMES, zip(*rows, strict=True), strict=True)
    }
    schema = {
        "columns": COLUMNS, "features": [n for n in NAMES if n != target[0]], "target": target[0],
        "task": target[1], "dialect": {} if missing is None else {"missing": missing},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = write_table(Path(folder) / "t", columns)
        packed, text = load_cells(path, NAMES), tables.load_columns(path, NAMES)
    np.testing.assert_array_equal(packed.pop(tables.LINE), text.pop(tables.LINE))
    if is_coded:
        for cells in packed.values():
            cells.array = cells.array.dictionary_encode()
    assert hash_data(packed) == hash_data(text)
    frame = pd.DataFrame(text, dtype=object)
    answers: list[Any] = []
    for way, given_columns in ((coercion.training_data, frame), (training_data, packed)):
        try:
            answers.append(way(given_columns, schema))
        except coercion.TargetError as wrong:
            answers.append(vars(wrong))
    if isinstance(answers[0], dict):
        assert answers[1] == answers[0]
        return
    (X, y, used, warnings), found = answers
    pd.testing.assert_frame_equal(found[0], X)
    assert pd.Series(found[1]).equals(pd.Series(y))
    np.testing.assert_array_equal(found[2], used)
    assert found[3] == warnings


def test_lines_and_cells_are_loaded_by_name_whatever_their_order(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t", {"x.y": ["1", None], "x": ["a", "b"], "z": ["5", "6"]})
    loaded = load_cells(path, ["z", "nothing", "x.y"])
    assert list(loaded) == [tables.LINE, "z", "x.y"]
    assert loaded[tables.LINE].tolist() == [2, 3]
    assert [loaded["x.y"][0], loaded["x.y"][1], len(loaded["z"])] == ["1", None, 2]
    assert np.asarray(loaded["z"], dtype=object).tolist() == ["5", "6"]
    assert loaded["z"].take(np.array([1]))[0] == "6"


def test_columns_of_a_wide_table_lie_together() -> None:
    names = [f"x{n}" for n in range(150)]
    described = [{"name": name, "kind": "number", "decimal": "."} for name in names]
    cells = {name: np.array([f"{n}.5", f"{n}"], dtype=object) for n, name in enumerate(names)}
    for count, together in ((150, True), (50, False)):
        features = names[:count]
        schema = {"dialect": {}, "columns": [*described, {"name": "y", "kind": "category"}],
                  "features": features, "target": "y", "task": "classification"}  # fmt: skip
        given_columns = {name: cells[name] for name in features} | {
            "y": np.array(["a", "b"], dtype=object)
        }
        X, _, _, _ = training_data(given_columns, schema)
        assert X["x7"].tolist() == [7.5, 7.0]
        # Else the whole is copied out of single columns.
        assert np.shares_memory(X.to_numpy(), X["x7"].to_numpy()) is together
