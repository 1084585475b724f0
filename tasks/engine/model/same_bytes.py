"""A model as files with the same bytes, whichever process wrote them.

What differs from process to process says nothing of a model: addresses in memory, names made of
them, and the time of writing.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from skops.io._utils import SaveContext, get_state

# A fixed time in an archive, so that the same result gives the same bytes.
ARCHIVE_TIME = (2020, 1, 1, 0, 0, 0)
SCHEMA = "schema.json"
# Within a text of JSON each quotation mark has a backslash, so that no text of a user's matches.
ADDRESS = re.compile(r'(?<!\\)"__id__": (\d+)')
FILE = re.compile(r'(?<!\\)"file": "([^"\\]+)"')


def write_joblib(model: Pipeline, path: Path) -> None:
    """Write a model as joblib does, without the addresses that scikit-learn keeps in it."""
    for step in _steps_of(model):
        # Where the stop words lay in memory, so that scikit-learn warns of them only once.
        vars(step).pop("_stop_words_id", None)
        for part in (step, *getattr(step, "estimators_", ())):
            _forget_when(part)
    joblib.dump(model, path, compress=3)


def _forget_when(estimator: Any) -> None:
    """Take out of CatBoost's model when it was made, and its number, which is of chance."""
    if type(estimator).__module__.startswith("catboost."):
        told = estimator.get_metadata()
        for name in {"train_finish_time", "model_guid"} & set(told.keys()):
            del told[name]


def _steps_of(step: Any) -> Iterator[Any]:
    """Go through a fitted step and all within it."""
    inner: list[Any] = []
    if isinstance(step, Pipeline):
        inner = [found for _name, found in step.steps]
    elif isinstance(step, ColumnTransformer):
        inner = [found for _name, found, _columns in step.transformers_]
    elif hasattr(step, "estimator_"):
        inner = [step.estimator_]
    elif hasattr(step, "regressor_"):
        inner = [step.regressor_]
    elif not isinstance(step, str) and step is not None:
        yield step
    for found in inner:
        yield from _steps_of(found)


def write_skops(model: Pipeline, path: Path) -> None:
    """Write a model as skops does, its objects and arrays numbered in their order.

    The schema has no indents, which Python would write one by one: of a model of thousands of
    columns they took longer than its fit.
    """
    with zipfile.ZipFile(io.BytesIO(), "w") as given:
        context = SaveContext(zip_file=given)
        state = get_state(model, context)
        context.clear_memo()
        state |= {"protocol": context.protocol, "_skops_version": skops.__version__}
        schema, names = _number(json.dumps(state))
        contents = {names[name]: given.read(name) for name in given.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**contents, SCHEMA: schema.encode()}.items():
            info = zipfile.ZipInfo(name, ARCHIVE_TIME)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, compresslevel=1)


def _number(schema: str) -> tuple[str, dict[str, str]]:
    """Return a schema with numbers for addresses, and the new name of each file."""
    numbers: dict[str, int] = {}
    names: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return f'"__id__": {numbers.setdefault(found[1], len(numbers) + 1)}'

    def rename(found: re.Match[str]) -> str:
        ending = found[1].rsplit(".", 1)[-1]
        return f'"file": "{names.setdefault(found[1], f"{len(names) + 1}.{ending}")}"'

    return FILE.sub(rename, ADDRESS.sub(number, schema)), names
