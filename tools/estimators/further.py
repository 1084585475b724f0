"""The estimators that follow those on the form's first page, in plain words."""

from tools.estimators.words import Words

_OWN_CHOICE = "tries several strengths by cross-validation of its own"
_INSIDE = ("estimator",)
_CV = ("Chooses its own strength",)
FURTHER: dict[str, Words] = {
    "BaggingClassifier": Words(
        "Bagging", "Trains one estimator on many samples of the rows, and lets them vote.",
        ("Made of others", "Robust"), ("estimator", "n_estimators", "max_samples")),
    "BernoulliNB": Words(
        "Naive Bayes, yes or no", "Treats every column as yes or no, on its own. Instant.",
        ("Fast",), ("alpha", "binarize")),
    "CalibratedClassifierCV": Words(
        "Calibrated classifier", "Corrects the probabilities of another estimator.",
        ("Made of others",), ("estimator", "method")),
    "ComplementNB": Words(
        "Naive Bayes, complement", "Naive Bayes for words, made for classes of unequal size.",
        ("Fast", "Text"), ("alpha", "norm")),
    "ExtraTreeClassifier": Words(
        "Extra tree", "One tree that splits at random. Of use inside others.",
        (), ("max_depth", "min_samples_leaf", "max_features")),
    "GaussianProcessClassifier": Words(
        "Gaussian process", "Smooth, with careful probabilities. Only for some thousand rows.",
        ("Small data",), ("kernel", "max_iter_predict", "n_restarts_optimizer")),
    "LinearDiscriminantAnalysis": Words(
        "Linear discriminant analysis", "Draws straight borders between clouds of one shape.",
        ("Explainable", "Fast"), ("solver", "shrinkage")),
    "LogisticRegressionCV": Words(
        "Logistic regression, self-tuned", f"Logistic regression that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("Cs", "max_iter")),
    "MultinomialNB": Words(
        "Naive Bayes, counts", "Naive Bayes for counts, as of words. Instant.",
        ("Fast", "Text"), ("alpha",)),
    "NearestCentroid": Words(
        "Nearest centre", "Gives a row the class whose middle is nearest.",
        ("Fast", "Explainable"), ("metric", "shrink_threshold")),
    "NuSVC": Words(
        "SVM with a kernel, nu", "A kernel SVM that is told how many rows may be on the border.",
        ("Small data",), ("nu", "kernel", "gamma")),
    "OneVsOneClassifier": Words(
        "One against one", "Trains an estimator for each pair of classes.",
        ("Made of others", "Many classes"), _INSIDE),
    "OneVsRestClassifier": Words(
        "One against the rest", "Trains an estimator for each class against all others.",
        ("Made of others", "Many classes"), _INSIDE),
    "OutputCodeClassifier": Words(
        "Output codes", "Writes classes as codes, and learns each digit.",
        ("Made of others", "Many classes"), ("estimator", "code_size")),
    "Perceptron": Words(
        "Perceptron", "The oldest neural network: a border, moved at each mistake.",
        ("Classic", "Many rows"), ("alpha", "max_iter")),
    "QuadraticDiscriminantAnalysis": Words(
        "Quadratic discriminant analysis", "Draws curved borders between clouds of any shape.",
        ("Small data",), ("reg_param",)),
    "RadiusNeighborsClassifier": Words(
        "Neighbours within a radius", "Looks at all rows that are near enough.",
        ("Small data",), ("radius", "weights")),
    "RidgeClassifier": Words(
        "Ridge classifier", "Ridge regression on the classes. Very fast with many columns.",
        ("Fast", "Many columns"), ("alpha",)),
    "RidgeClassifierCV": Words(
        "Ridge classifier, self-tuned", f"A ridge classifier that {_OWN_CHOICE}.",
        ("Fast", *_CV), ("fit_intercept",)),
    "SGDClassifier": Words(
        "Linear model by gradient steps", "Linear borders for tables of very many rows.",
        ("Many rows", "Many columns"), ("loss", "alpha", "max_iter")),
    "StackingClassifier": Words(
        "Stacking", "Trains several estimators, and one more that learns whom to trust.",
        ("Made of others",), ("estimators", "final_estimator")),
    "VotingClassifier": Words(
        "Voting", "Trains several estimators, and lets them vote.",
        ("Made of others",), ("estimators", "voting")),
    "ARDRegression": Words(
        "Automatic relevance determination", "A weighted sum that finds out which columns count.",
        ("Explainable",), ("max_iter",)),
    "AdaBoostRegressor": Words(
        "AdaBoost", "Simple trees that average, the hard rows weighted up.",
        ("Classic", "Made of others"), ("estimator", "n_estimators", "learning_rate")),
    "BaggingRegressor": Words(
        "Bagging", "Trains one estimator on many samples of the rows, and averages.",
        ("Made of others", "Robust"), ("estimator", "n_estimators", "max_samples")),
    "BayesianRidge": Words(
        "Bayesian ridge", "Ridge regression that finds its own strength from the rows.",
        ("Explainable", "Fast"), ("max_iter",)),
    "CCA": Words(
        "Canonical correlation", "Finds the one mix of columns that follows the target best.",
        ("Explainable",), ("n_components", "max_iter")),
    "ElasticNetCV": Words(
        "Elastic net, self-tuned", f"An elastic net that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("l1_ratio", "max_iter")),
    "ExtraTreeRegressor": Words(
        "Extra tree", "One tree that splits at random. Of use inside others.",
        (), ("max_depth", "min_samples_leaf", "max_features")),
    "GammaRegressor": Words(
        "Gamma regression", "For targets above 0 that spread more the larger they are: costs.",
        ("Explainable",), ("alpha", "max_iter")),
    "GaussianProcessRegressor": Words(
        "Gaussian process", "A smooth curve through the rows. Only for some thousand rows.",
        ("Small data",), ("kernel", "alpha", "n_restarts_optimizer")),
    "KernelRidge": Words(
        "Kernel ridge", "Ridge regression in a bent space. Only for some thousand rows.",
        ("Small data",), ("alpha", "kernel", "gamma")),
    "Lars": Words(
        "Least-angle regression", "Adds the column that helps most, step by step.",
        ("Explainable", "Many columns"), ("n_nonzero_coefs",)),
    "LarsCV": Words(
        "Least-angle regression, self-tuned", f"Least-angle regression that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("max_iter",)),
    "LassoCV": Words(
        "Lasso, self-tuned", f"A lasso that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("max_iter",)),
    "LassoLars": Words(
        "Lasso by least angles", "A lasso that is found step by step.",
        ("Explainable", "Many columns"), ("alpha", "max_iter")),
    "LassoLarsCV": Words(
        "Lasso by least angles, self-tuned", f"A lasso by least angles that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("max_iter",)),
    "LassoLarsIC": Words(
        "Lasso by an information criterion", "A lasso whose strength AIC or BIC chooses.",
        ("Explainable", *_CV), ("criterion", "max_iter")),
    "LinearSVR": Words(
        "Linear SVM", "A weighted sum that small errors do not bend.",
        ("Many columns",), ("C", "epsilon", "max_iter")),
    "NuSVR": Words(
        "SVM with a kernel, nu", "A kernel SVM that is told how many rows may be outside.",
        ("Small data",), ("nu", "C", "kernel")),
    "OrthogonalMatchingPursuit": Words(
        "Orthogonal matching pursuit", "A weighted sum of a given number of columns.",
        ("Explainable", "Many columns"), ("n_nonzero_coefs",)),
    "OrthogonalMatchingPursuitCV": Words(
        "Orthogonal matching pursuit, self-tuned", f"Matching pursuit that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("max_iter",)),
    "PLSCanonical": Words(
        "Partial least squares, canonical", "Finds the mix of columns that moves with the target.",
        ("Many columns",), ("n_components", "max_iter")),
    "PLSRegression": Words(
        "Partial least squares", "Mixes columns that go together, then takes a weighted sum.",
        ("Many columns", "Explainable"), ("n_components",)),
    "PoissonRegressor": Words(
        "Poisson regression", "For targets that count: 0 and above.",
        ("Explainable",), ("alpha", "max_iter")),
    "QuantileRegressor": Words(
        "Quantile regression", "Predicts the median, or another quantile. Slow on many rows.",
        ("Robust", "Explainable"), ("quantile", "alpha")),
    "RANSACRegressor": Words(
        "RANSAC", "Fits again and again to few rows, and leaves out those that do not fit.",
        ("Made of others", "Robust"), ("estimator", "max_trials")),
    "RidgeCV": Words(
        "Ridge regression, self-tuned", f"Ridge regression that {_OWN_CHOICE}.",
        ("Explainable", *_CV), ("fit_intercept",)),
    "SGDRegressor": Words(
        "Linear model by gradient steps", "A weighted sum for tables of very many rows.",
        ("Many rows", "Many columns"), ("loss", "alpha", "max_iter")),
    "StackingRegressor": Words(
        "Stacking", "Trains several estimators, and one more that learns whom to trust.",
        ("Made of others",), ("estimators", "final_estimator")),
    "TheilSenRegressor": Words(
        "Theil-Sen", "A weighted sum that outliers cannot bend. Only for few columns.",
        ("Robust", "Small data"), ("max_subpopulation",)),
    "TweedieRegressor": Words(
        "Tweedie regression", "For targets with many zeros and a long tail: claims, rain.",
        ("Explainable",), ("power", "alpha", "max_iter")),
    "VotingRegressor": Words(
        "Voting", "Trains several estimators, and averages.",
        ("Made of others",), ("estimators",)),
}  # fmt: skip
