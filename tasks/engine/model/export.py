"""A result as files: the model twice, and a bundle that works without Trainyard."""

import hashlib
import json
import pprint
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from tasks.engine import bundle
from tasks.engine.folds import row_copies
from tasks.engine.model.card import write_card
from tasks.engine.model.origin import Origin
from tasks.engine.model.same_bytes import ARCHIVE_TIME, write_joblib, write_skops
from tasks.engine.model.source import source_of
from tasks.engine.predicting import cell_warnings
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec
from tasks.engine.table import cell_text, coercion
from tasks.engine.table.examples import as_csv, spread_rows
from tasks.engine.versions import NO_LIBRARIES, requirement_of

CHECK_ROWS, EXAMPLE_ROWS = 50, 10
CHECKSUMS = "SHA256SUMS"
SCHEMA_KEYS = (
    "name", "kind", "format", "offset", "parts", "cyclic", "decimal", "thousands", "symbols",
    "unit", "true", "false", "mixed", "values", "range", "left_out",
)  # fmt: skip
# What ``train.py`` does where copies of rows were left out.
COPIES_IMPORT = "from row_copies import first_of_each  # noqa: E402\n"
COPIES = (
    "    kept = first_of_each(X, y)\n    X, y = X.iloc[kept].reset_index(drop=True), y[kept]\n"
)
OURS = re.compile(r"^from tasks\.engine\.(?:\w+\.)?(\w+) import (?:\([^)]*\)|.*)\n", re.MULTILINE)


def small_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a schema that is needed to read rows for the model."""
    needed = {*schema["features"], schema["target"]}
    columns = [
        {key: column[key] for key in SCHEMA_KEYS if column.get(key) is not None}
        for column in schema["columns"]
        if column["name"] in needed
    ]
    return {**schema, "columns": columns}


def write_artefacts(
    result: TrainingResult,
    spec: TrainingSpec,
    columns: dict[str, Any],
    origin: Origin,
    folder: Path,
) -> dict[str, Path]:
    """Write a result's files.

    Parameters
    ----------
    result : TrainingResult
        What came of training.
    spec : TrainingSpec
        What was asked.
    columns : dict of str to ndarray of shape (n_rows,)
        The table as text; some of its rows become the check that the bundle has to pass.
    origin : Origin
        Where the model comes from.
    folder : Path
        An existing, empty folder.

    Returns
    -------
    dict of str to Path
        ``joblib``, ``skops``, ``bundle``, and ``check``: rows with the predictions of this very
        process, for `verification`.
    """
    schema = small_schema(result.schema)
    paths = {
        "joblib": folder / "model.joblib",
        "skops": folder / "model.skops",
        "bundle": folder / "bundle.zip",
        "check": folder / "check.json",
    }
    write_joblib(result.model, paths["joblib"])
    write_skops(result.model, paths["skops"])
    check = make_check(result.model, schema, columns)
    texts = {
        "metadata.json": json.dumps(metadata(result, spec, schema, origin), indent=1),
        "requirements.txt": requirements(result),
        "schema.py": schema_source(schema),
        "csv_file.py": _bundle_file("csv_file.py"),
        "predict.py": _bundle_file("predict.py"),
        **training_texts(result, drop_copies=spec.validation.drop_copies),
        "MODEL_CARD.md": write_card(result, spec, schema, origin),
    }
    texts |= example_texts(result.model, schema, check)
    files = {paths[kind].name: paths[kind].read_bytes() for kind in ("joblib", "skops")}
    files |= {name: text.encode("utf-8") for name, text in texts.items()}
    _write_bundle(paths["bundle"], files)
    paths["check"].write_text(json.dumps(check), encoding="utf-8")
    return paths


def _write_bundle(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, CHECKSUMS: checksums(files).encode()}.items():
            info = zipfile.ZipInfo(name, ARCHIVE_TIME)
            packed = name.endswith((".joblib", ".skops"))  # by themselves
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def _bundle_file(name: str) -> str:
    return (Path(bundle.__file__).parent / name).read_text(encoding="utf-8")


def schema_source(schema: dict[str, Any]) -> str:
    """Return a bundle's ``schema.py``: the schema, then the code that reads by it."""
    code = Path(coercion.__file__).read_text(encoding="utf-8")
    # A bundle stands alone, so what is imported of ours is put where its import is.
    own = {"cell_text": _body(cell_text), "cell_warnings": _body(cell_warnings)}
    code = OURS.sub(lambda found: f"{own[found[1]]}\n", code)
    literal = pprint.pformat(schema, sort_dicts=False, width=96)
    return f"{code}\n\nSCHEMA: dict[str, Any] = {literal}\n"


