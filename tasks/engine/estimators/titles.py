"""The titles of estimators where they stand inside a sentence or a name."""

# Words at the beginning of titles that are the same there: names, and letters for words.
NAMES = frozenset({"AdaBoost", "Bayesian", "Gaussian", "Huber", "Poisson", "RANSAC", "SVM",
                   "Theil-Sen", "Tweedie"})  # fmt: skip


def inside(title: str) -> str:
    """Return an estimator's title as it stands inside a sentence: ``naive Bayes``."""
    return title if title.split()[0] in NAMES else f"{title[0].lower()}{title[1:]}"
