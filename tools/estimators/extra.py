"""The estimators of other libraries: they describe no ranges of their own, so these are by hand.

Defaults are what the library itself does, also where its signature says None; a test holds it
against an installed one.
"""

from typing import Any

LIBRARIES = {"xgboost": "XGBoost", "lightgbm": "LightGBM", "catboost": "CatBoost"}
_TREES = "Many small trees, each fixing the last one's mistakes"
SUMMARIES = {
    "xgboost": f"{_TREES}. The classic of competitions.",
    "lightgbm": f"{_TREES}. Fast on many rows.",
    "catboost": f"{_TREES}. Good without tuning; slow to train.",
}
# Set by Trainyard: no talk on standard output, no files, and as many threads as a job may use.
FIXED: dict[str, dict[str, Any]] = {
    "xgboost": {"verbosity": 0},
    "lightgbm": {"n_jobs": 0, "verbosity": -1},
    "catboost": {"allow_writing_files": False, "verbose": 0},
}
_NAMES = {"xgboost": "XGB", "lightgbm": "LGBM", "catboost": "CatBoost"}
_STEP, _HELD = "How big a step each tree takes", "The larger, the simpler the trees"
_ROWS, _COLUMNS = "The share of rows for each tree", "The share of columns for each tree"


def _number(kind: str, default: Any, low: float, high: float | None, says: str,
            **more: bool) -> dict[str, Any]:  # fmt: skip
    span = {"minimum": low, "maximum": high, "minimum_open": more.get("above", False),
            "maximum_open": False}  # fmt: skip
    kinds = {"none": {}} if default is None else {}
    return {"kinds": {**kinds, kind: span}, "choices": [], "default": default, "help": says,
            "common": more.get("common", False)}  # fmt: skip


def _whole(default: int, low: int, high: int | None, says: str, **more: bool) -> dict[str, Any]:
    return _number("int", default, low, high, says, **more)


def _share(default: float | None, says: str, **more: bool) -> dict[str, Any]:
    return _number("float", default, 0, 1, says, above=True, **more)


def _real(default: float, says: str, **more: bool) -> dict[str, Any]:
    return _number("float", default, 0, None, says, **more)


def _choice(default: str | None, choices: list[str], says: str) -> dict[str, Any]:
    kinds = {"none": {}} if default is None else {}
    return {"kinds": {**kinds, "choice": {}}, "choices": choices, "default": default,
            "help": says, "common": False}  # fmt: skip