def _body(module: ModuleType) -> str:
    """Return a module's source without what it says of itself, and what it imports of ours."""
    written = Path(str(module.__file__)).read_text(encoding="utf-8")
    return OURS.sub("", written.split('"""', 2)[2]).strip()


def training_texts(result: TrainingResult, *, drop_copies: bool) -> dict[str, str]:
    """Return a bundle's ``train.py``, with the pipeline written out, and what it needs of ours."""
    imports, expression = source_of(result.model)
    template = _bundle_file("train.py.template")
    text = template.replace("#IMPORTS#", imports).replace("#PIPELINE#", expression)
    if not drop_copies:
        return {"train.py": text.replace("#COPIES_IMPORT#", "").replace("#COPIES#", "")}
    text = text.replace("#COPIES_IMPORT#", COPIES_IMPORT).replace("#COPIES#", COPIES)
    return {"train.py": text, "row_copies.py": Path(row_copies.__file__).read_text("utf-8")}


def requirements(result: TrainingResult) -> str:
    """Return the exact versions that the model was made with."""
    found = result.details["versions"].items()
    return "".join(requirement_of(name, one) for name, one in found if name not in NO_LIBRARIES)


def metadata(
    result: TrainingResult, spec: TrainingSpec, schema: dict[str, Any], origin: Origin
) -> dict[str, Any]:
    """Return what is known of a model, as JSON values."""
    return {
        "job": {"id": origin.job_id, "name": origin.job_name},
        "dataset": {"name": origin.dataset, "sha256": origin.dataset_sha256},
        "created_at": origin.created_at,
        "task": spec.task,
        "target": spec.target,
        "estimator": spec.estimator,
        "parameters": spec.parameters,
        # Of a blend: the jobs whose models it is made of, and how much each counts.
        "members": result.details.get("members", []),
        "class_weight": spec.class_weight,
        "positive_class": result.details["positive_class"],
        "decision": spec.decision,
        "preprocessing": spec.preprocessing.changed,
        "validation": asdict(spec.validation),
        "seed": spec.seed,
        "classes": result.classes,
        "metric": spec.metric,
        "score": result.score,
        "score_std": result.score_std,
        "baseline_score": result.baseline_score,
        "baselines": result.baselines,
        "metrics": result.metrics,
        "folds": [fold.as_dict() for fold in result.folds],
        "partial": result.partial,
        "warnings": result.warnings,
        "data_hash": result.data_hash,
        "split_hash": result.split_hash,
        "versions": result.details["versions"],
        "threads": result.details["threads"],
        "schema": schema,
    }


def make_check(model: Any, schema: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    """Return rows, spread evenly over the table, with what the model says about them."""
    names = list(dict.fromkeys([*schema["features"], schema["target"]]))
    text = spread_rows(columns, names, CHECK_ROWS)
    answer = predict_text(model, schema, text).as_columns(schema["dialect"]["decimal"])
    return {"columns": names, "rows": text.to_numpy().tolist(), "answer": answer}


def example_texts(model: Any, schema: dict[str, Any], check: dict[str, Any]) -> dict[str, str]:
    """Return the bundle's examples: some rows, and what ``predict.py`` answers to them.

    They are predicted by themselves: beside other rows a product of matrices is summed up in
    another order, and the last digits of a linear model's numbers differ.

    A table without names has no examples: its columns are known by where they stand in the file,
    so rows with the model's columns alone would be read otherwise.
    """
    dialect = schema["dialect"]
    if not dialect["header"]:
        return {}
    rows = pd.DataFrame(check["rows"][:EXAMPLE_ROWS], columns=check["columns"], dtype=object)
    answer = predict_text(model, schema, rows).as_columns(dialect["decimal"])
    return {
        "examples.csv": as_csv(rows, {}, dialect["delimiter"]),
        "examples-expected.csv": as_csv(rows, answer, dialect["delimiter"]),
    }


def checksums(files: dict[str, bytes]) -> str:
    """Return the SHA-256 of each file of a bundle, as ``sha256sum -c`` reads them."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
