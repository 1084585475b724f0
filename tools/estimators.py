"""The estimators that Trainyard offers, in plain words. Order is the order on the form."""

from typing import Any

FEATURED = {
    "HistGradientBoostingClassifier", "LogisticRegression", "RandomForestClassifier", "LinearSVC",
    "KNeighborsClassifier", "DummyClassifier", "HistGradientBoostingRegressor", "Ridge",
    "RandomForestRegressor", "LinearRegression", "KNeighborsRegressor", "DummyRegressor",
}  # fmt: skip

_BOOST = "Many small trees, each fixing the last one's mistakes."
_TREE_COMMON = ["max_depth", "min_samples_leaf", "max_features"]
_HELP = {
    "learning_rate": "How big a step each tree takes",
    "max_iter": "The most rounds of training",
    "n_estimators": "Number of trees",
    "max_depth": "How many questions a tree may ask one after the other. None: no limit",
    "min_samples_leaf": "The fewest rows that an end of a tree may hold",
    "C": "The smaller, the more the model is held back from fitting noise",
    "alpha": "The larger, the more the model is held back from fitting noise",
    "n_neighbors": "How many of the most similar rows are asked",
}


def _entry(
    module: str, title: str, summary: str, tags: list[str], common: list[str], **flags: bool
) -> dict[str, Any]:
    return {
        "module": f"sklearn.{module}",
        "title": title,
        "summary": summary,
        "tags": tags,
        "common": common,
        "help": {name: text for name, text in _HELP.items() if name in common},
        **flags,
    }


ESTIMATORS: dict[str, dict[str, Any]] = {
    "HistGradientBoostingClassifier": _entry(
        "ensemble", "Gradient boosting",
        f"{_BOOST} Usually the best score on tables like this.",
        ["Handles missing values"],
        ["learning_rate", "max_iter", "max_leaf_nodes", "max_depth", "l2_regularization"],
        native=True, dense=True),
    "LogisticRegression": _entry(
        "linear_model", "Logistic regression",
        "A weighted sum of the columns. Easy to explain; a good baseline.",
        ["Explainable"], ["C", "max_iter", "solver"], scale=True),
    "RandomForestClassifier": _entry(
        "ensemble", "Random forest", "Averages hundreds of trees. Solid with little tuning.",
        ["Robust"], ["n_estimators", *_TREE_COMMON]),
    "LinearSVC": _entry(
        "svm", "Linear SVM", "Finds the widest gap between the classes.", ["Many columns"],
        ["C", "max_iter"], scale=True),
    "KNeighborsClassifier": _entry(
        "neighbors", "Nearest neighbours", "Looks at the most similar rows.", ["Small data"],
        ["n_neighbors", "weights"], scale=True),
    "DummyClassifier": _entry(
        "dummy", "Dummy (always guess the majority)",
        "The floor every model should beat. Runs free with each job.", ["Sanity check"],
        ["strategy"]),
    "ExtraTreesClassifier": _entry(
        "ensemble", "Extra trees", "A random forest that splits at random. Faster, smoother.",
        ["Robust", "Fast"], ["n_estimators", *_TREE_COMMON]),
    "GradientBoostingClassifier": _entry(
        "ensemble", "Gradient boosting, classic", f"{_BOOST} Slow on many rows.", ["Small data"],
        ["learning_rate", "n_estimators", "max_depth", "subsample"]),
    "DecisionTreeClassifier": _entry(
        "tree", "Decision tree", "One tree of questions that a person can read.", ["Explainable"],
        _TREE_COMMON),
    "SVC": _entry(
        "svm", "SVM with a kernel", "Bends the gap between the classes. Slow on many rows.",
        ["Small data"], ["C", "kernel", "gamma"], scale=True),
    "GaussianNB": _entry(
        "naive_bayes", "Naive Bayes", "Treats every column on its own. Instant.", ["Fast"],
        ["var_smoothing"], dense=True),
    "MLPClassifier": _entry(
        "neural_network", "Neural network", "Layers of weighted sums. Wants many rows.",
        ["Many rows"], ["hidden_layer_sizes", "alpha", "learning_rate_init", "max_iter"],
        scale=True),
    "AdaBoostClassifier": _entry(
        "ensemble", "AdaBoost", "Simple trees that vote, the hard rows weighted up.", ["Classic"],
        ["n_estimators", "learning_rate"]),
    "HistGradientBoostingRegressor": _entry(
        "ensemble", "Gradient boosting",
        f"{_BOOST} Usually the best score on tables like this.",
        ["Handles missing values"],
        ["learning_rate", "max_iter", "max_leaf_nodes", "max_depth", "l2_regularization"],
        native=True, dense=True),
    "Ridge": _entry(
        "linear_model", "Ridge regression",
        "A weighted sum of the columns, held back a little. Easy to explain.", ["Explainable"],
        ["alpha"], scale=True),
    "RandomForestRegressor": _entry(
        "ensemble", "Random forest", "Averages hundreds of trees. Solid with little tuning.",
        ["Robust"], ["n_estimators", *_TREE_COMMON]),
    "LinearRegression": _entry(
        "linear_model", "Linear regression", "A weighted sum of the columns, as it is.",
        ["Explainable"], ["fit_intercept", "positive"], scale=True),
    "KNeighborsRegressor": _entry(
        "neighbors", "Nearest neighbours", "Averages the most similar rows.", ["Small data"],
        ["n_neighbors", "weights"], scale=True),
    "DummyRegressor": _entry(
        "dummy", "Dummy (always guess the mean)",
        "The floor every model should beat. Runs free with each job.", ["Sanity check"],
        ["strategy"]),
    "Lasso": _entry(
        "linear_model", "Lasso", "A weighted sum that drops columns it does not need.",
        ["Explainable", "Many columns"], ["alpha", "max_iter"], scale=True),
    "ElasticNet": _entry(
        "linear_model", "Elastic net", "Between ridge and lasso.",
        ["Explainable", "Many columns"], ["alpha", "l1_ratio", "max_iter"], scale=True),
    "ExtraTreesRegressor": _entry(
        "ensemble", "Extra trees", "A random forest that splits at random. Faster, smoother.",
        ["Robust", "Fast"], ["n_estimators", *_TREE_COMMON]),
    "GradientBoostingRegressor": _entry(
        "ensemble", "Gradient boosting, classic", f"{_BOOST} Slow on many rows.", ["Small data"],
        ["learning_rate", "n_estimators", "max_depth", "subsample"]),
    "DecisionTreeRegressor": _entry(
        "tree", "Decision tree", "One tree of questions that a person can read.", ["Explainable"],
        _TREE_COMMON),
    "SVR": _entry(
        "svm", "SVM with a kernel", "Fits a tube around the rows. Slow on many rows.",
        ["Small data"], ["C", "kernel", "epsilon"], scale=True),
    "MLPRegressor": _entry(
        "neural_network", "Neural network", "Layers of weighted sums. Wants many rows.",
        ["Many rows"], ["hidden_layer_sizes", "alpha", "learning_rate_init", "max_iter"],
        scale=True),
    "HuberRegressor": _entry(
        "linear_model", "Huber regression", "A weighted sum that outliers cannot bend.",
        ["Robust", "Explainable"], ["epsilon", "alpha", "max_iter"], scale=True),
}  # fmt: skip
