"""What parameters take together, as data: scikit-learn itself says so only while it fits.

A rule holds where each parameter of `when` has one of its values; then each parameter of `then`
must have one of its values. A list that begins with "not" names the values that do not do. Of a
parameter that is a list, all members are looked at.
"""

from typing import Any

_NOT = "not"
_WITHOUT_L1 = ["lbfgs", "newton-cg", "newton-cholesky", "sag"]
_BAGGED = [
    {"when": {"oob_score": [True]}, "then": {"bootstrap": [True]},
     "says": "oob_score needs bootstrap: without it every row is in every sample"},
    {"when": {"bootstrap": [False]}, "then": {"max_samples": [None]},
     "says": "max_samples needs bootstrap: without it all rows are taken"},
]  # fmt: skip
_SHRUNK = [
    {"when": {"solver": ["svd"]}, "then": {"shrinkage": [None]},
     "says": "The solver svd takes no shrinkage. Choose eigen, or set shrinkage to None"},
]  # fmt: skip
_RIDGE = [
    {"when": {"solver": ["lbfgs"]}, "then": {"positive": [True]},
     "says": "The solver lbfgs is for positive weights alone. Set positive to True, or the solver "
             "to auto"},
    {"when": {"positive": [True]}, "then": {"solver": ["auto", "lbfgs"]},
     "says": "Positive weights need the solver lbfgs, or auto"},
]  # fmt: skip
_KERNEL = [
    {"when": {"break_ties": [True]}, "then": {"decision_function_shape": ["ovr"]},
     "says": "break_ties needs ovr as decision_function_shape"},
]  # fmt: skip
_IN_KD_TREES = ["minkowski", "euclidean", "manhattan", "chebyshev"]
_NEIGHBOURS = [
    {
        "when": {"algorithm": ["kd_tree"]},
        "then": {"metric": _IN_KD_TREES},
        "says": "No kd_tree can be made for this metric. Set algorithm to auto or brute",
    },
    {
        "when": {"algorithm": ["ball_tree"]},
        "then": {"metric": [*_IN_KD_TREES, "canberra", "braycurtis"]},
        "says": "No ball_tree can be made for this metric. Set algorithm to auto or brute",
    },
]
RULES: dict[str, list[dict[str, Any]]] = {
    "LogisticRegression": [
        {
            "when": {"solver": _WITHOUT_L1},
            "then": {"l1_ratio": [0, None]},
            "says": "This solver takes no l1_ratio but 0. Choose saga, or liblinear with 1",
        },
        {
            "when": {"solver": ["liblinear"]},
            "then": {"l1_ratio": [0, 1, None]},
            "says": "The solver liblinear takes an l1_ratio of 0 or 1. Choose saga for others",
        },
        {
            "when": {"dual": [True]},
            "then": {"solver": ["liblinear"]},
            "says": "dual is for the solver liblinear alone",
        },
    ],
    "LogisticRegressionCV": [
        {
            "when": {"dual": [True]},
            "then": {"solver": ["liblinear"]},
            "says": "dual is for the solver liblinear alone",
        },
    ],
    "LinearSVC": [
        {
            "when": {"penalty": ["l1"]},
            "then": {"loss": ["squared_hinge"], "dual": [False, "auto"]},
            "says": "The penalty l1 needs the loss squared_hinge, and dual False or auto",
        },
        {
            "when": {"loss": ["hinge"]},
            "then": {"dual": [True, "auto"]},
            "says": "The loss hinge needs dual True or auto",
        },
    ],
    "LinearSVR": [
        {
            "when": {"loss": ["epsilon_insensitive"]},
            "then": {"dual": [True, "auto"]},
            "says": "The loss epsilon_insensitive needs dual True or auto",
        },
    ],
    "SGDClassifier": [
        {
            "when": {"learning_rate": ["optimal"]},
            "then": {"alpha": [_NOT, 0]},
            "says": "The learning_rate optimal is worked out from alpha, which must be above 0",
        },
        {
            "when": {"learning_rate": ["pa1", "pa2"]},
            "then": {"loss": ["hinge"]},
            "says": "The learning_rates pa1 and pa2 are for the loss hinge alone",
        },
    ],
    "SGDRegressor": [
        {
            "when": {"learning_rate": ["optimal"]},
            "then": {"alpha": [_NOT, 0]},
            "says": "The learning_rate optimal is worked out from alpha, which must be above 0",
        },
        {
            "when": {"learning_rate": ["pa1", "pa2"]},
            "then": {"loss": ["epsilon_insensitive"]},
            "says": "The learning_rates pa1 and pa2 are for the loss epsilon_insensitive alone",
        },
    ],
    "HistGradientBoostingRegressor": [
        {
            "when": {"loss": ["quantile"]},
            "then": {"quantile": [_NOT, None]},
            "says": "The loss quantile needs a quantile, such as 0.5",
        },
    ],
    "ElasticNetCV": [
        {
            "when": {},
            "then": {"l1_ratio": [_NOT, 0]},
            "says": "An l1_ratio of 0 has no range of strengths to try. Choose RidgeCV",
        },
    ],
    "RANSACRegressor": [
        {
            "when": {"estimator": [_NOT, None, "LinearRegression"]},
            "then": {"min_samples": [_NOT, None]},
            "says": "Another estimator than LinearRegression needs min_samples, such as 0.5",
        },
    ],
    **dict.fromkeys(("RandomForestClassifier", "RandomForestRegressor"), _BAGGED),
    **dict.fromkeys(("ExtraTreesClassifier", "ExtraTreesRegressor"), _BAGGED),
    **dict.fromkeys(("BaggingClassifier", "BaggingRegressor"), _BAGGED[:1]),
    **dict.fromkeys(("LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"), _SHRUNK),
    **dict.fromkeys(("Ridge", "RidgeClassifier"), _RIDGE),
    **dict.fromkeys(("SVC", "NuSVC"), _KERNEL),
    **dict.fromkeys(("KNeighborsClassifier", "KNeighborsRegressor"), _NEIGHBOURS),
    "RadiusNeighborsClassifier": _NEIGHBOURS,
}
