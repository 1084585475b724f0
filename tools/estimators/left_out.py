"""The classifiers and regressors of scikit-learn that the catalogue leaves out, and why."""

_SEVERAL = "predicts several targets at once, and a job has one"
_THRESHOLD = "a threshold is chosen from a finished job's out-of-fold predictions"
_GOES = "scikit-learn gives it up; SGD with learning_rate pa1 or pa2 does the same"
_FAR = "has no answer for a row that is far from all it was trained on"

LEFT_OUT = {
    "CategoricalNB": "takes codes of categories alone, and fails on one it has not seen",
    "ClassifierChain": _SEVERAL,
    "FixedThresholdClassifier": _THRESHOLD,
    "IsotonicRegression": "takes one column",
    "LabelPropagation": _FAR,
    "LabelSpreading": _FAR,
    "MultiOutputClassifier": _SEVERAL,
    "MultiOutputRegressor": _SEVERAL,
    "MultiTaskElasticNet": _SEVERAL,
    "MultiTaskElasticNetCV": _SEVERAL,
    "MultiTaskLasso": _SEVERAL,
    "MultiTaskLassoCV": _SEVERAL,
    "PassiveAggressiveClassifier": _GOES,
    "PassiveAggressiveRegressor": _GOES,
    "RadiusNeighborsRegressor": _FAR,
    "RegressorChain": _SEVERAL,
    "SelfTrainingClassifier": "learns from rows without a label, which a job leaves out",
    "TransformedTargetRegressor": "is a setting of preprocessing, and goes with every estimator",
    "TunedThresholdClassifierCV": _THRESHOLD,
}
