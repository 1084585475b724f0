"""Code that uses a model and runs as it is pasted, with the model's own numbers and columns."""

import json
import pprint
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.db import Model
from dashboard.models.service import file_name_of

BUNDLE = """\
# Once before, in the folder of {file}:
#   python -m zipfile -e {file} {folder}
#   pip install -r {folder}/requirements.txt
import sys
import zipfile

zipfile.ZipFile({file!r}).extractall({folder!r})
sys.path.insert(0, {folder!r})

import pandas as pd
from predict import load, predict
from schema import SCHEMA

rows = pd.DataFrame(
    [
{row}
    ],
    dtype=object,
)
answer, warnings = predict(rows, SCHEMA, load({model!r}))
print(answer, warnings)
"""
API = """\
import json
import os
import urllib.request

rows = [
{row}
]
request = urllib.request.Request(
    {url!r},
    data=json.dumps({{"rows": rows}}).encode(),
    headers={{
        "Authorization": "Bearer " + os.environ["TRAINYARD_TOKEN"],
        "Content-Type": "application/json",
    }},
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer))
"""
CURL = """\
curl -H "Authorization: Bearer $TRAINYARD_TOKEN" -H 'Content-Type: application/json' \\
  {url} \\
  -d {body}
"""
COMMANDS = """\
python -m zipfile -e {file} {folder} && cd {folder}
python -m venv venv && venv/bin/pip install -r requirements.txt
venv/bin/python predict.py IN.csv -o OUT.csv
"""


@dataclass(frozen=True)
class Snippet:
    """Some code. `id` is that of its element on the page."""

    id: str
    title: str
    text: str


def list_snippets(model: Model, row: Mapping[str, str], api_url: str) -> list[Snippet]:
    """List the ways to use a model.

    Parameters
    ----------
    model : Model
        The model.
    row : Mapping of str to str
        Cells by column, as a file has them.
    api_url : str
        Where the API is.
    """
    file = file_name_of(model, "bundle")
    folder = file.removesuffix(".zip")
    url = f"{api_url}/models/{model.id}/predict"
    body = shlex.quote(json.dumps({"rows": [row]}))
    bundle = BUNDLE.format(
        file=file, folder=folder, model=f"{folder}/model.joblib", row=_literal(row, 8)
    )
    found = [
        Snippet("use-bundle", "Python with the bundle", bundle),
        Snippet("use-api", "Python with the API", API.format(url=url, row=_literal(row, 4))),
        Snippet("use-curl", "curl", CURL.format(url=url, body=body)),
        Snippet("use-shell", "On the command line", COMMANDS.format(file=file, folder=folder)),
    ]
    if model.alias:
        found.insert(0, _by_alias(model, row, api_url))
    return found


def _by_alias(model: Model, row: Mapping[str, str], api_url: str) -> Snippet:
    asked = {"dataset_id": model.job.dataset_id, "target": model.target, "alias": model.alias}
    body = shlex.quote(json.dumps({**asked, "rows": [row]}))
    text = CURL.format(url=f"{api_url}/models/predict", body=body)
    return Snippet("use-alias", f"curl, whichever model is {model.alias}", text)


def _literal(row: Mapping[str, str], indent: int) -> str:
    lines = pprint.pformat(dict(row), sort_dicts=False, width=88 - indent).splitlines()
    return "\n".join(" " * indent + line for line in lines) + ","
