"""Is a bundle what it should be? In a clean process it must predict as the worker did."""

import csv
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io

from tasks.engine.errors import BundleError
from tasks.engine.model.trusted_types import TRUSTED_TYPES
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.table.coercion import free_names

TIMEOUT_S = 120


def verify_bundle(bundle: Path, check: Path, schema: dict[str, Any]) -> None:
    """Run a bundle's own ``predict.py`` and load its ``model.skops``; both must agree with us.

    Parameters
    ----------
    bundle : Path
        The zip.
    check : Path
        Rows with the worker's predictions, as `export.make_check` wrote them.
    schema : dict
        The model's schema.

    Raises
    ------
    BundleError
        When it does not run, or predicts something else.
    """
    expected = json.loads(check.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder)  # our own archive, of names without folders
        compare(expected["answer"], _run(folder, expected, schema), "predict.py")
        model = load_skops(folder / "model.skops")
    text = pd.DataFrame(expected["rows"], columns=expected["columns"], dtype=object)
    found = predict_text(model, schema, text).as_columns(schema["dialect"]["decimal"])
    compare(expected["answer"], found, "model.skops")


def _run(folder: Path, expected: dict[str, Any], schema: dict[str, Any]) -> dict[str, list[str]]:
    source, out = folder / "check-in.csv", folder / "check-out.csv"
    dialect = schema["dialect"]
    _write_check(source, expected, dialect)
    if not dialect["header"]:  # without names the file would need all of its columns
        with (folder / "schema.py").open("a", encoding="utf-8") as file:
            file.write('\nSCHEMA["dialect"]["header"] = True\n')
    command = [sys.executable, "-E", "-s", str(folder / "predict.py"), str(source), "-o", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=folder
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        raise BundleError("BUNDLE_FAILED", f"The bundle's predict.py stopped: {last}")
    with out.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, delimiter=dialect["delimiter"])
    width = len(expected["columns"])
    asked = free_names(expected["columns"], expected["answer"])
    plain = dict(zip(asked, expected["answer"], strict=True))
    names = [plain.get(name, name) for name in header[width:]]
    return {name: [row[width + n] for row in rows] for n, name in enumerate(names)}


def _write_check(source: Path, expected: dict[str, Any], dialect: dict[str, Any]) -> None:
    with source.open("w", newline="", encoding=dialect["encoding"], errors="replace") as file:
        writer = csv.writer(file, delimiter=dialect["delimiter"])
        writer.writerow(expected["columns"])
        writer.writerows(expected["rows"])


def load_skops(path: Path) -> Any:
    """Load a model without unpickling; types that are not in our own list are refused.

    Raises
    ------
    BundleError
        When the file names any other type.
    """
    unknown = skops.io.get_untrusted_types(file=path)
    foreign = [name for name in unknown if name not in TRUSTED_TYPES]
    if foreign:
        raise BundleError("BUNDLE_FAILED", f"model.skops holds other types: {', '.join(foreign)}")
    return skops.io.load(path, trusted=sorted(TRUSTED_TYPES))


def compare(expected: dict[str, list[str]], found: dict[str, list[str]], who: str) -> None:
    """Raise `BundleError` unless two answers are the same, numbers within 1e-9 relative.

    Of numbers the decimal sign does not matter.
    """
    if list(expected) != list(found):
        raise BundleError("BUNDLE_FAILED", f"{who} gives other columns: {', '.join(found)}")
    for name, values in expected.items():
        pairs = zip(values, found[name], strict=True)
        for row, (ours, theirs) in enumerate(pairs, start=1):
            if ours != theirs and not _is_close(ours, theirs):
                message = f'{who} gives "{theirs}" for {name} in row {row}, the worker "{ours}"'
                raise BundleError("BUNDLE_FAILED", message)


def _is_close(ours: str, theirs: str) -> bool:
    try:
        one, other = (float(text.replace(",", ".")) for text in (ours, theirs))
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False
