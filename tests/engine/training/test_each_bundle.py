"""A bundle of each setting of preprocessing predicts, and trains, the same in a clean process."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.table.tables import LINE
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.clean_process import ARITHMETIC
from tests.engine.training.test_agreement import SETTINGS, TARGET_SCALES, Unneeded
from tests.engine.training.test_every_estimator import ORIGIN

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

ESTIMATORS = {
    "classification": ("y_class", "RidgeClassifier", "HistGradientBoostingClassifier"),
    "regression": ("y_number", "Ridge", "HistGradientBoostingRegressor"),
}
# One process for all of them, which has nothing of ours: loading scikit-learn takes the longest.
RUNNER = """
import runpy, sys
class Blocked:
    def find_spec(name, path=None, target=None):
        if name.split('.')[0] in {'pyarrow', 'flask', 'celery', 'tasks', 'dashboard'}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked)
for folder in sys.argv[1:]:
    for script, *arguments in (
        ('train.py', '-o', folder + '/again.joblib'),
        ('predict.py', '-o', folder + '/out.csv'),
        ('predict.py', '-o', folder + '/again.csv', '--model', folder + '/again.joblib'),
    ):
        for name in ('schema', 'csv_file', 'row_copies'):
            sys.modules.pop(name, None)
        sys.argv = [script, folder + '/../table.csv', *arguments]
        try:
            runpy.run_path(f'{folder}/{script}', run_name='__main__')
        except SystemExit as end:
            if end.code:
                sys.exit(f'{folder}: {script} ended with {end.code}')
"""


def make(folder: Path, task: str, native: bool, chosen: dict[str, Any]) -> dict[str, list[str]]:
    """Train and write a bundle; return what the model says of each row of the table."""
    target, linear, boosting = ESTIMATORS[task]
    folder.mkdir()
    spec, columns = make_spec(
        folder, target, task, boosting if native else linear, mixed_csv(90), preprocessing=chosen,
        parameters={"max_iter": 3} if native else {}, split={"scheme": "holdout"},
    )  # fmt: skip
    result = train(spec, columns, store=Unneeded())
    paths = write_artefacts(result, spec, columns, ORIGIN, folder)
    zipfile.ZipFile(paths["bundle"]).extractall(folder / "bundle")
    cells = {name: values for name, values in columns.items() if name != LINE}
    told = predict_text(result.model, small_schema(result.schema), pd.DataFrame(cells))
    return told.as_columns()


@pytest.mark.parametrize("native", [False, True], ids=["linear", "boosting"])
@pytest.mark.parametrize("task", list(ESTIMATORS))
def test_bundles_of_each_setting(task: str, native: bool, tmp_path: Path) -> None:
    every = [chosen for chosen, _ in SETTINGS]
    if task == "regression":
        every += [chosen for chosen, _ in TARGET_SCALES]
    told = {
        tmp_path / str(n): make(tmp_path / str(n), task, native, chosen)
        for n, chosen in enumerate(every)
    }
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, *(str(folder / "bundle") for folder in told)],
        capture_output=True, text=True, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **ARITHMETIC},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    for n, (folder, expected) in enumerate(told.items()):
        answer = pd.read_csv(folder / "bundle/out.csv", dtype=str, keep_default_na=False)
        assert {name: answer[name].tolist() for name in expected} == expected, every[n]
        again = (folder / "bundle/again.csv").read_text()
        assert again == (folder / "bundle/out.csv").read_text(), every[n]
