"""What may be chosen of preprocessing: names, kinds, defaults, and what goes together.

Described as the parameters of an estimator are, so that the same code checks, shows and reads
both. Imports no scikit-learn.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import Bounds, Estimator, Parameter
from tasks.engine.estimators.parameters import fit_value, show_value
from tasks.engine.estimators.ranges import describe_range

DATE_PARTS = (
    "year", "quarter", "month", "week", "day", "weekday", "day_of_year", "days", "hour", "minute",
)  # fmt: skip
MOST_CATEGORIES_ONE_HOT, MOST_TEXT_FEATURES = 10_000, 100_000
SHOWN = 60  # characters of a value that is refused


@dataclass(frozen=True)
class Preprocessing:
    """How columns are made ready for an estimator; `SETTINGS` says what each field means."""

    numbers_missing: str = "auto"
    numbers_fill: float = 0
    missing_flags: str | bool = "auto"
    scale: str = "auto"
    categories_missing: str = "own_category"
    encode: str = "auto"
    one_hot_limit: int = 20
    rare_below: float | None = None
    most_categories: int | None = None
    date_parts: list[str] | None = None
    cyclic_dates: bool = False
    text: str = "words"
    text_features: int = 300
    text_ngrams: int = 1
    select: str = "none"
    select_keep: float | None = None
    components: float | None = None
    target: str = "none"

    @property
    def mixes_columns(self) -> bool:
        """Whether columns are chosen or mixed once they are numbers, so that all must be."""
        return self.select != "none" or self.components is not None

    @property
    def changed(self) -> dict[str, Any]:
        """What differs from the defaults, by name."""
        return {n: v for n, v in dataclasses.asdict(self).items() if v != DEFAULTS[n]}


DEFAULTS: Mapping[str, Any] = {
    field.name: field.default for field in dataclasses.fields(Preprocessing)
}
_COUNT_OR_SHARE = {
    "none": Bounds(), "int": Bounds(1),
    "float": Bounds(0, 1, minimum_open=True, maximum_open=True),
}  # fmt: skip


def _setting(name: str, words: str, *choices: str, **kinds: Bounds) -> Parameter:
    found = kinds or {"choice": Bounds()}
    return Parameter(name, found, DEFAULTS[name], choices, words, common=False)


SETTINGS = (
    _setting("numbers_missing", "What stands for a missing number. auto: the median, or nothing "
             "where the estimator deals with it itself. knn: the mean of the 5 most similar rows; "
             "slow beyond some 10,000 rows",
             "auto", "median", "mean", "most_frequent", "constant", "knn"),
    _setting("numbers_fill", "The number that stands for a missing one where numbers_missing is "
             "constant", float=Bounds()),
    _setting("missing_flags", "Whether a column is added that says where a number was missing. "
             "auto: where missing numbers are filled in", "auto", choice=Bounds(), bool=Bounds()),
    _setting("scale", "How numbers are brought to one scale. auto: as the estimator needs it. "
             "standard: mean 0 and deviation 1. range: from 0 to 1. robust: by quartiles, so that "
             "outliers count less. power and quantile: towards a normal distribution",
             "auto", "none", "standard", "range", "robust", "power", "quantile"),
    _setting("categories_missing", "What stands for a missing category",
             "own_category", "most_frequent"),
    _setting("encode", "How categories become numbers. auto: one_hot up to one_hot_limit, target "
             "beyond it; histogram gradient boosting takes up to 200 as they are. ordinal: in the "
             "order of the alphabet. target: by the target's mean, worked out on other rows",
             "auto", "one_hot", "ordinal", "target"),
    _setting("one_hot_limit", "Up to how many different categories auto gives each a column",
             int=Bounds(1, MOST_CATEGORIES_ONE_HOT)),
    _setting("rare_below", "Categories in fewer rows than this number, or than this share of "
             "them, count as one. Not for target encoding", **_COUNT_OR_SHARE),
    _setting("most_categories", "How many categories of a column are told apart, the rarest "
             "joined into one. Not for target encoding", none=Bounds(), int=Bounds(2)),
    _setting("date_parts", "What is learned from a date. None: year, month, day, weekday, days "
             "since 1970, and the hour where there is one",
             *DATE_PARTS, none=Bounds(), several=Bounds()),
    _setting("cyclic_dates", "Whether parts that go around, such as month, weekday and hour, "
             "become a sine and a cosine, so that December is next to January", bool=Bounds()),
    _setting("text", "How texts become numbers. words and characters: how often each of the most "
             "frequent ones stands in a text against the others (TF-IDF). hashing: all words, "
             "those that fall together not told apart", "words", "characters", "hashing"),
    _setting("text_features", "How many numbers a column of texts becomes at most",
             int=Bounds(1, MOST_TEXT_FEATURES)),
    _setting("text_ngrams", "Up to how many words in a row count as one. Not for characters",
             int=Bounds(1, 5)),
    _setting("select", "Which columns are kept after encoding. constant: all that are not the "
             "same in every row. f_test and mutual_info: those that alone tell the target best. "
             "model: those that a forest of extra trees uses most",
             "none", "constant", "f_test", "mutual_info", "model"),
    _setting("select_keep", "How many are kept, or which share of them. None: half of them, or "
             "for model those that are used more than the mean", **_COUNT_OR_SHARE),
    _setting("components", "How many principal components (PCA) take the place of the columns, "
             "or which share of their variance is kept", **_COUNT_OR_SHARE),
    _setting("target", "On which scale a target of numbers is learned; predictions and scores are "
             "in its own unit. standardize: mean 0 and deviation 1, which support vectors and "
             "neural networks need. log1p: the logarithm of one more, for a target with a long "
             "tail and nothing below 0. quantile: towards a normal distribution",
             "none", "standardize", "log1p", "quantile"),
)  # fmt: skip
_BY_NAME = {setting.name: setting for setting in SETTINGS}
# Settings that only a target of numbers has.
OF_NUMBERS = frozenset({"target"})
# What learns no target below 0.
ABOVE_0 = frozenset({"GammaRegressor", "PoissonRegressor"})
# A setting, another one that it is about, and what that must be for it to have an effect.
_NEEDS = (
    ("numbers_fill", "numbers_missing", ("constant",)),
    ("select_keep", "select", ("f_test", "mutual_info", "model")),
)


def list_settings(task: str | None) -> list[Parameter]:
    """List the settings that a task has; all where it is not known that classes are predicted."""
    return [s for s in SETTINGS if s.name not in OF_NUMBERS or task != "classification"]


def read_preprocessing(values: Mapping[str, Any]) -> Preprocessing:
    """Check settings, and fill in what they leave open.

    Parameters
    ----------
    values : Mapping of str to JSON value
        What was chosen.

    Returns
    -------
    Preprocessing

    Raises
    ------
    ParameterError
        With one message for each setting that is unknown or holds a value that is not allowed.

    Examples
    --------
    >>> read_preprocessing({"scale": "robust", "text_features": 50}).changed
    {'scale': 'robust', 'text_features': 50}
    """
    problems: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, value in values.items():
        setting = _BY_NAME.get(name)
        if setting is None:
            known = ", ".join(_BY_NAME)
            problems[name] = f"There is no setting {name} of preprocessing. There are: {known}"
            continue
        fitting = fit_value(setting, value)
        if fitting is None:
            shown = show_value(value)[:SHOWN]
            problems[name] = f"{name} must be {describe_range(setting)}; {shown} is not"
        else:
            found[name] = fitting[0]
    chosen = Preprocessing(**found)
    problems = problems or _find_conflicts(chosen)
    if problems:
        raise ParameterError(problems)
    return chosen


def _find_conflicts(chosen: Preprocessing) -> dict[str, str]:
    problems = {}
    for name, other, values in _NEEDS:
        if getattr(chosen, other) not in values and name in chosen.changed:
            allowed = " or ".join(values)
            problems[name] = f"{name} has no effect unless {other} is {allowed}"
    if chosen.select == "model" and isinstance(chosen.select_keep, float):
        problems["select_keep"] = "select_keep must be a whole number where select is model"
    return problems


def find_misfit(chosen: Preprocessing, estimator: Estimator) -> dict[str, str]:
    """Return what an estimator cannot be trained with, by the setting's name.

    Parameters
    ----------
    chosen : Preprocessing
        The settings.
    estimator : Estimator
        Of the catalogue.
    """
    if chosen.target != "none" and (found := _find_misfit_of_target(chosen.target, estimator)):
        return {"target": found}
    if estimator.scale != "range":
        return {}
    why = f"{estimator.title} takes no negative numbers"
    if chosen.components is not None:
        return {"components": f"{why}, and principal components have some; leave it out"}
    if chosen.scale not in {"auto", "none", "range"}:
        return {"scale": f"scale must be auto, range or none: {why}"}
    return {}


def _find_misfit_of_target(target: str, estimator: Estimator) -> str | None:
    if estimator.task != "regression":
        return f"target must be none: {estimator.title} predicts classes"
    if target != "log1p" and estimator.id in ABOVE_0:
        return f"target must be none or log1p: {estimator.title} takes no target below 0"
    return None
