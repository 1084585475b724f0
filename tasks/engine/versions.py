"""The versions that a result was made with."""

import platform
from importlib.metadata import version

TRAINYARD = "0.1.0"
# What a bundle needs to run elsewhere.
LIBRARIES = ("scikit-learn", "pandas", "numpy", "scipy", "joblib", "skops")


def versions() -> dict[str, str]:
    """Return the version of Trainyard, Python and each library that a bundle needs."""
    found = {name: version(name) for name in LIBRARIES}
    return {"trainyard": TRAINYARD, "python": platform.python_version(), **found}
