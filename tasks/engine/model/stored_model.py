"""A model's file, loaded; made by another scikit-learn it says so."""

import warnings
from pathlib import Path
from typing import Any

import joblib
from sklearn.exceptions import InconsistentVersionWarning

from tasks.engine.errors import EngineError


def load_model(path: Path) -> tuple[Any, list[dict[str, Any]]]:
    """Load a model of our own: nothing that was uploaded is ever unpickled.

    Parameters
    ----------
    path : Path
        A ``model.joblib`` that `export` wrote.

    Returns
    -------
    model : Pipeline
    found : list of dict
        A warning where it was made with another scikit-learn, as predictions have them.

    Raises
    ------
    EngineError
        When this scikit-learn cannot load it.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = joblib.load(path)
        except (AttributeError, ImportError, TypeError, ValueError) as problem:
            raise EngineError(
                "MODEL_TOO_OLD",
                f"The model cannot be loaded by what is installed now: {problem}",
                "Duplicate the job and run it, for a model of today's versions",
            ) from problem
    other = [w.message for w in caught if isinstance(w.message, InconsistentVersionWarning)]
    return model, [_other_version(other[0])] if other else []


def _other_version(found: InconsistentVersionWarning) -> dict[str, Any]:
    made, here = found.original_sklearn_version, found.current_sklearn_version
    message = (
        f"The model was made with scikit-learn {made}, and {here} is installed now: "
        "it may predict otherwise than when it was scored"
    )
    return {"code": "OTHER_VERSION", "column": None, "count": 1, "message": message}
