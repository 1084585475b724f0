"""The types beyond skops' own list that a ``model.skops`` of ours may hold.

skops trusts estimators, numpy's arrays and plain values by itself. What else estimators keep is
named here, one by one and never taken from the file that is loaded: a file that names anything
else is refused.
"""

_LOSSES = (
    "AbsoluteError", "ExponentialLoss", "HalfBinomialLoss", "HalfGammaLoss",
    "HalfMultinomialLoss", "HalfPoissonLoss", "HalfSquaredError", "HalfTweedieLoss",
    "HalfTweedieLossIdentity", "HuberLoss", "PinballLoss",
)  # fmt: skip
_SPLITTERS = ("KFold", "StratifiedKFold")
_KERNELS = (
    "ConstantKernel", "DotProduct", "Matern", "Product", "RBF", "RationalQuadratic", "Sum",
    "WhiteKernel",
)  # fmt: skip

# How far rows are from each other, in the trees that neighbours are found with.
_DISTANCES = (
    "BrayCurtis", "Canberra", "Chebyshev", "Euclidean", "Manhattan", "Minkowski", "SEuclidean",
)  # fmt: skip

# Their models are read by their own libraries, from a format of their own: no code runs.
_OTHER_LIBRARIES = (
    "catboost.core.CatBoostClassifier", "catboost.core.CatBoostRegressor",
    "collections.OrderedDict", "lightgbm.basic.Booster", "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor", "xgboost.core.Booster", "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)  # fmt: skip

TRUSTED_TYPES = frozenset(
    {
        "functools.partial",  # of check_array, in histogram gradient boosting
        "numpy.dtype",
        "scipy.sparse._csr.csr_matrix",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.calibration._TemperatureScaling",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.feature_selection._mutual_info.mutual_info_classif",
        "sklearn.feature_selection._mutual_info.mutual_info_regression",
        "sklearn.feature_selection._univariate_selection.f_classif",
        "sklearn.feature_selection._univariate_selection.f_regression",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.multiclass._ConstantPredictor",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
        "sklearn.utils.validation.check_array",
        *_OTHER_LIBRARIES,
        *(f"sklearn._loss.loss.{name}" for name in _LOSSES),
        *(f"sklearn.gaussian_process.kernels.{name}" for name in _KERNELS),
        *(f"sklearn.metrics._dist_metrics.{name}Distance64" for name in _DISTANCES),
        *(f"sklearn.model_selection._split.{name}" for name in _SPLITTERS),
    }
)
