"""One other AutoML library on one table, run by a Python that has it: see `benchmarks.rivals`.

``python rival.py LIBRARY REQUEST.json``. It imports nothing of ours, and writes what it predicted
for the rows of the test to the file that the request names, as CSV: a column ``prediction`` for
regression, else one column per class.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd


def by_flaml(asked: dict[str, Any], X: pd.DataFrame, y: pd.Series, test: pd.DataFrame) -> Any:
    """Predict by FLAML, with its defaults."""
    from flaml import AutoML

    model = AutoML()
    model.fit(X, y, task=asked["task"], time_budget=asked["seconds"], n_jobs=asked["slots"],
              seed=asked["seed"], verbose=0)  # fmt: skip
    if asked["task"] == "regression":
        return pd.DataFrame({"prediction": model.predict(test)})
    return pd.DataFrame(model.predict_proba(test), columns=model.classes_)


def by_mljar(asked: dict[str, Any], X: pd.DataFrame, y: pd.Series, test: pd.DataFrame) -> Any:
    """Predict by mljar-supervised in the mode that is meant for competing."""
    from supervised import AutoML

    model = AutoML(
        mode="Compete", total_time_limit=asked["seconds"], n_jobs=asked["slots"],
        random_state=asked["seed"], results_path=asked["folder"], verbose=0,
    )  # fmt: skip
    model.fit(X, y)
    if asked["task"] == "regression":
        return pd.DataFrame({"prediction": model.predict(test)})
    found = model.predict_all(test)
    shares = found[[name for name in found if name.startswith("prediction_")]]
    return shares.rename(columns=lambda name: name.removeprefix("prediction_"))


def by_h2o(asked: dict[str, Any], X: pd.DataFrame, y: pd.Series, test: pd.DataFrame) -> Any:
    """Predict by H2O AutoML, with its defaults."""
    import h2o
    from h2o.automl import H2OAutoML

    h2o.init(nthreads=asked["slots"], max_mem_size="4G", port=asked["port"], verbose=False)
    try:
        h2o.no_progress()
        kinds = {name: "enum" for name in X if not pd.api.types.is_numeric_dtype(X[name])}
        frame = h2o.H2OFrame(X.assign(_target=y), column_types=kinds)
        if asked["task"] != "regression":
            frame["_target"] = frame["_target"].asfactor()
        model = H2OAutoML(max_runtime_secs=asked["seconds"], seed=asked["seed"])
        model.train(y="_target", training_frame=frame)
        found = model.leader.predict(h2o.H2OFrame(test, column_types=kinds)).as_data_frame()
        if asked["task"] == "regression":
            return found.rename(columns={"predict": "prediction"})
        return found.drop(columns="predict")
    finally:
        h2o.cluster().shutdown()


LIBRARIES = {"flaml": by_flaml, "mljar": by_mljar, "h2o": by_h2o}


def main() -> None:
    """Learn from the rows of one file, and write what is predicted for those of the other."""
    asked = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    seen, unseen = pd.read_csv(asked["train"]), pd.read_csv(asked["test"])
    X, y = seen.drop(columns=asked["target"]), seen[asked["target"]]
    test = unseen.drop(columns=asked["target"])
    found = LIBRARIES[sys.argv[1]](asked, X, y, test)
    found.to_csv(asked["out"], index=False)


if __name__ == "__main__":
    main()
