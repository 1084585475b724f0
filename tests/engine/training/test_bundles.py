"""Bundles, run in a process of their own that has nothing of Trainyard."""

import gzip
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Literal
from unittest.mock import Mock

import joblib
import numpy as np
import pytest
import sklearn

from tasks.engine.bundle.csv_file import read_text_table
from tasks.engine.errors import BundleError
from tasks.engine.model.export import example_texts, small_schema, write_artefacts
from tasks.engine.model.stored_model import load_model
from tasks.engine.model.verification import verify_bundle
from tasks.engine.notebook import open_table, request
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.table.coercion import features_from_text
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.clean_process import run, run_cold
from tests.engine.training.test_every_estimator import ORIGIN

MADE: dict[tuple[str, str, str], tuple[Any, Path]] = {}


def make_bundle(
    folder: Path, estimator: str, target: str, task: str, **changes: Any
) -> tuple[Any, Path]:
    """Train, and unpack the bundle once it was verified; one that is asked for again is copied."""
    asked = (estimator, target, task)
    if changes or asked not in MADE:
        spec, columns = make_spec(folder, target, task, estimator, **changes)
        result = train(spec, columns)
        paths = write_artefacts(result, spec, columns, ORIGIN, folder)
        verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))
        made = result, folder
        if not changes:
            MADE[asked] = made
    else:
        made = MADE[asked]
        shutil.copytree(made[1], folder, dirs_exist_ok=True, ignore=lambda *_: ["bundle"])
    (packed,) = folder.glob("*.zip")
    zipfile.ZipFile(packed).extractall(folder / "bundle")
    return made[0], folder / "bundle"


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("estimator", "target", "task"),
    [("HistGradientBoostingClassifier", "y_class", "classification"),
     ("Ridge", "y_number", "regression")],
)  # fmt: skip
def test_bundle_trains_and_predicts_the_same_without_trainyard(
    estimator: str, target: str, task: str, tmp_path: Path
) -> None:
    result, folder = make_bundle(tmp_path, estimator, target, task)
    source = tmp_path / "table.csv"
    done = run(folder / "predict.py", str(source), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    names = {f.name for f in folder.iterdir()}
    assert {"model.joblib", "model.skops", "metadata.json", "requirements.txt", "schema.py",
            "predict.py", "train.py", "MODEL_CARD.md"} <= names  # fmt: skip
    trained = run(folder / "train.py", str(source), "-o", str(tmp_path / "again.joblib"))
    assert trained.returncode == 0, trained.stderr
    assert "it predicts exactly what model.joblib predicts on the first" in trained.stdout
    text = read_text_table(source, result.schema["dialect"])
    X, _ = features_from_text(text, result.schema)
    again = joblib.load(tmp_path / "again.joblib")
    np.testing.assert_array_equal(again.predict(X), result.model.predict(X))
    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["split_hash"] == result.split_hash
    assert metadata["threads"] == result.details["threads"]
    assert metadata["threads"]["openmp"] >= 1


def test_examples_are_answered_as_expected_and_checksums_hold(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "LogisticRegression", "y_class", "classification")
    out = tmp_path / "out.csv"
    done = run_cold(folder / "predict.py", str(folder / "examples.csv"), "-o", str(out))
    assert done.returncode == 0, done.stderr
    expected = (folder / "examples-expected.csv").read_bytes()
    assert out.read_bytes() == expected
    assert len(expected.splitlines()) == 11
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed | {"SHA256SUMS"} == {f.name for f in folder.iterdir() if f.is_file()}


def test_a_table_of_decimal_commas_is_answered_with_such_numbers(tmp_path: Path) -> None:
    text = mixed_csv().replace(",", ";").replace(".", ",")
    _result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification", text=text)
    done = run(folder / "predict.py", str(folder / "examples.csv"))
    assert done.stdout == (folder / "examples-expected.csv").read_text()
    _names, first, *_ = done.stdout.splitlines()
    chances = [float(cell.replace(",", ".")) for cell in first.split(";")[-2:]]
    assert "." not in first
    assert sum(chances) == pytest.approx(1)


def test_examples_are_predicted_by_themselves(tmp_path: Path) -> None:
    """Beside other rows the last digits of a linear model's numbers differ."""
    result, _folder = make_bundle(tmp_path, "Ridge", "y_number", "regression")
    model = Mock(predict=lambda X: np.full(len(X), float(len(X))), spec=["predict"])
    rows = open_table(tmp_path / "table.csv").text().fillna("")
    check = {"columns": list(rows), "rows": rows.to_numpy().tolist(), "answer": {}}
    told = example_texts(model, small_schema(result.schema), check)["examples-expected.csv"]
    assert {line.rpartition(",")[2] for line in told.splitlines()[1:]} == {"10.0"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_that_says_what_it_is_encoded_in_is_read_so(tmp_path: Path, encoding: str) -> None:
    _result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification")
    text = (folder / "examples.csv").read_text(encoding="utf-8")
    (tmp_path / "other.csv").write_text(text, encoding=encoding)
    for told in ([], ["--encoding", "cp1252"]):
        done = run(folder / "predict.py", str(tmp_path / "other.csv"), *told)
        assert done.stdout == (folder / "examples-expected.csv").read_text(), done.stderr


@pytest.mark.long
def test_a_model_of_a_column_called_prediction_names_its_own_otherwise(tmp_path: Path) -> None:
    text = mixed_csv().replace("id,age,income", "id,prediction,probability_low", 1)
    _, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification", text=text)
    done = run(folder / "predict.py", str(tmp_path / "table.csv"))
    names, first, *_ = done.stdout.splitlines()
    added = ["prediction_2", "probability_high", "probability_low_2"]
    assert names.split(",")[-3:] == added
    assert first.split(",")[1].isdigit()
    assert first.split(",")[-3] in {"high", "low"}
    expected = (folder / "examples-expected.csv").read_text()
    assert expected.splitlines()[0].split(",")[-3:] == added


def test_predict_and_the_card_know_what_training_saw_of_numbers_and_dates(tmp_path: Path) -> None:
    result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification")
    names, *rows = (line.split(",") for line in (tmp_path / "table.csv").read_text().splitlines())
    rows[0][names.index("age")], rows[1][names.index("since")] = "950", "2099-01-01"
    rows[2][names.index("since")] = "20/11/2022"
    (tmp_path / "odd.csv").write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")
    done = run(folder / "predict.py", str(tmp_path / "odd.csv"), "-o", str(tmp_path / "out.csv"))
    seen = {c["name"]: c["range"] for c in result.schema["columns"] if "range" in c}
    low, high = (f"{end:.0f}" for end in seen["age"])
    assert f'"age" is outside {low} to {high}, which training saw: "950"' in done.stderr
    days = " to ".join(seen["since"])
    assert f'"since" is outside {days}, which training saw: "2099-01-01"' in done.stderr
    assert 'not a date written like 2026-12-31: "20/11/2022"' in done.stderr
    card = (folder / "MODEL_CARD.md").read_text()
    assert f"| age | number | {low} to {high} |" in card
    assert f"| since | date | {days}, written like {seen['since'][1]} |" in card


@pytest.mark.sampled(1)
@pytest.mark.parametrize("is_told", [True, False])
def test_card_says_that_a_model_is_no_better_than_guessing(tmp_path: Path, is_told: bool) -> None:
    drawn = np.random.default_rng(1).integers(0, 2, 120)
    label = np.random.default_rng(2).integers(0, 2, 120)
    rows = zip(drawn if is_told else label + drawn / 9, label, strict=True)
    text = "a,y\n" + "".join(f"{a},{'yes' if y else 'no'}\n" for a, y in rows)
    _, folder = make_bundle(tmp_path, "GaussianNB", "y", "classification", text=text)
    card = (folder / "MODEL_CARD.md").read_text()
    words = "**Tied with guessing**: the difference is within the noise of the folds."
    assert (words in card) is is_told


@pytest.mark.long
def test_training_again_leaves_out_copies_of_rows_where_the_job_did(tmp_path: Path) -> None:
    rows = [f"{n % 7},{n * n % 11}.5,{n % 7 + n * n % 11}\n" for n in range(40)]
    text = "a,b,y\n" + "".join(rows + rows[:10] * 6)
    result, folder = make_bundle(
        tmp_path, "Ridge", "y", "regression", text=text, split={"drop_copies": True}
    )
    assert result.details["rows_used"] < len(rows) + 60
    trained = run(folder / "train.py", str(tmp_path / "table.csv"), "-o", str(tmp_path / "again"))
    assert trained.returncode == 0, trained.stderr
    again = joblib.load(tmp_path / "again")
    np.testing.assert_array_equal(again[-1].coef_, result.model[-1].coef_)


def test_model_of_another_scikit_learn_is_named(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "Ridge", "y_number", "regression")
    source = tmp_path / "table.csv"
    joblib.dump(joblib.load(folder / "model.joblib"), folder / "old.joblib")
    here = sklearn.__version__
    older = "0" * len(here)  # of the same length: a pickle says how long its texts are
    plain = (folder / "old.joblib").read_bytes()
    (folder / "old.joblib").write_bytes(plain.replace(here.encode(), older.encode()))
    done = run(folder / "predict.py", str(source), "--model", str(folder / "old.joblib"))
    assert done.returncode == 0, done.stderr
    assert f"was made with scikit-learn {older}, and {here} is installed" in done.stderr
    shutil.copytree(folder, tmp_path / "older")
    shutil.copy(folder / "old.joblib", tmp_path / "older" / "model.joblib")
    again = run(tmp_path / "older/train.py", str(source), "-o", str(tmp_path / "other.joblib"))
    assert f"was made with scikit-learn {older}, and {here} is installed" in again.stderr
    assert "InconsistentVersionWarning" not in again.stderr
    _model, found = load_model(folder / "old.joblib")
    assert [warning["code"] for warning in found] == ["OTHER_VERSION"]
    assert load_model(folder / "model.joblib")[1] == []


def test_predict_names_missing_columns_and_shows_no_traceback(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification")
    (tmp_path / "few.csv").write_text("age,city\n3,Oslo\n")
    (tmp_path / "bad.csv").write_bytes((tmp_path / "table.csv").read_bytes() + b"\xfc\n")
    for name, words in (("few.csv", '"income"'), ("bad.csv", "--encoding cp1252")):
        done = run(folder / "predict.py", str(tmp_path / name))
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_file_of_another_layout_is_predicted_when_told_how(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "Ridge", "y_number", "regression")
    source, other = tmp_path / "table.csv", tmp_path / "other.csv"
    plain = source.read_text()
    other.write_text(plain.replace(",", ";").replace(".", ","))
    refused = run(folder / "predict.py", str(other))
    assert refused.returncode == 2
    assert 'line 1 reads "id;age;income;' in refused.stderr
    assert "separated by semicolons: pass --delimiter ';'" in refused.stderr
    layout = ["--delimiter", ";", "--decimal", ","]
    first = run(folder / "predict.py", str(source))
    second = run(folder / "predict.py", str(other), *layout)
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    ours, theirs = (
        [line.rpartition(separator)[2] for line in done.stdout.splitlines()]
        for done, separator in ((first, ","), (second, ";"))
    )
    assert ours == [line.replace(",", ".") for line in theirs]
    trained = run(folder / "train.py", str(other), *layout)
    assert trained.returncode == 0, trained.stderr
    third = run(folder / "predict.py", str(source), "--model", "retrained.joblib")
    assert third.stdout == first.stdout


def test_bundle_that_predicts_something_else_is_refused(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    check = json.loads(paths["check"].read_text())
    check["answer"]["prediction"][0] = "12345.0"
    paths["check"].write_text(json.dumps(check))
    with pytest.raises(BundleError, match="12345"):
        verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))


def test_training_on_other_rows_says_that_it_predicts_otherwise(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "LogisticRegression", "y_class", "classification")
    lines = (tmp_path / "table.csv").read_text().splitlines()
    (tmp_path / "half.csv").write_text("\n".join(lines[: len(lines) // 2]) + "\n")
    done = run(folder / "train.py", str(tmp_path / "half.csv"), "-o", str(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    assert "it predicts otherwise than model.joblib on the first" in done.stdout
    (folder / "model.joblib").unlink()  # the script alone
    done = run(folder / "train.py", str(tmp_path / "half.csv"), "-o", str(tmp_path / "more"))
    assert done.returncode == 0, done.stderr
    assert "model.joblib" not in done.stdout


def test_training_again_leaves_the_verified_model_as_it_is(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification")
    source, verified = tmp_path / "table.csv", (folder / "model.joblib").read_bytes()
    done = run(folder / "train.py", str(source))
    assert done.returncode == 0, done.stderr
    assert (folder / "model.joblib").read_bytes() == verified
    again = (folder / "retrained.joblib").stat().st_mtime_ns
    for arguments in ([], ["-o", "model.joblib"]):
        refused = run(folder / "train.py", str(source), *arguments)
        assert refused.returncode == 2
        assert "--force" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (folder / "model.joblib").read_bytes() == verified
    assert (folder / "retrained.joblib").stat().st_mtime_ns == again
    assert run(folder / "train.py", str(source), "--force").returncode == 0
    assert (folder / "retrained.joblib").stat().st_mtime_ns > again
    card = (folder / "MODEL_CARD.md").read_text()
    assert "python train.py TRAINING.csv -o retrained.joblib" in card
    first, second = (
        run(folder / "predict.py", str(source), *arguments)
        for arguments in ([], ["--model", "retrained.joblib"])
    )
    assert first.stdout == second.stdout != ""


def test_training_again_shows_no_traceback(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "Ridge", "y_number", "regression")
    bad = tmp_path / "bad.csv"
    bad.write_text((tmp_path / "table.csv").read_text() + "A9,1,1,Oslo,s,no,2020-01-01,x,low,?x\n")
    for arguments, words in (
        (["none.csv"], "none.csv"),
        ([str(bad)], '"y_number" has text in 1 row.'),
        ([str(bad), "-o", "nowhere/m.joblib"], "no such folder"),
    ):
        done = run(folder / "train.py", *arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.sampled(1)
@pytest.mark.parametrize("bad_lines", ["skip", "pad"])
def test_packed_file_with_ragged_lines_trains_and_predicts_the_same(
    bad_lines: Literal["skip", "pad"], tmp_path: Path
) -> None:
    text = mixed_csv() + "A9,31,9000.5,Oslo,shop1,yes,2020-01-01,late,high\n"
    text += "A8,31,9000.5,Rome,shop2,no,2021-01-01,kind,low,6.1,x\n"
    result, folder = make_bundle(
        tmp_path, "HistGradientBoostingClassifier", "y_class", "classification",
        text=text, options=ReadOptions(bad_lines=bad_lines),
    )  # fmt: skip
    source = tmp_path / "table.csv.gz"
    source.write_bytes(gzip.compress(text.encode()))
    for script in ("train.py", "predict.py"):
        asked = ["--ragged", "refuse"] if bad_lines == "skip" else []
        refused = run(folder / script, str(source), *asked)
        assert refused.returncode == 2
        assert "line 122 has 9 cells, the first line has 10. Trainyard may " in refused.stderr
        assert "--ragged skip" in refused.stderr
    told = [] if bad_lines == "skip" else ["--ragged", "pad"]
    done = run(folder / "train.py", str(source), *told)
    assert done.returncode == 0, done.stderr
    assert "2 lines have a different number of cells, first line 122" in done.stderr
    first, second = (
        run(folder / "predict.py", str(source), *told, "--model", name)
        for name in ("model.joblib", "retrained.joblib")
    )
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout  # probabilities to the last digit
    assert len(first.stdout.splitlines()) == 1 + result.details["rows_used"]
    assert result.details["rows_used"] == (121 if bad_lines == "pad" else 120)


def test_train_py_reads_a_file_with_figures_below_its_table(tmp_path: Path) -> None:
    source = tmp_path / "table.csv"
    source.write_text(mixed_csv() + "Source: the office, 2024\n")
    table = open_table(source)
    spec = request(table, "y_number", "Ridge")
    columns = table.cells(spec.columns_needed)
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    zipfile.ZipFile(paths["bundle"]).extractall(tmp_path / "bundle")
    again = ("-o", str(tmp_path / "again.joblib"))
    trained = run(tmp_path / "bundle" / "train.py", str(source), *again)
    assert trained.returncode == 0, trained.stderr
    assert "and what follows stands below the table; left out" in trained.stderr
    assert f"Trained on {table.rows} rows" in trained.stdout
    assert "it predicts exactly what model.joblib predicts" in trained.stdout
