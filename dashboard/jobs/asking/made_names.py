"""The names of jobs and batches that nobody gave one: by table, target and estimator."""

from dashboard.db import Dataset
from dashboard.filters import duration
from dashboard.jobs.asking.requests import Request
from dashboard.searches.naming import join_name
from tasks.engine.estimators.catalogue import Estimator
from tasks.engine.estimators.titles import inside

STEM_LENGTH, TARGET_LENGTH = 60, 40


def stem_of(dataset: Dataset, target: str) -> str:
    """Return how names begin that nobody gave: two targets of a table are told apart by them."""
    return f"{dataset.name.removesuffix('.csv')[:STEM_LENGTH]} → {target[:TARGET_LENGTH]}"


def name_of(dataset: Dataset, target: str, estimator: Estimator) -> str:
    """Return a job's name unless one is given: by its dataset, target and estimator."""
    return f"{stem_of(dataset, target)}: {inside(estimator.title)}"


def name_of_batch(dataset: Dataset, wanted: Request) -> str:
    """Return a batch's name: what its jobs share, and in what they differ."""
    target = wanted.values["target"]
    stem = stem_of(dataset, target)
    if wanted.search:
        name = name_of(dataset, target, wanted.search.estimator)
        return join_name(name, f"search of {' and '.join(wanted.search.space)}")
    choices = wanted.choices
    if wanted.several:
        return f"{stem}: several tried for {duration(wanted.several.time_limit_s)}"
    if len(choices) > 1:
        return f"{stem}: {len(choices):,} estimators"
    return join_name(name_of(dataset, target, choices[0].estimator), " and ".join(choices[0].told))
