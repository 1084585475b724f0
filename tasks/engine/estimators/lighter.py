"""What needs less memory than an estimator, of the same task."""

from tasks.engine.estimators.catalogue import Estimator, get_estimator

# Forests hold every tree: boosting on binned columns needs a fraction of it. The others hold the
# encoded table several times, or distances between its rows: a linear estimator does not.
_FORESTS = (
    "RandomForest", "ExtraTrees", "GradientBoosting", "AdaBoost", "Bagging", "Stacking", "Voting",
)  # fmt: skip
_HEAVY = ("HistGradientBoosting", "KNeighbors", "MLP", "GaussianProcess")
_HEAVY_CLASSIFIERS = (
    "SVC", "NuSVC", "RadiusNeighborsClassifier", "GaussianNB", "CalibratedClassifierCV",
    "OneVsOneClassifier", "OneVsRestClassifier", "OutputCodeClassifier",
    "LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis",
)  # fmt: skip
_HEAVY_REGRESSORS = (
    "SVR", "NuSVR", "LinearRegression", "KernelRidge", "ARDRegression", "BayesianRidge",
    "QuantileRegressor", "TheilSenRegressor", "RANSACRegressor",
)  # fmt: skip
LIGHTER = {
    **{f"{name}Classifier": "HistGradientBoostingClassifier" for name in _FORESTS},
    **{f"{name}Regressor": "HistGradientBoostingRegressor" for name in _FORESTS},
    **{f"{name}Classifier": "LogisticRegression" for name in _HEAVY},
    **{f"{name}Regressor": "Ridge" for name in (*_HEAVY, "Huber")},
    **dict.fromkeys(_HEAVY_CLASSIFIERS, "LogisticRegression"),
    **dict.fromkeys(_HEAVY_REGRESSORS, "Ridge"),
}


def find_lighter(estimator_id: str) -> Estimator | None:
    """Return an estimator of the same task that needs less memory, or None."""
    lighter = LIGHTER.get(estimator_id)
    return get_estimator(lighter) if lighter else None