_TREES_N = "How many trees are trained"
_XGB = {
    "n_estimators": _whole(100, 1, None, _TREES_N, common=True),
    "learning_rate": _share(0.3, _STEP, common=True),
    "max_depth": _whole(6, 0, 64, "How many questions a tree may ask one after the other. "
                        "0: no limit", common=True),
    "min_child_weight": _real(1.0, "The least weight of rows that an end of a tree may hold",
                              common=True),
    "subsample": _share(1.0, _ROWS, common=True),
    "colsample_bytree": _share(1.0, _COLUMNS, common=True),
    "colsample_bylevel": _share(1.0, "The share of columns for each level of a tree"),
    "colsample_bynode": _share(1.0, "The share of columns for each question"),
    "gamma": _real(0.0, "How much a question must help to be asked"),
    "grow_policy": _choice("depthwise", ["depthwise", "lossguide"], "Which end of a tree grows "
                           "next: the nearest to its root, or the one that helps most"),
    "max_bin": _whole(256, 2, 65535, "In how many steps a column of numbers is looked at"),
    "max_leaves": _whole(0, 0, 65535, "The most ends of a tree. 0: no limit"),
    "reg_alpha": _real(0.0, f"{_HELD}; small weights become 0"),
    "reg_lambda": _real(1.0, _HELD),
}  # fmt: skip
_LGBM = {
    "n_estimators": _whole(100, 1, None, _TREES_N, common=True),
    "learning_rate": _share(0.1, _STEP, common=True),
    "num_leaves": _whole(31, 2, 131072, "The most ends of a tree", common=True),
    "max_depth": _whole(-1, -1, 64, "How many questions a tree may ask one after the other. "
                        "0 and below: no limit", common=True),
    "min_child_samples": _whole(20, 0, None, "The fewest rows that an end of a tree may hold",
                                common=True),
    "boosting_type": _choice("gbdt", ["gbdt", "dart"], "dart leaves out some trees at each step"),
    "colsample_bytree": _share(1.0, _COLUMNS),
    "min_child_weight": _real(0.001, "The least weight of rows that an end of a tree may hold"),
    "min_split_gain": _real(0.0, "How much a question must help to be asked"),
    "reg_alpha": _real(0.0, f"{_HELD}; small weights become 0"),
    "reg_lambda": _real(0.0, _HELD),
    "subsample": _share(1.0, f"{_ROWS}, where subsample_freq is above 0"),
    "subsample_freq": _whole(0, 0, None, "After how many trees rows are drawn anew. 0: never"),
}  # fmt: skip
_CAT = {
    "iterations": _whole(1000, 1, None, _TREES_N, common=True),
    "learning_rate": _share(None, f"{_STEP}. None: worked out from rows and iterations, or "
                            "0.03 where l2_leaf_reg is set",
                            common=True),
    "depth": _whole(6, 1, 16, "How many questions a tree asks one after the other", common=True),
    "l2_leaf_reg": _real(3.0, _HELD, common=True),
    "border_count": _whole(254, 1, 65535, "In how many steps a column of numbers is looked at"),
    "boosting_type": _choice(None, ["Ordered", "Plain"], "Ordered suits few rows, and is slow. "
                             "None: chosen by the number of rows"),
    "random_strength": _real(1.0, "How much chance there is in the choice of questions"),
    "rsm": _share(1.0, "The share of columns for each question"),
}  # fmt: skip
_OF_TASK: dict[tuple[str, str], dict[str, Any]] = {
    ("xgboost", "regression"): {
        "objective": _choice("reg:squarederror", ["reg:absoluteerror", "reg:pseudohubererror",
                                                   "reg:squarederror"],
                             "Which errors count; absolute ones bear outliers"),
    },
    ("lightgbm", "regression"): {
        "objective": _choice("regression", ["fair", "huber", "regression", "regression_l1"],
                             "Which errors count: regression_l1 bears outliers"),
    },
    ("catboost", "classification"): {
        "auto_class_weights": _choice(None, ["Balanced", "SqrtBalanced"],
                                      "Whether rare classes count more"),
    },
    ("catboost", "regression"): {
        "loss_function": _choice("RMSE", ["MAE", "RMSE"],
                                 "Which errors count: MAE bears outliers"),
    },
}  # fmt: skip
_PARAMETERS = {"xgboost": _XGB, "lightgbm": _LGBM, "catboost": _CAT}


def describe_extra() -> list[dict[str, Any]]:
    """Return the estimators of other libraries as data."""
    return [
        _describe(library, task)
        for task in ("classification", "regression")
        for library in LIBRARIES
    ]


def _describe(library: str, task: str) -> dict[str, Any]:
    ending = "Classifier" if task == "classification" else "Regressor"
    found = {**_PARAMETERS[library], **_OF_TASK.get((library, task), {})}
    parameters = [{"name": name, **described} for name, described in found.items()]
    parameters.sort(key=lambda parameter: not parameter["common"])
    return {
        "id": f"{_NAMES[library]}{ending}", "module": library, "library": library,
        # scikit-learn's VotingClassifier around it knows classes by name, which XGBoost does not;
        # CatBoost answers in other shapes than scikit-learn.
        "alone_in_vote": library == "catboost" or (library, task) == ("xgboost", "classification"),
        "title": LIBRARIES[library], "task": task, "summary": SUMMARIES[library],
        "tags": ["Another library"], "featured": False, "scale": "",
        # What a sparse matrix leaves out is missing to XGBoost, and 0 to the others.
        "dense": library != "lightgbm", "native": False,
        "weighs_classes": library == "lightgbm" and task == "classification",
        "fixed": FIXED[library], "rules": [], "parameters": parameters,
    }  # fmt: skip
