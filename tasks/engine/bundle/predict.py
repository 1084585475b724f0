"""Predict the rows of a CSV file: ``python predict.py IN.csv [-o OUT.csv]``.

The answer is the table with the columns ``prediction`` and, for classes that the model gives
probabilities for, ``probability_<class>`` behind its own; a name that the table has already is
followed by a number, as in ``prediction_2``. Columns that the model does not know are passed on.
A file that is laid out otherwise than the training data was needs ``--delimiter``, ``--encoding``
or ``--decimal``. Lines of another width are left out if those of the training data were, and
refused otherwise, unless ``--ragged`` says what becomes of them; a note below the table is left
out. The script needs what stands in ``requirements.txt``.
"""

import argparse
import csv
import json
import sys
import warnings
from pathlib import Path

import joblib
from sklearn.exceptions import InconsistentVersionWarning

FOLDER = Path(__file__).resolve().parent
OWN = FOLDER / "model.joblib"
sys.path.insert(0, str(FOLDER))

from csv_file import CsvError, add_options, print_problem, print_warning, read_as_asked  # noqa: E402
from schema import (  # noqa: E402
    SCHEMA,
    SchemaError,
    as_texts,
    empty_rows,
    features_from_text,
    free_names,
    missing_markers,
    no_values,
)


def predict(text, schema, model):
    """Return the answer's columns for a table of text cells, and warnings about its cells."""
    X, warnings = features_from_text(text, schema)
    empty = empty_rows(text, schema["features"], missing_markers(schema))
    first = f"row {empty[0] + 1:,}" if empty else ""
    warnings = no_values(len(empty), first, schema["features"]) + warnings
    predicted = model.predict(X)
    # Numbers of 32 bits are written as the 64 bits that they stand for.
    answer = {"prediction": predicted.astype(float) if predicted.dtype == "f4" else predicted}
    if hasattr(model, "predict_proba"):
        probabilities = model.predict_proba(X)
        for n, name in enumerate(model.classes_):
            answer[f"probability_{name}"] = probabilities[:, n]
    decimal = schema["dialect"]["decimal"]
    return {name: as_texts(values, decimal) for name, values in answer.items()}, warnings


class VersionError(Exception):
    """The model cannot be loaded by the libraries that are installed."""


def load(path):
    """Load a model; say so when it was made with another scikit-learn."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = joblib.load(path)
        except (AttributeError, ImportError, TypeError, ValueError) as problem:
            advice = "pip install -r requirements.txt installs what it was made with"
            raise VersionError(f"this model cannot be loaded: {problem}; {advice}") from None
    for found in [w.message for w in caught][:1]:
        if isinstance(found, InconsistentVersionWarning):
            made, here = found.original_sklearn_version, found.current_sklearn_version
            print_warning(
                f"the model was made with scikit-learn {made}, and {here} is installed: it may "
                "predict otherwise; pip install -r requirements.txt installs what it needs"
            )
    return model


def other_versions():
    """List the libraries beside scikit-learn that are of another version than the model's own."""
    told = FOLDER / "metadata.json"
    made = json.loads(told.read_text(encoding="utf-8"))["versions"] if told.exists() else {}
    loaded = {name: sys.modules.get(name) for name in ("catboost", "lightgbm", "xgboost")}
    here = {name: module.__version__ for name, module in loaded.items() if module}
    return [(n, made[n], found) for n, found in here.items() if made.get(n, found) != found]


def write(text, answer, target, delimiter):
    """Write the table with the answer's columns behind its own."""
    with open(target, "w", newline="", encoding="utf-8") if target else sys.stdout as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow([*text.columns, *free_names(text.columns, answer)])
        writer.writerows(zip(*(text[name] for name in text.columns), *answer.values()))


def main():
    """Read, predict, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_options(parser)
    parser.add_argument("-o", "--output", help="where the answer goes; else standard output")
    parser.add_argument(
        "--model",
        default=OWN,
        help="another model of the same columns, such as train.py writes",
    )
    arguments = parser.parse_args()
    try:
        text, schema = read_as_asked(arguments, SCHEMA, SCHEMA["features"])
        answer, warnings = predict(text, schema, load(arguments.model))
        for name, made, here in other_versions() if arguments.model == OWN else ():
            print_warning(f"the model was made with {name} {made}, and {here} is installed")
        for warning in warnings:
            print_warning(warning["message"])
        write(text, answer, arguments.output, schema["dialect"]["delimiter"])
    except VersionError as problem:
        print_problem(arguments.model, problem)
        return 2
    except (OSError, UnicodeError, CsvError, SchemaError) as problem:
        print_problem(arguments.source, problem)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
