"""Predict the rows of a CSV file: ``python predict.py IN.csv [-o OUT.csv]``.

The answer is the table with the columns ``prediction`` and, for classes that the model gives
probabilities for, ``probability_<class>`` behind its own. Columns that the model does not know are
passed on. Needs what stands in ``requirements.txt``, and nothing of Trainyard.
"""

import argparse
import csv
import sys
from pathlib import Path

import joblib

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from csv_file import CsvError, print_warning, read_text_table  # noqa: E402
from schema import SCHEMA, SchemaError, features_from_text  # noqa: E402


def predict(text, model):
    """Return the answer's columns for a table of text cells, and warnings about its cells."""
    X, warnings = features_from_text(text, SCHEMA)
    answer = {"prediction": model.predict(X)}
    if hasattr(model, "predict_proba"):
        probabilities = model.predict_proba(X)
        for n, name in enumerate(model.classes_):
            answer[f"probability_{name}"] = probabilities[:, n]
    return {name: [str(value) for value in values] for name, values in answer.items()}, warnings


def main():
    """Read, predict, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="a CSV file laid out as the training data was")
    parser.add_argument("-o", "--output", help="where the answer goes; else standard output")
    parser.add_argument(
        "--model",
        default=FOLDER / "model.joblib",
        help="another model of the same columns, such as train.py writes",
    )
    arguments = parser.parse_args()
    try:
        text = read_text_table(arguments.source, SCHEMA["dialect"])
        answer, warnings = predict(text, joblib.load(arguments.model))
    except (OSError, UnicodeError, CsvError, SchemaError) as problem:
        print(f"{arguments.source}: {problem}", file=sys.stderr)
        return 2
    for warning in warnings:
        print_warning(warning["message"])
    target = arguments.output
    with open(target, "w", newline="", encoding="utf-8") if target else sys.stdout as out:
        writer = csv.writer(out, delimiter=SCHEMA["dialect"]["delimiter"])
        writer.writerow([*text.columns, *answer])
        writer.writerows(zip(*(text[name] for name in text.columns), *answer.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
