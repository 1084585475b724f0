"""The same job gives the same model, byte for byte, in whichever process it is trained."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from tasks.engine.estimators.catalogue import list_estimators
from tasks.engine.model.same_bytes import write_joblib, write_skops

FEATURED = [entry.id for entry in list_estimators() if entry.featured]
PROGRAM = """
import hashlib, json, sys, warnings
from pathlib import Path

from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.model.same_bytes import write_joblib, write_skops
from tasks.engine.training import train
from tests.engine.tables import make_spec
from tests.engine.training.test_agreement import Unneeded
from tests.engine.training.test_every_estimator import fast_parameters

warnings.simplefilter("ignore")
folder, found = Path(sys.argv[1]), {}
for estimator in sys.argv[2:]:
    task = get_estimator(estimator).task
    target = "y_class" if task == "classification" else "y_number"
    parameters = fast_parameters(estimator)
    spec, columns = make_spec(folder, target, task, estimator, parameters=parameters)
    result = train(spec, columns, store=Unneeded())
    write_joblib(result.model, folder / "joblib")
    write_skops(result.model, folder / "skops")
    digests = [hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in ("joblib", "skops")]
    found[estimator] = [*digests, result.data_hash, result.split_hash]
print(json.dumps(found))
"""


def train_apart(folder: Path, hash_seed: str) -> dict[str, list[str]]:
    folder.mkdir()
    # With threads, which must not matter either.
    environ = os.environ | {"PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), *FEATURED],
        capture_output=True, text=True, check=True, env=environ,
    )  # fmt: skip
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.long
def test_two_processes_give_the_same_bytes_for_every_featured_estimator(tmp_path: Path) -> None:
    one, two = train_apart(tmp_path / "one", "1"), train_apart(tmp_path / "two", "2")
    assert set(one) == set(FEATURED)
    assert [name for name in FEATURED if one[name] != two[name]] == []


def test_what_was_numbered_is_the_model_that_was_written(tmp_path: Path) -> None:
    # Texts that look like what is renamed, and one array that two attributes share.
    texts = ['"__id__": 12', '\\"file": "12.npy"', "plain words", '"file": "1.npy"'] * 5
    X = np.array([[text] for text in texts], dtype=object)
    columns = make_column_transformer((TfidfVectorizer(token_pattern=r"(?u)[^ ]+"), 0))
    model = make_pipeline(columns, Ridge()).fit(X, np.arange(20.0))
    model[-1].shared_ = model[-1].coef_
    path, again = tmp_path / "model.skops", tmp_path / "again.skops"
    write_skops(model, path)
    write_skops(model, again)
    assert path.read_bytes() == again.read_bytes()
    loaded = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    words, read = (found[0].transformers_[0][1].vocabulary_ for found in (model, loaded))
    assert read == words
    assert loaded[-1].shared_ is loaded[-1].coef_
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    write_joblib(model, tmp_path / "model.joblib")
    assert "_stop_words_id" not in vars(model[0].transformers_[0][1])


def test_schema_has_no_indents(tmp_path: Path) -> None:
    """They are written one by one: of thousands of columns they took longer than the fit."""
    model = make_pipeline(Ridge()).fit(np.eye(3), [0.5, 1.5, 4.0])
    write_skops(model, tmp_path / "model.skops")
    with zipfile.ZipFile(tmp_path / "model.skops") as archive:
        assert b"\n" not in archive.read("schema.json")
    read = skops.io.load(tmp_path / "model.skops")
    assert read.predict(np.eye(3)).tolist() == model.predict(np.eye(3)).tolist()
