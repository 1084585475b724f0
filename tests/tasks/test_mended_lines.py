"""A bundle knows whether lines of its dataset were mended, and refuses such lines then."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from dashboard import queue
from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import User
from dashboard.storage import get_storage
from tasks.engine.model.export import write_artefacts
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.tables import load_columns
from tasks.engine.training import train
from tasks.payload import spec_payload
from tests.engine.training.clean_process import run
from tests.engine.training.test_every_estimator import ORIGIN
from tests.uploads import read_next, stored

ROWS = [f"{n % 28 + 1:02d}/05/2018,{n % 24:02d}:30,{n}.5,{n % 7}" for n in range(40)]
ASKED = {
    "features": ["n"], "target": "price", "task": "regression", "estimator": "Ridge",
    "metric": "r2", "parameters": {}, "validation": {"scheme": "kfold", "folds": 3}, "seed": 1,
    "class_weight": None, "preprocessing": {}, "decision": None, "positive": None,
}  # fmt: skip


@pytest.mark.parametrize("is_mended", [True, False])
def test_a_line_that_was_mended_is_refused_by_the_bundle(
    is_mended: bool, app: Flask, member: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    rows = [row.replace(",", "", 1) if n == 20 else row for n, row in enumerate(ROWS)]
    text = "day,time,price,n\n" + "\n".join(rows if is_mended else ROWS[:20] + ["x,y"] + ROWS[20:])
    stream = io.BytesIO(f"{text}\n".encode())
    made = create_upload(
        user=member, file_name="in.csv", stream=stream, save=True, options={"bad_lines": "skip"}
    )
    read_next()
    dataset = stored(made.id)
    codes = {problem["code"] for problem in dataset.problems or []}
    assert ("CELLS_PARTED" in codes) is is_mended
    spec = TrainingSpec.from_dict(spec_payload(dataset, ASKED))
    with get_storage().local_copy(dataset.table_key) as table:
        columns = load_columns(table, spec.columns_needed)
    paths = write_artefacts(train(spec, columns), spec, columns, ORIGIN, tmp_path)
    folder, source = tmp_path / "bundle", tmp_path / "again.csv"
    zipfile.ZipFile(paths["bundle"]).extractall(folder)
    source.write_text(text + "\n")
    done = run(folder / "predict.py", str(source))
    if is_mended:
        assert done.returncode == 2
        assert "line 22 has 3 cells, the first line has 4" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) == 41
