"""The samples are tables that the reader takes without any doubt."""

import subprocess
import sys

import pytest

from tasks.engine.table.samples import SAMPLES, get_sample, list_samples, sample_csv
from tests.engine.reading.conftest import Reader


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_sample_reads_without_a_problem(reader: Reader, sample) -> None:
    result = reader.profile(sample_csv(sample.id))
    kinds = {column["name"]: column["kind"] for column in result.columns}
    assert kinds.pop(sample.target) in {"category", "number"}
    assert set(kinds.values()) <= {"number", "boolean"}
    # What is true of them and worth knowing: their rows come class by class, measures go together.
    facts = {"ROWS_SORTED", "CORRELATED", "DUPLICATE_ROWS"}
    assert {problem.code for problem in result.problems} <= facts
    assert all(" " not in name for name in kinds)


def test_classes_have_readable_names() -> None:
    assert b"malignant" in sample_csv("breast_cancer")
    assert b"setosa" in sample_csv("iris")


def test_unknown_sample_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        get_sample("titanic")
    assert {"breast_cancer", "wine", "diabetes", "iris"} <= {s.id for s in list_samples()}


def test_samples_are_listed_without_scikit_learn() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None; "
        "from tasks.engine.table.samples import list_samples; list_samples()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
