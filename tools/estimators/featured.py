"""The estimators that come first on the form, in its order, in hand-picked words."""

from tools.estimators.words import Words

FEATURED = {
    "HistGradientBoostingClassifier", "LogisticRegression", "RandomForestClassifier", "LinearSVC",
    "KNeighborsClassifier", "ExtraTreesClassifier", "DummyClassifier",
    "HistGradientBoostingRegressor", "Ridge", "RandomForestRegressor", "LinearRegression",
    "ElasticNet", "KNeighborsRegressor", "ExtraTreesRegressor", "DummyRegressor",
}  # fmt: skip

_BOOST = "Many small trees, each fixing the last one's mistakes."
_TREE_COMMON = ("max_depth", "min_samples_leaf", "max_features")
FIRST: dict[str, Words] = {
    "HistGradientBoostingClassifier": Words(
        "Gradient boosting",
        f"{_BOOST} Usually the best score on tables like this.",
        ("Handles missing values",),
        ("learning_rate", "max_iter", "max_leaf_nodes", "max_depth", "l2_regularization")),
    "LogisticRegression": Words(
        "Logistic regression",
        "A weighted sum of the columns. Easy to explain; a good baseline.",
        ("Explainable",), ("C", "max_iter", "solver")),
    "RandomForestClassifier": Words(
        "Random forest", "Averages hundreds of trees. Solid with little tuning.",
        ("Robust",), ("n_estimators", *_TREE_COMMON)),
    "LinearSVC": Words(
        "Linear SVM", "Finds the widest gap between the classes.", ("Many columns",),
        ("C", "max_iter")),
    "KNeighborsClassifier": Words(
        "Nearest neighbours", "Looks at the most similar rows.", ("Small data",),
        ("n_neighbors", "weights")),
    "DummyClassifier": Words(
        "Dummy (always guess the majority)",
        "The floor every model should beat. Runs free with each job.", ("Sanity check",),
        ("strategy",)),
    "ExtraTreesClassifier": Words(
        "Extra trees", "A random forest that splits at random. Faster, smoother.",
        ("Robust", "Fast"), ("n_estimators", *_TREE_COMMON)),
    "GradientBoostingClassifier": Words(
        "Gradient boosting, classic", f"{_BOOST} Slow on many rows.", ("Small data",),
        ("learning_rate", "n_estimators", "max_depth", "subsample")),
    "DecisionTreeClassifier": Words(
        "Decision tree", "One tree of questions that a person can read.", ("Explainable",),
        _TREE_COMMON),
    "SVC": Words(
        "SVM with a kernel", "Bends the gap between the classes. Slow on many rows.",
        ("Small data",), ("C", "kernel", "gamma")),
    "GaussianNB": Words(
        "Naive Bayes", "Treats every column on its own. Instant.", ("Fast",),
        ("var_smoothing",)),
    "MLPClassifier": Words(
        "Neural network", "Layers of weighted sums. Wants many rows.",
        ("Many rows",), ("hidden_layer_sizes", "alpha", "learning_rate_init", "max_iter")),
    "AdaBoostClassifier": Words(
        "AdaBoost", "Simple trees that vote, the hard rows weighted up.", ("Classic",),
        ("n_estimators", "learning_rate")),
    "HistGradientBoostingRegressor": Words(
        "Gradient boosting",
        f"{_BOOST} Usually the best score on tables like this.",
        ("Handles missing values",),
        ("learning_rate", "max_iter", "max_leaf_nodes", "max_depth", "l2_regularization")),
    "Ridge": Words(
        "Ridge regression",
        "A weighted sum of the columns, held back a little. Easy to explain.", ("Explainable",),
        ("alpha",)),
    "RandomForestRegressor": Words(
        "Random forest", "Averages hundreds of trees. Solid with little tuning.",
        ("Robust",), ("n_estimators", *_TREE_COMMON)),
    "LinearRegression": Words(
        "Linear regression", "A weighted sum of the columns, as it is.",
        ("Explainable",), ("fit_intercept", "positive")),
    "KNeighborsRegressor": Words(
        "Nearest neighbours", "Averages the most similar rows.", ("Small data",),
        ("n_neighbors", "weights")),
    "DummyRegressor": Words(
        "Dummy (always guess the mean)",
        "The floor every model should beat. Runs free with each job.", ("Sanity check",),
        ("strategy",)),
    "Lasso": Words(
        "Lasso", "A weighted sum that drops columns it does not need.",
        ("Explainable", "Many columns"), ("alpha", "max_iter")),
    "ElasticNet": Words(
        "Elastic net", "Between ridge and lasso.",
        ("Explainable", "Many columns"), ("alpha", "l1_ratio", "max_iter")),
    "ExtraTreesRegressor": Words(
        "Extra trees", "A random forest that splits at random. Faster, smoother.",
        ("Robust", "Fast"), ("n_estimators", *_TREE_COMMON)),
    "GradientBoostingRegressor": Words(
        "Gradient boosting, classic", f"{_BOOST} Slow on many rows.", ("Small data",),
        ("learning_rate", "n_estimators", "max_depth", "subsample")),
    "DecisionTreeRegressor": Words(
        "Decision tree", "One tree of questions that a person can read.", ("Explainable",),
        _TREE_COMMON),
    "SVR": Words(
        "SVM with a kernel", "Fits a tube around the rows. Slow on many rows.",
        ("Small data",), ("C", "kernel", "epsilon")),
    "MLPRegressor": Words(
        "Neural network", "Layers of weighted sums. Wants many rows.",
        ("Many rows",), ("hidden_layer_sizes", "alpha", "learning_rate_init", "max_iter")),
    "HuberRegressor": Words(
        "Huber regression", "A weighted sum that outliers cannot bend.",
        ("Robust", "Explainable"), ("epsilon", "alpha", "max_iter")),
}  # fmt: skip
