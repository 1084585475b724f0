"""The versions and threads that a result was made with."""

import platform
from importlib.metadata import version

from threadpoolctl import threadpool_info

TRAINYARD = "0.1.0"
# What a bundle needs to run elsewhere.
LIBRARIES = ("scikit-learn", "pandas", "numpy", "scipy", "joblib", "skops")


def versions() -> dict[str, str]:
    """Return the version of Trainyard, Python and each library that a bundle needs."""
    found = {name: version(name) for name in LIBRARIES}
    return {"trainyard": TRAINYARD, "python": platform.python_version(), **found}


def threads() -> dict[str, int]:
    """Return how many threads a fit may use, by what they are for: openmp, blas."""
    found: dict[str, int] = {}
    for library in threadpool_info():
        kind = library["user_api"]
        found[kind] = max(found.get(kind, 1), library["num_threads"])
    return dict(sorted(found.items()))
