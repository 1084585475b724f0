"""The versions and threads that a result was made with."""

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

from threadpoolctl import threadpool_info

from tasks.engine.estimators.catalogue import SCIKIT_LEARN, find_estimator

TRAINYARD = "0.1.0"
# Versions that are told, and no requirement of a bundle.
NO_LIBRARIES = frozenset({"trainyard", "python"})
# What a bundle needs to run elsewhere.
LIBRARIES = ("scikit-learn", "pandas", "numpy", "scipy", "joblib", "skops")


def versions(*libraries: str) -> dict[str, str]:
    """Return the version of Trainyard, Python and each library that a bundle needs.

    Parameters
    ----------
    *libraries : str
        What the estimators are of.
    """
    found = {name: _version(name) for name in dict.fromkeys([*LIBRARIES, *libraries])}
    return {"trainyard": TRAINYARD, "python": platform.python_version(), **found}


def library_of(estimator: str) -> str:
    """Return the library that an estimator is of."""
    entry = find_estimator(estimator)
    return entry.library if entry else SCIKIT_LEARN


def requirement_of(name: str, found: str) -> str:
    """Return a line of a bundle's requirements.

    XGBoost without its parts for graphics cards is a tenth as large, but is not made for macOS.
    """
    if name == "xgboost" and not _is_there(name):
        small, whole = f'{name}-cpu=={found}; sys_platform != "darwin"', f"{name}=={found}"
        return f'{small}\n{whole}; sys_platform == "darwin"\n'
    return f"{name}=={found}\n"


@functools.cache  # read from a file, and asked for twice by a job
def _version(name: str) -> str:
    return version(name if _is_there(name) else f"{name}-cpu")


def _is_there(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def threads() -> dict[str, int]:
    """Return how many threads a fit may use, by what they are for: openmp, blas."""
    found: dict[str, int] = {}
    for library in threadpool_info():
        kind = library["user_api"]
        found[kind] = max(found.get(kind, 1), library["num_threads"])
    return dict(sorted(found.items()))
