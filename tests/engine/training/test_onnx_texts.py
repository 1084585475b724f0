"""Texts as ONNX: the same words as scikit-learn finds, on a machine without English settings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tasks.engine.onnx.conversion import convert
from tasks.engine.onnx.texts import text_options
from tasks.engine.prepared import Prepared, prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tests.engine.tables import make_spec
from tests.engine.training.test_onnx import FACTS, ask

GOOD = ["Great shop, I came BACK at once", "very friendly staff & good food no. 12",
        "na ve but good", "friendly and quick_service"]  # fmt: skip
BAD = ["never again!", "The food was cold, the staff rude", "ve and slow", "cold x y z"]
# Words that the model does not know, and must not take apart.
OTHERS = ["naïve but GOOD", "COLDÉ food", "été good x food", "ÜBER again", ""]


def fit_texts(folder: Path, **settings: Any) -> tuple[Any, Prepared]:
    lines = [
        f'"{(GOOD, BAD)[n % 2][n // 2 % 4]} {n}",{n % 9},{("good", "bad")[n % 2]},{n}'
        for n in range(120)
    ]
    table = "words,stars,y_class,y_number\n" + "\n".join(lines) + "\n"
    spec, columns = make_spec(
        folder, "y_class", "classification", "LogisticRegression", table,
        preprocessing=settings,
    )  # fmt: skip
    data = prepare(spec, columns, lambda _code, _message: None)
    model = make_pipeline(spec, data.X).fit(data.X, data.y)
    found = [step for _, step, _ in model[0].transformers_ if isinstance(step, TfidfVectorizer)]
    assert found
    return model, data


@pytest.mark.parametrize("settings", [{}, {"text_ngrams": 2}], ids=["words", "pairs"])
def test_words_are_those_of_the_model(settings: dict[str, Any], tmp_path: Path) -> None:
    model, data = fit_texts(tmp_path, **settings)
    X = data.X.copy()
    X.loc[: len(OTHERS) - 1, "words"] = OTHERS
    answer = ask(convert(model, X, FACTS).content, X)
    assert answer[0].ravel().tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(answer[1], model.predict_proba(X), atol=1e-4)


def test_other_letters_than_english_ones_need_the_locale() -> None:
    english, german = (TfidfVectorizer().fit([text]) for text in ("good food", "für Gäste"))
    assert text_options(english)["locale"] == "C"
    assert "locale" not in text_options(german)
