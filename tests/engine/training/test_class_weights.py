"""Balanced weights of classes that are named by numbers, as of those that are named by words."""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

NUMBERED = "x,z,y\n" + "".join(f"{n % 9}.5,{n * 7 % 5}.25,{int(n % 9 > 6)}\n" for n in range(90))
NAMED = NUMBERED.replace(",0\n", ",no\n").replace(",1\n", ",yes\n")


@pytest.mark.parametrize("estimator", ["RandomForestClassifier", "ExtraTreesClassifier"])
def test_forests_weigh_numbered_classes_as_named_ones(estimator: str, tmp_path: Path) -> None:
    found = []
    for text in (NUMBERED, NAMED):
        spec, columns = make_spec(
            tmp_path, "y", "classification", estimator, text,
            class_weight="balanced", parameters={"n_estimators": 15, "max_depth": 2},
        )  # fmt: skip
        result = train(spec, columns)
        found.append(result.out_of_fold["probability_1"].to_numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
