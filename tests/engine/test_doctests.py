"""Examples in docstrings of the engine, and in ``docs/notebook.md``, say what is so."""

import doctest
import importlib
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "tasks" / "engine"
WITH_EXAMPLES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in ENGINE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
# What a data scientist calls from a notebook, so each has an example.
PUBLIC = {
    "tasks.engine.estimators.catalogue", "tasks.engine.scores.costs",
    "tasks.engine.scores.evaluation", "tasks.engine.scores.metrics", "tasks.engine.notebook",
    "tasks.engine.estimators.parameters", "tasks.engine.predicting.prediction",
    "tasks.engine.preprocessing.settings",
    "tasks.engine.folds.row_copies", "tasks.engine.search.space", "tasks.engine.model.source",
    "tasks.engine.folds.splitting", "tasks.engine.scores.thresholds", "tasks.engine.folds.usual",
}  # fmt: skip
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture(autouse=True)
def _flowers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder with the table that examples use, and go there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    for place in (tmp_path, tmp_path / "docs"):  # of docstrings, and of the guide
        shutil.copy(ROOT / "docs" / "flowers.csv", place)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    found = doctest.testmod(module, optionflags=OPTIONS, verbose=False)
    assert found.attempted
    assert not found.failed


def test_notebook() -> None:
    found = doctest.testfile(
        str(ROOT / "docs/notebook.md"), module_relative=False, optionflags=OPTIONS,
        encoding="utf-8",
    )  # fmt: skip
    assert found.attempted > 10
    assert not found.failed


def test_what_a_notebook_calls_has_examples() -> None:
    assert set(WITH_EXAMPLES) >= PUBLIC
